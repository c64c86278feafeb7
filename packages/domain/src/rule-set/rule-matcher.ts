/**
 * Finds the first rule that matches. Rules that demand certain values of a fact are found through an index, so the cost
 * does not grow with the rules that cannot match.
 */
import type { Condition } from '../cel/condition.ts';
import { FACT_FIELDS, type FactName } from '../cel/fact-fields.ts';
import type { Facts } from '../facts.ts';

/** One bit a rule, 32 to a word. */
type RuleBits = Uint32Array;

interface FieldIndex {
  readonly field: FactName;
  readonly byValue: ReadonlyMap<string, RuleBits>;
}

/** Place of the first condition that is met, from 0; the number of conditions when none is. */
export function createRuleMatcher(conditions: readonly Condition[]): (facts: Facts) => number {
  const words = Math.ceil(conditions.length / 32);
  const always: RuleBits = new Uint32Array(words);
  const indexes = indexConditions(conditions, always);
  const candidates: RuleBits = new Uint32Array(words);
  return (facts) => {
    candidates.set(always);
    for (const index of indexes) addCandidates(candidates, index, facts);
    for (let word = 0; word < words; word++) {
      let bits = candidates[word] ?? 0;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        const place = word * 32 + bit;
        if (conditions[place]?.isMet(facts) === true) return place;
        bits &= bits - 1;
      }
    }
    return conditions.length;
  };
}

function indexConditions(conditions: readonly Condition[], always: RuleBits): readonly FieldIndex[] {
  const fields = new Map<FactName, Map<string, RuleBits>>();
  conditions.forEach((condition, place) => {
    const { necessary } = condition;
    if (necessary === null) {
      setBit(always, place);
      return;
    }
    const byValue = fields.get(necessary.field) ?? new Map<string, RuleBits>();
    fields.set(necessary.field, byValue);
    for (const value of necessary.values) {
      const bits = byValue.get(value) ?? new Uint32Array(always.length);
      byValue.set(value, bits);
      setBit(bits, place);
    }
  });
  return [...fields].map(([field, byValue]) => ({ field, byValue }));
}

function addCandidates(candidates: RuleBits, index: FieldIndex, facts: Facts): void {
  const value = FACT_FIELDS[index.field].read(facts);
  if (typeof value === 'string') merge(candidates, index.byValue.get(value));
  else if (Array.isArray(value)) for (const one of value) merge(candidates, index.byValue.get(one));
}

function merge(into: RuleBits, bits: RuleBits | undefined): void {
  if (bits === undefined) return;
  for (let word = 0; word < into.length; word++) into[word] = (into[word] ?? 0) | (bits[word] ?? 0);
}

function setBit(bits: RuleBits, place: number): void {
  const word = place >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (place & 31));
}
