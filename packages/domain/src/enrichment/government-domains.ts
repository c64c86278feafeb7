/** Which level of government a domain belongs to, by a table of registered domains and their types. */
import type { Enrichment } from '../lead.ts';

export type Government = NonNullable<Enrichment['government']>;

/** CISA's words for the type of a .gov domain; null for one that is no level we know. Tribes, schools and districts count as local. */
export function governmentOf(type: string): Government | null {
  const word = type.trim().toLowerCase();
  if (word.startsWith('federal')) return 'FEDERAL';
  if (word.startsWith('state') || word.startsWith('interstate')) return 'STATE';
  return /^(?:local|city|county|tribal|school|special|town|village|municipal)/.test(word) ? 'LOCAL' : null;
}

/** The level of the domain itself or the nearest one above it: `mail.sos.ca.gov` finds `ca.gov`. */
export function findGovernment(domain: string, levels: ReadonlyMap<string, Government>): Government | null {
  let rest = domain;
  for (;;) {
    const level = levels.get(rest);
    if (level !== undefined) return level;
    const dot = rest.indexOf('.');
    if (dot < 0) return null;
    rest = rest.slice(dot + 1);
  }
}
