/** Which fields a mapping may fill and what kind of value each takes: cells are text, submissions have numbers and flags too. */
import { SUBMISSION_PATHS } from '@lead-router/contracts/parse-submission.ts';
import { suggestField } from '@lead-router/contracts/submission-faults.ts';

export type FieldKind = 'text' | 'number' | 'flag' | 'list' | 'time';

const KINDS: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  ['company.employeeCount', 'number'],
  ['company.annualRevenue', 'number'],
  ['qualification.budget', 'number'],
  ['qualification.productInterest', 'list'],
  ['consent.email', 'flag'],
  ['consent.phone', 'flag'],
  ['createdAt', 'time'],
  ['consent.givenAt', 'time'],
  ['fulfilments[].receivedAt', 'time'],
]);

const ATTRIBUTE = /^attributes\.([A-Za-z0-9_.-]{1,64})$/;
const INDEX = /\[(\d{1,2})\]/g;
/** Who sends the file is said on the command line. */
const NOT_MAPPED: ReadonlySet<string> = new Set(['vendor', 'attributes']);

export function kindOf(path: string): FieldKind {
  return KINDS.get(path.replaceAll(INDEX, '[]')) ?? 'text';
}

/** null: there is such a field. Else what to write instead. */
export function pathFault(path: string): string | null {
  if (ATTRIBUTE.test(path)) return null;
  const known = path.replaceAll(INDEX, '[]');
  if (path.includes('[]')) return `${path}: say which one, ${path.replace('[]', '[0]')}`;
  if (known === 'vendor') return 'the vendor is said on the command line, with --vendor';
  if (SUBMISSION_PATHS.includes(known) && !NOT_MAPPED.has(known)) return null;
  const leaf = path.slice(path.lastIndexOf('.') + 1);
  const suggestion = suggestField(leaf, [], SUBMISSION_PATHS);
  const advice = suggestion === null ? `put it under attributes (attributes.${leaf})` : `did you mean ${suggestion}?`;
  return `a lead has no field "${path}": ${advice}`;
}

/** `fulfilments[0].item` as the keys to follow; numbers are places in a list. `attributes.a.b` is one attribute. */
export function segmentsOf(path: string): readonly (string | number)[] {
  const attribute = ATTRIBUTE.exec(path)?.[1];
  if (attribute !== undefined) return ['attributes', attribute];
  return path.split('.').flatMap((part) => {
    const bracket = part.indexOf('[');
    return bracket < 0 ? [part] : [part.slice(0, bracket), Number(part.slice(bracket + 1, -1))];
  });
}
