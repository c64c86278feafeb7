/** How a pool finds its agent and a rule its pool: a short name, or filter, rank and tie-break. */
import {
  AGENT_FILTERS,
  AGENT_PRESETS,
  AGENT_RANKINGS,
  type AgentStrategy,
  POOL_PRESETS,
  POOL_RANKINGS,
  type PoolStrategy,
  TIE_BREAKS,
} from '../strategies/strategy-names.ts';
import { didYouMean } from './did-you-mean.ts';
import { fieldsOf, isList, isMapping, itemsOf, oneOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { uniqueNames } from './unique-names.ts';

const COMPOSED = 'composed';

/** null: nothing is said, or a fault was reported. */
export function readAgentStrategy(document: RuleSetDocument, place: Place | null): AgentStrategy | null {
  if (place === null) return null;
  if (!isMapping(document, place)) return presetOf(document, place, AGENT_PRESETS);
  const fields = fieldsOf(document, place, { optional: ['filter', 'rank', 'tieBreak'] });
  const filter = fields?.get('filter') ?? null;
  return {
    name: COMPOSED,
    filter: filter === null ? ['skills'] : wordsOf(document, filter, AGENT_FILTERS),
    rank: wordsOf(document, fields?.get('rank') ?? null, AGENT_RANKINGS),
    tieBreak: oneOf(document, fields?.get('tieBreak') ?? null, TIE_BREAKS) ?? 'weighted',
  };
}

/** null: nothing is said, or a fault was reported. */
export function readPoolStrategy(document: RuleSetDocument, place: Place | null): PoolStrategy | null {
  if (place === null) return null;
  if (!isMapping(document, place)) return presetOf(document, place, POOL_PRESETS);
  const fields = fieldsOf(document, place, { required: ['rank'] });
  return { name: COMPOSED, rank: wordsOf(document, fields?.get('rank') ?? null, POOL_RANKINGS) };
}

function presetOf<Strategy>(document: RuleSetDocument, place: Place, presets: Readonly<Record<string, Strategy>>): Strategy | null {
  const name = textOf(document, place);
  if (name === null) return null;
  const known = Object.keys(presets);
  const preset = known.includes(name) ? presets[name] : undefined;
  if (preset !== undefined) return preset;
  report(document, place, { message: `there is no strategy "${name}"${didYouMean(name, known)}; known are ${known.join(', ')}`, known });
  return null;
}

/** One word or a list of them, each once. */
function wordsOf<const Word extends string>(document: RuleSetDocument, place: Place | null, words: readonly Word[]): readonly Word[] {
  if (place === null) return [];
  const found: Word[] = [];
  const isNew = uniqueNames(document, { what: 'word' });
  for (const item of isList(document, place) ? itemsOf(document, place) : [place]) {
    const word = oneOf(document, item, words);
    if (word !== null && isNew(word, item)) found.push(word);
  }
  return found;
}
