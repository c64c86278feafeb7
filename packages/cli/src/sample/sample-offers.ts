/**
 * What partners do with the leads of the sample that the rules offer them: mostly one of those who are asked accepts, at times two within a
 * moment of each other, so that one comes too late, or one declines first; some offers nobody answers. How it goes follows from the seed
 * and the lead's place; who does it, from whom the rules have asked.
 */
import type { ActivityStep } from './activity-step.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Shares of the offers: left to run out, accepted by two, accepted by one after another has declined. The rest: accepted by one. */
const SHARES = { left: 0.15, both: 0.3, declined: 0.1 } as const;
const WORDS_OF_SELLERS = /\b(?:partner|reseller)\b/i;

/** Says, by its channel or in the person's words, that somebody would sell with us: those leads are the partners' under the sample's rules. */
export function wantsToSell(said: unknown): boolean {
  return textAt(said, 'channel') === 'partner' || WORDS_OF_SELLERS.test(textAt(said, 'person', 'comments') ?? '');
}

/** Of what a vendor said, however deep; null where there is no text. */
export function textAt(said: unknown, ...path: readonly string[]): string | null {
  let value = said;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : null;
  return typeof value === 'string' ? value : null;
}

/** In their order; none: the offer is left to run out. */
export function offerStory(offeredTo: readonly string[], random: SeededRandom): readonly ActivityStep[] {
  const drawn = random.next();
  if (offeredTo.length === 0 || drawn < SHARES.left) return [];
  const winner = random.pick(offeredTo);
  const other = offeredTo.find((agentId) => agentId !== winner);
  const accepted = (agentId: string): ActivityStep => ({ activity: 'ACCEPTED', agentId });
  const worked: readonly ActivityStep[] = random.chance(0.6) ? [{ activity: 'CONTACTED', agentId: winner }] : [];
  if (other === undefined || drawn >= SHARES.left + SHARES.both + SHARES.declined) return [accepted(winner), ...worked];
  if (drawn < SHARES.left + SHARES.both) return [accepted(winner), accepted(other), ...worked];
  return [{ activity: 'DECLINED', agentId: other, reason: 'outside our region' }, accepted(winner), ...worked];
}
