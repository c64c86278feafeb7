/** Schemas as a later version would have them, for tests of how versions read each other. */
import { schemaFiles } from '@lead-router/contracts/avro-types.ts';
import { type AvroEnum, type AvroField, type AvroRecord, type AvroType, composeSchema } from '@lead-router/contracts/schema-files.ts';

export interface Change {
  /** The schema file that changes. */
  readonly file: string;
  readonly addField?: AvroField;
  readonly removeField?: string;
  readonly addSymbol?: string;
  /** A further branch of the union in this field. */
  readonly addBranch?: { readonly field: string; readonly branch: AvroType };
}

export function evolvedSchema(record: string, change: Change): AvroType {
  const files = new Map(schemaFiles());
  const old = files.get(change.file);
  if (old === undefined) throw new Error(`no schema file ${change.file}`);
  files.set(change.file, old.type === 'enum' ? evolvedEnum(old, change) : evolvedRecord(old, change));
  return composeSchema(record, files);
}

function evolvedEnum(old: AvroEnum, change: Change): AvroEnum {
  return { ...old, symbols: [...old.symbols, ...(change.addSymbol === undefined ? [] : [change.addSymbol])] };
}

function evolvedRecord(old: AvroRecord, change: Change): AvroRecord {
  const kept = old.fields.filter((field) => field.name !== change.removeField);
  const branched = kept.map((field) =>
    field.name === change.addBranch?.field && Array.isArray(field.type)
      ? { ...field, type: [...field.type, change.addBranch.branch] }
      : field,
  );
  return { ...old, fields: [...(change.addField === undefined ? [] : [change.addField]), ...branched] };
}
