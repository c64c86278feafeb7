/** The `segments` section: kinds of customers by condition, in order; the first that is met is the lead's segment. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { FactName } from '../cel/fact-fields.ts';
import { factsOf } from '../facts-of.ts';
import type { Enrichment, Lead } from '../lead.ts';
import { fieldsOf, idOf, itemsOf, type Place, type RuleSetDocument, report } from '../rule-set/document.ts';

/** null where no condition is met. */
export type FindSegment = (lead: Lead, enrichment: Enrichment) => string | null;

/** A declared segment whose condition is still to be read. */
export interface SegmentEntry {
  readonly id: string;
  readonly when: Place | null;
}

/** What comes after enrichment, and the segment itself. */
const NOT_YET: readonly FactName[] = ['segment', 'score', 'grade', 'isQualified', 'engagementScore', 'engagementCount'];
const NOT_SCORED = { score: 0, grade: 'LOW_POTENTIAL' } as const;

/** The names first: tables and conditions may use them. */
export function readSegmentEntries(document: RuleSetDocument, place: Place | null): readonly SegmentEntry[] {
  const ids = new Set<string>();
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(document, item, { required: ['id', 'when'], optional: ['description'] });
    const id = idOf(document, fields?.get('id') ?? null);
    if (fields === null || id === null) return [];
    if (ids.has(id)) report(document, fields.get('id') ?? item, { message: `segment "${id}" stands twice: join its conditions with ||` });
    ids.add(id);
    return [{ id, when: fields.get('when') }];
  });
}

/** null when no segment is declared, so that nothing is asked. */
export function readSegments(document: RuleSetDocument, entries: readonly SegmentEntry[], environment: CelEnvironment): FindSegment | null {
  const segments = entries.flatMap(({ id, when }): readonly { readonly id: string; readonly condition: Condition }[] => {
    const condition = when === null ? null : compileConditionAt({ document, place: when, environment, notYet: NOT_YET });
    return condition === null ? [] : [{ id, condition }];
  });
  if (segments.length === 0) return null;
  return (lead, enrichment) => {
    const facts = factsOf(lead, { enrichment, scoring: NOT_SCORED, isQualified: false });
    return segments.find(({ condition }) => condition.isMet(facts))?.id ?? null;
  };
}
