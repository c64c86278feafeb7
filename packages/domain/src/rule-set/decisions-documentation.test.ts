/**
 * What docs/rules.md says about who gets which lead is what is decided: each `decisions` block plays its leads, one after the other, by the
 * example above it. A line may also go on with an earlier one: `lead 1: ann ACCEPTED`, `lead 1: 5m later`.
 */
import { readFileSync } from 'node:fs';
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { LeadRecord } from '../routing-model.ts';
import { parseDurationMs } from './duration.ts';

const text = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const [, complete = ''] = /```yaml example\n([\s\S]*?)```/.exec(text) ?? [];
const PLAYED = /```yaml example\n((?:(?!```)[\s\S])*?)```\s+```decisions\n([\s\S]*?)```/g;
const played = [...text.matchAll(PLAYED)].map((match) => [match[1] ?? '', (match[2] ?? '').trim().split('\n')] as const);

const ACTIVITIES = ['ACCEPTED', 'DECLINED', 'CONTACTED', 'WON'] as const;

function worldOf(example: string): World {
  const result = compileRuleSet({
    source: stringify({ ...parse(complete), ...parse(example) }, { lineWidth: 0 }),
    tables: new Map(),
    hash: () => 'digest',
  });
  if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join('\n'));
  return new World({ ruleSet: result.ruleSet });
}

/** Every lead is decided, and rests, before the next one comes. */
function decide(world: World, line: string): string {
  const [said = ''] = line.split(' -> ');
  const [, number, agentId, what = ''] = /^lead (\d+): (\S+) (\S+)$/.exec(said) ?? [];
  const name = number === undefined ? `lead-${world.facts.size + 1}` : `lead-${number}`;
  const activity = ACTIVITIES.find((one) => one === what);
  if (number === undefined) world.submit(name, buildFacts(parse(`{ ${said} }`)));
  else if (activity !== undefined) world.act(name, activity, { agentId: agentId ?? null });
  else if (what === 'later') world.now += parseDurationMs(agentId ?? '') ?? 0;
  return `${said} -> ${placeOf(world.drain().lead(name))}`;
}

function placeOf({ stage, poolId, agentId, offer }: LeadRecord): string {
  if (offer !== undefined) return `offered in ${poolId} to ${offer.offeredTo.join(', ')}`;
  return stage === 'WAITING' ? `waits in ${poolId}` : `${poolId}/${agentId}`;
}

describe('docs/rules.md', () => {
  it('plays decisions for every kind of choice', () => {
    expect(played.length).toBeGreaterThanOrEqual(5);
  });

  it.each(played)('decides by the example that begins with %s', (example, lines) => {
    const world = worldOf(example);
    expect(lines.map((line) => decide(world, line))).toEqual(lines);
  });
});
