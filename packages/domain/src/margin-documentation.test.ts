/** The example of margins in docs/rules.md is run, and what it says of an explanation is what comes of that. */
import { readFileSync } from 'node:fs';
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { createRandom } from '@lead-router/testkit/random.ts';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from './compile-rule-set.ts';
import { locksFor } from './decide-batch.ts';
import { explainDecision } from './explain-decision.ts';

const text = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml example\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const example = examples.find((one) => one.includes('choose: margin')) ?? '';
const HOT = buildFacts({ grade: 'HOT', segment: 'SMALL_BUSINESS' });
/** What becomes of leads in this story, in truth. */
const RATES: Readonly<Record<string, number>> = { 'call-center': 0.3, web: 0.1, partner: 0 };

it('docs/rules.md shows the explanation of a margin as it is', () => {
  const compiled = compileRuleSet({
    source: stringify({ ...parse(examples[0] ?? ''), ...parse(example) }),
    tables: new Map(),
    hash: () => 'digest',
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const world = new World({ ruleSet: compiled.ruleSet });
  const random = createRandom(13);
  for (let index = 0; index < 150; index++) {
    const name = `lead-${index}`;
    world.submit(name, HOT).drain();
    const { destinationId } = world.lead(name);
    const isConversion = random.chance(RATES[destinationId ?? ''] ?? 0);
    if (destinationId === 'call-center') world.act(name, isConversion ? 'QUALIFIED' : 'DISQUALIFIED').drain();
    else world.act(name, isConversion ? 'WON' : 'LOST').drain();
  }
  const inputs = world.submit('asked', HOT).logs[0] ?? [];
  const snapshot = world.snapshot(locksFor({ ruleSet: world.ruleSet, inputs, peeked: world }));
  const explained = explainDecision({ ...world.request(inputs), snapshot }, 0);
  if (explained.kind !== 'EXPLAINED') throw new Error(explained.kind);
  const { lines } = explained.explanation;
  const first = lines.findIndex((line) => line.includes('by margin:'));
  expect(text).toContain(`\`\`\`\n${lines.slice(first, first + 4).join('\n')}\n\`\`\``);
});
