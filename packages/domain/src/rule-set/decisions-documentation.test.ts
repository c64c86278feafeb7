/** What docs/rules.md says about who gets which lead is what is decided: each `decisions` block plays its leads, one after the other, by the example above it. */
import { readFileSync } from 'node:fs';
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from '../compile-rule-set.ts';

const text = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const [, complete = ''] = /```yaml example\n([\s\S]*?)```/.exec(text) ?? [];
const PLAYED = /```yaml example\n((?:(?!```)[\s\S])*?)```\s+```decisions\n([\s\S]*?)```/g;
const played = [...text.matchAll(PLAYED)].map((match) => [match[1] ?? '', (match[2] ?? '').trim().split('\n')] as const);

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
function decide(world: World, line: string, index: number): string {
  const [facts = ''] = line.split(' -> ');
  const name = `lead-${index}`;
  const { stage, poolId, agentId } = world
    .submit(name, buildFacts(parse(`{ ${facts} }`)))
    .drain()
    .lead(name);
  return `${facts} -> ${stage === 'WAITING' ? `waits in ${poolId}` : `${poolId}/${agentId}`}`;
}

describe('docs/rules.md', () => {
  it('plays decisions for every kind of choice', () => {
    expect(played.length).toBeGreaterThanOrEqual(5);
  });

  it.each(played)('decides by the example that begins with %s', (example, lines) => {
    const world = worldOf(example);
    expect(lines.map((line, index) => decide(world, line, index))).toEqual(lines);
  });
});
