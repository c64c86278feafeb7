/** Compiled Avro types of our own schemas: made once a process, shared by every codec. */
import avsc from 'avsc';
import { CodecFault } from './codec-fault.ts';
import { type AvroType, composeSchema, readSchemaFiles, type SchemaFiles } from './schema-files.ts';

export type CompiledType = InstanceType<typeof avsc.Type>;

const INITIAL_SCRATCH_BYTES = 64 * 1024;

let files: SchemaFiles | null = null;
const wholeTypes = new Map<string, CompiledType>();
const prefixTypes = new Map<string, CompiledType>();

/** Read once; the files do not change under a running process. */
export function schemaFiles(): SchemaFiles {
  files ??= readSchemaFiles();
  return files;
}

export function typeOf(record: string): CompiledType {
  return remembered(wholeTypes, record, () => compileSchema(composeSchema(record, schemaFiles())));
}

/** The type of what stands before the context. */
export function prefixTypeOf(record: string): CompiledType {
  return remembered(prefixTypes, record, () => compileSchema(composeSchema(record, schemaFiles(), { withoutContext: true })));
}

/** Throws what avsc throws for a schema that is none. */
export function compileSchema(schema: AvroType): CompiledType {
  // avsc wants mutable schemas and writes nothing into them; through JSON it gets its own copy.
  return avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)), { omitRecordMethods: true });
}

let scratch = Buffer.allocUnsafe(INITIAL_SCRATCH_BYTES);

/**
 * Encodes into a buffer used again and again, leaving `before` bytes free in front, and copies the result out once.
 * Throws a CodecFault LR_CODEC_VALUE_REFUSED that names no value, since values may be personal.
 */
export function encodeAfter(type: CompiledType, value: unknown, options: { readonly before: number; readonly tail?: Buffer }): Buffer {
  let end: number;
  try {
    end = type.encode(value, scratch, options.before);
    if (end < 0) {
      // avsc answers with how many bytes were lacking, negative.
      scratch = Buffer.allocUnsafe((scratch.length - end) * 2);
      end = type.encode(value, scratch, options.before);
    }
  } catch (cause) {
    throw new CodecFault('LR_CODEC_VALUE_REFUSED', `a value does not fit ${type.name ?? 'its schema'}${misfits(type, value)}`, { cause });
  }
  const tail = options.tail;
  const encoded = Buffer.allocUnsafe(end + (tail?.length ?? 0));
  scratch.copy(encoded, 0, 0, end);
  tail?.copy(encoded, end);
  return encoded;
}

/** Paths only: what stands there may be personal. */
function misfits(type: CompiledType, value: unknown): string {
  const paths: string[] = [];
  try {
    type.isValid(value, { errorHook: (path) => paths.push(path.join('.')) });
  } catch {
    return '';
  }
  return paths.length === 0 ? '' : ` at ${paths.slice(0, 5).join(', ')}`;
}

function remembered(types: Map<string, CompiledType>, record: string, make: () => CompiledType): CompiledType {
  const known = types.get(record);
  if (known !== undefined) return known;
  const made = make();
  types.set(record, made);
  return made;
}
