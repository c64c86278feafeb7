import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { describe, expect, it } from 'vitest';
import { fitMapping } from './map-line.ts';
import { readMapping } from './read-mapping.ts';
import type { CsvRecord } from './read-records.ts';
import { type ImportOptions, runImport } from './run-import.ts';

const mapper = () => {
  const read = readMapping('fields: {vendorReference: ref, company.employeeCount: staff}');
  const fitted = read.ok ? fitMapping(read.mapping, ['ref', 'staff'], 'acme') : null;
  if (!fitted?.ok) throw new Error('faults');
  return fitted.mapper;
};
const records = (count: number, change: (index: number) => readonly string[] = (index) => [`r${index}`, '5']): readonly CsvRecord[] =>
  Array.from({ length: count }, (_, index) => ({ line: index + 2, cells: change(index), fault: null }));

const world = () => {
  const sent: string[] = [];
  const rejected: string[] = [];
  const done: { readonly records: number; readonly sent: number }[] = [];
  const run = (given: readonly CsvRecord[], options: Partial<ImportOptions> = {}) =>
    runImport({
      records: chunks(given),
      mapper: mapper(),
      rejects: {
        write: async ({ line }, reasons) => void rejected.push(`${line}: ${reasons.join()}`),
        close: async () => undefined,
      },
      send: async (leads: readonly LeadIntake[]) => void sent.push(...leads.map(({ vendorReference }) => vendorReference)),
      onDone: async (at) => void done.push(at),
      ...options,
    });
  return { sent, rejected, done, run };
};

async function* chunks(given: readonly CsvRecord[]): AsyncGenerator<readonly CsvRecord[]> {
  for (let at = 0; at < given.length; at += 700) yield given.slice(at, at + 700);
}

describe('an import', () => {
  it('sends what is good, keeps aside what is not, leaves out repeats', async () => {
    const { run, sent, rejected, done } = world();
    const given = records(2_500, (index) => (index % 100 === 7 ? [`r${index}`, 'many'] : index === 9 ? ['r3', '5'] : [`r${index}`, '5']));
    expect(await run(given)).toEqual({ records: 2_500, sent: 2_474, rejected: 25, repeats: 1, repeatLines: [11], isComplete: true });
    expect(new Set(sent).size).toBe(2_474);
    expect([rejected.length, rejected[0]]).toEqual([
      25,
      expect.stringContaining('9: company.employeeCount (column "staff"): is no number'),
    ]);
    expect(done).toEqual([
      { records: 1_000, sent: 989 },
      { records: 2_000, sent: 1_979 },
      { records: 2_500, sent: 2_474 },
    ]);
  });

  it('that was killed goes on behind what was written down, with the same rejects and counts', async () => {
    const { run, sent, rejected, done } = world();
    const given = records(2_500, (index) => (index % 1_000 === 500 ? [`r${index}`, 'many'] : [`r${index === 2_400 ? 0 : index}`, '5']));
    const broken = async (): Promise<void> => {
      if (sent.length > 0) throw new Error('killed');
      sent.push('first');
    };
    await expect(run(given, { send: broken })).rejects.toThrow('killed');
    expect(done).toEqual([{ records: 1_000, sent: 999 }]);
    sent.length = 0;
    rejected.length = 0;
    expect(await run(given, { from: done[0] ?? { records: 0, sent: 0 } })).toMatchObject({ sent: 2_497, rejected: 2, repeats: 1 });
    expect([sent.length, sent[0], rejected.length]).toEqual([1_498, 'r1000', 2]);
  });

  it('maps no further ahead than one portion', async () => {
    const { run, done } = world();
    const gate = Promise.withResolvers<void>();
    let taken = 0;
    async function* counted(): AsyncGenerator<readonly CsvRecord[]> {
      for await (const one of chunks(records(9_000))) {
        taken += one.length;
        yield one;
      }
    }
    const running = run([], { records: counted(), send: () => gate.promise });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([taken <= 2_800, done]).toEqual([true, []]);
    gate.resolve();
    expect(await running).toMatchObject({ sent: 9_000 });
  });

  it('sends leads whose ids begin alike: the first 13 digits of these two are the same', async () => {
    const { run, sent } = world();
    expect(await run(records(2, (index) => [index === 0 ? 'r15292907' : 'r20926907', '5']))).toMatchObject({ sent: 2, repeats: 0 });
    expect(sent).toEqual(['r15292907', 'r20926907']);
  });

  it('with the mapping of another file sends nothing', async () => {
    const { run, sent } = world();
    await expect(run(records(3_000, (index) => [`r${index}`, 'many']))).rejects.toThrow('1000 of the first 1000 lines');
    expect(sent).toEqual([]);
  });

  it('ends after a portion when it is told to', async () => {
    const { run, sent, done } = world();
    const stopping = new AbortController();
    const send = async (leads: readonly LeadIntake[]): Promise<void> => {
      stopping.abort();
      sent.push(...leads.map(({ vendorReference }) => vendorReference));
    };
    const outcome = await run(records(9_000), { signal: stopping.signal, send });
    expect([outcome.isComplete, outcome.sent, done.at(-1)?.sent]).toEqual([false, sent.length, sent.length]);
    expect(outcome.sent).toBeLessThan(4_000);
  });

  it('dry, counts what would be sent', async () => {
    const { run } = world();
    const { sent, ...dry } = await runImport({
      records: chunks(records(1_200)),
      mapper: mapper(),
      rejects: { write: async () => undefined, close: async () => undefined },
    });
    expect([sent, dry.isComplete, (await run([])).records]).toEqual([1_200, true, 0]);
  });
});
