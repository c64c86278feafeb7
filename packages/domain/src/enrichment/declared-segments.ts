/** The `segments` section: kinds of customers by condition, in order; the first that is met is the lead's segment. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { FactName } from '../cel/fact-fields.ts';
import { factsOf } from '../facts-of.ts';
import type { Enrichment, Lead } from '../lead.ts';
import { fieldsOf, idOf, itemsOf, type Place, type RuleSetDocument } from '../rule-set/document.ts';
import { uniqueNames } from '../rule-set/unique-names.ts';

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
  const isNew = uniqueNames(document, { what: 'segment', advice: ': join their conditions with ||' });
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(document, item, { required: ['id', 'when'], optional: ['description'] });
    const id = idOf(document, fields?.get('id') ?? null);
    if (fields === null || id === null) return [];
    isNew(id, fields.get('id') ?? item);
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
