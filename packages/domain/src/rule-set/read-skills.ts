/** What agents can (`skills` of an agent) and what leads ask for (`skills` of a pool or rule). */
import { isSkillFact, MOST_SKILL_LEVEL, SKILL_FACTS, type SkillWant, type SkillWants, skillKey } from '../strategies/skills.ts';
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, fieldsOf, isList, isMapping, itemsOf, numberOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';

const LEVEL = { min: 1, max: MOST_SKILL_LEVEL, integer: true } as const;
const WEIGHT = { min: 0.001, max: 1_000, integer: false } as const;
/** Of a skill that is only named. */
const USUAL_LEVEL = 3;
const KIND = /^[a-z][a-zA-Z0-9-]*$/;

/** `language: { en: 5, es: 3 }`, `product: [routers, switches]` or `certified: hipaa`; null for none. */
export function readSkills(document: RuleSetDocument, place: Place | null): ReadonlyMap<string, number> | null {
  if (place === null) return null;
  const skills = new Map<string, number>();
  for (const { key: kind, value } of entriesOf(document, place) ?? []) {
    checkKind(document, value, kind);
    if (isMapping(document, value)) {
      for (const entry of entriesOf(document, value) ?? [])
        skills.set(skillKey(kind, entry.key), numberOf(document, entry.value, LEVEL) ?? USUAL_LEVEL);
      continue;
    }
    for (const item of isList(document, value) ? itemsOf(document, value) : [value]) {
      const name = textOf(document, item);
      if (name !== null) skills.set(skillKey(kind, name), USUAL_LEVEL);
    }
  }
  return skills.size === 0 ? null : skills;
}

/** null: nothing is wanted. */
export function readSkillWants(document: RuleSetDocument, place: Place | null): SkillWants | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { optional: ['required', 'preferred'] });
  const ofRequired = itemsOf(document, fields?.get('required') ?? null);
  const ofPreferred = itemsOf(document, fields?.get('preferred') ?? null);
  const required = ofRequired.flatMap((item) => wantOf(document, item, 'level'));
  const preferred = ofPreferred.flatMap((item) => wantOf(document, item, 'weight'));
  if (ofRequired.length + ofPreferred.length === 0 && fields !== null)
    report(document, place, { message: 'skills without "required" and "preferred" ask for nothing: name some, or leave it out' });
  return { required, preferred };
}

/** `language`, `certified:hipaa`, or `{ skill: language, level: 2 }`. */
function wantOf(document: RuleSetDocument, place: Place, measure: 'level' | 'weight'): readonly SkillWant[] {
  const fields = isMapping(document, place) ? fieldsOf(document, place, { required: ['skill'], optional: [measure] }) : null;
  const named = fields === null ? place : fields.get('skill');
  const text = textOf(document, named);
  if (text === null || named === null) return [];
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const value = colon < 0 ? null : text.slice(colon + 1).trim();
  if (!checkKind(document, named, kind)) return [];
  if (value === null && !isSkillFact(kind)) {
    const known = Object.keys(SKILL_FACTS);
    report(document, named, {
      message: `leads do not say "${kind}" of themselves: write one of ${known.join(', ')}, or "${kind}:value" for all leads${didYouMean(kind, known)}`,
    });
    return [];
  }
  const measured = fields?.get(measure) ?? null;
  const level = measure === 'level' ? (numberOf(document, measured, LEVEL) ?? 1) : 1;
  const weight = measure === 'weight' ? (numberOf(document, measured, WEIGHT) ?? 1) : 1;
  return [{ kind, value, level, weight }];
}

function checkKind(document: RuleSetDocument, place: Place, kind: string): boolean {
  if (KIND.test(kind)) return true;
  report(document, place, { message: `"${kind}" cannot be a kind of skill: begin with a small letter; letters, digits and dashes` });
  return false;
}
