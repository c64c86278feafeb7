/** A sample lead as one line of JSON, as vendors write it: what is not known is left out. */

/** Leaves out null, empty lists and the word UNKNOWN, at any depth. */
export function leadText(lead: object): string {
  return JSON.stringify(lead, (_key, value: unknown) => (isUnsaid(value) ? undefined : value));
}

function isUnsaid(value: unknown): boolean {
  return value === null || value === 'UNKNOWN' || (Array.isArray(value) && value.length === 0);
}
