import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, cliJson } from './run-cli.test-support.ts';

const SAMPLE = fileURLToPath(new URL('../../../deploy/rule-sets/departments/rules.yaml', import.meta.url));
const NOBODY = {
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:19',
  DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x',
};
const LEAD_ID = '3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23';

describe('the command line', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lead-router-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['status'],
    ['lead'],
    ['explain'],
    ['replay'],
    ['audit'],
    ['up'],
    ['rules', 'check'],
    ['rules', 'publish'],
    ['rules', 'list'],
    ['rules', 'rollback'],
    ['dead-letters', 'list'],
    ['dead-letters', 'show'],
    ['dead-letters', 'redrive'],
    ['import'],
    ['exceptions'],
    ['reassign'],
    ['report'],
    ['agents', 'list'],
    ['agents', 'away'],
    ['agents', 'back'],
  ])('has help with examples for %s %s', async (...command) => {
    const { code, out } = await cli([...command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: lead-router ${command.join(' ')}`);
    expect(out).toContain(`Examples:\n  $ lead-router ${command.join(' ')}`);
    expect(out).toContain('--json');
  });

  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['explain'], "missing required argument 'lead-id'"],
    [['explain', 'mine'], 'A lead id looks like'],
    [['explain', LEAD_ID, '--revision', '0'], '--revision takes a whole number from 1'],
    [['replay'], 'replay takes the id of a lead, --all, --since or --sample'],
    [['replay', '--revision', '1'], '--revision needs the id of a lead'],
    [['replay', LEAD_ID, '--sample', '5'], 'leave the id out'],
    [['dead-letters', 'list', '--service', 'mailer'], 'Allowed choices are gateway'],
    [['rules', 'check', '/nowhere/rules.yaml'], '/nowhere/rules.yaml cannot be read (ENOENT)'],
    [['audit', '--quick'], "unknown option '--quick'"],
    [['dead-letters', 'show', '17'], 'A dead letter is named like gateway/0/17'],
    [['reassign', LEAD_ID, '--to', 'web'], "required option '--reason <text>' not specified"],
    [['reassign', LEAD_ID, '--to', 'web', '--reason', ' '], 'A reason has 1 to 500 characters'],
    [['report', '--by', 'colour'], 'Allowed choices are source, campaign, rule, destination, agent'],
    [['agents', 'away', 'ann', '--until', 'soon'], '--until takes a time like 2026-05-31'],
    [['import', 'x.csv', '--vendor', 'Acme!'], "A vendor's name has a-z, 0-9"],
    [['import', 'x.csv'], '--mapping is missing'],
    [['import', 'x.csv', '--mapping', 'm.yaml'], '--vendor is missing'],
    [
      ['import', 'x.csv', '--mapping', '/nowhere/m.yaml', '--vendor', 'acme', '--dry-run'],
      '/nowhere/m.yaml cannot be read (ENOENT): make one',
    ],
    [['import', '/nowhere/x.csv', '--suggest'], '/nowhere/x.csv cannot be read (ENOENT)'],
  ])('answers %j with 64 and what is wrong', async (args, words) => {
    const { code, err } = await cli(args);
    expect([code, err]).toEqual([64, expect.stringContaining(words)]);
  });

  it('says how to start when nothing runs', async () => {
    const { code, err } = await cli(['status', '--data', folder]);
    expect([code, err]).toEqual([
      69,
      expect.stringMatching(
        /nothing runs in .*\nStart the system on this machine with `npm start`.*\nor name a running one: KAFKA_BROKERS/s,
      ),
    ]);
    expect(await cliJson(['status', '--data', folder])).toMatchObject({ code: 69, json: { error: { code: 'LR_CLI_NOT_RUNNING' } } });
  });

  it('does not believe a file that a killed run left', async () => {
    await writeFile(join(folder, 'run.json'), JSON.stringify({ pid: 2 ** 22 + 1, env: {}, services: [] }));
    expect((await cli(['audit', '--data', folder])).code).toBe(69);
  });

  it('names every variable that is missing, with 78', async () => {
    const { code, err } = await cli(['audit'], { KAFKA_BROKERS: '127.0.0.1:9092' });
    expect([code, err]).toEqual([78, expect.stringMatching(/SCHEMA_REGISTRY_URL: is not set.*DATABASE_URL: is not set/s)]);
  });

  it('names every part that does not answer, without passwords', async () => {
    const { code, err } = await cli(['audit'], NOBODY);
    expect(code).toBe(69);
    expect(err).toMatch(
      /Kafka does not answer at 127\.0\.0\.1:1: .*the schema registry does not answer.*Postgres does not answer at postgres:\/\/127\.0\.0\.1:1\/x/s,
    );
    expect(err).not.toContain('hidden');
  });

  it('shows with status what is down, part by part', async () => {
    const { code, json } = await cliJson(['status'], NOBODY);
    expect(code).toBe(1);
    expect(json).toMatchObject({
      isWell: false,
      parts: [{ part: 'kafka', fault: expect.any(String) }, { part: 'registry' }, { part: 'postgres' }],
      readers: null,
      leads: null,
    });
    expect(JSON.stringify(json)).not.toContain('hidden');
    expect((await cli(['status'], NOBODY)).out).toContain('DOWN: connect ECONNREFUSED');
  });

  describe('import', () => {
    it('suggests a mapping that fits its file, shows no value, and tries it dry', async () => {
      const [file, mapping] = [join(folder, 'fair.csv'), join(folder, 'fair.yaml')];
      const header = 'Lead ID;E-Mail;Last Name;Created;Revenue;Shoe Size;Second mail;Opt-in';
      const line = '7;ann@example.org;Lee;05.03.2026 14:07;1.250.000,50;41;lee@example.org;yes';
      await writeFile(file, `${header}\n${line}\n${line.replace('7;', '8;').replace('yes', 'perhaps')}\n`);
      const { code, out } = await cli(['import', file, '--suggest']);
      expect(code).toBe(0);
      expect(out).not.toMatch(/ann@|lee@|1\.250/);
      for (const words of [
        'delimiter: ";"',
        'vendorReference: "Lead ID"',
        'person.email: "E-Mail"',
        'person.lastName: "Last Name"',
        'createdAt: { column: "Created", date: "dd.MM.yyyy HH:mm" }',
        'company.annualRevenue: { column: "Revenue", number: { decimal: ",", thousands: "." } }',
        'attributes.shoeSize: "Shoe Size"',
        '- "Second mail"',
      ])
        expect(out).toContain(words);
      expect((await cli(['import', file, '--suggest', '--mapping', mapping])).code).toBe(0);
      expect((await cli(['import', file, '--suggest', '--mapping', mapping])).err).toContain('an existing mapping is not replaced');
      const dry = await cliJson(['import', file, '--mapping', mapping, '--vendor', 'acme', '--dry-run']);
      expect(dry).toMatchObject({ code: 1, json: { records: 2, sent: 1, rejected: 1, isDryRun: true, unmapped: [], topic: null } });
      await writeFile(mapping, 'fields: {vendorReference: Lead Id, chanel: x}');
      expect(await cli(['import', file, '--mapping', mapping, '--vendor', 'acme', '--dry-run'])).toMatchObject({
        code: 1,
        out: expect.stringMatching(/fair\.yaml:1:36: fields\.chanel: a lead has no field "chanel": did you mean channel\?/),
      });
      await writeFile(mapping, 'fields: {vendorReference: Lead Id}');
      expect(await cli(['import', file, '--mapping', mapping, '--vendor', 'acme', '--dry-run'])).toMatchObject({
        code: 1,
        out: expect.stringContaining('the file has no column "Lead Id": did you mean "Lead ID"?'),
      });
      expect((await cli(['import', file, '--mapping', mapping, '--vendor', 'acme'], NOBODY)).code).toBe(69);
    });
  });

  describe('rules check', () => {
    it('takes tables from another folder', async () => {
      const telecom = SAMPLE.replace('departments', 'telecom');
      expect(await cliJson(['rules', 'check', telecom])).toMatchObject({ code: 0, json: { ok: true, name: 'telecom', faults: [] } });
    });

    it('sums up a rule set without faults', async () => {
      expect(await cli(['rules', 'check', SAMPLE])).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringMatching(/no faults\ndepartments: \d+ rules/),
      });
      expect(await cliJson(['rules', 'check', SAMPLE])).toMatchObject({ code: 0, json: { ok: true, name: 'departments', faults: [] } });
    });

    it('points into the file of a table', async () => {
      const file = join(folder, 'tables.yaml');
      await writeFile(file, 'name: x\ntables: { zips: { csv: zips.csv, key: from..to, match: range } }\n');
      await writeFile(join(folder, 'zips.csv'), 'name,from,to\nwest,90001,96199\neast,96100,97000\n');
      const { out } = await cli(['rules', 'check', file]);
      expect(out).toContain(
        `${join(folder, 'zips.csv')}:3:6: tables.zips.csv: 96100..97000 overlaps 90001..96199 of line 2: which row counts?\n` +
          '  3 | east,96100,97000\n    |      ^\n',
      );
      expect((await cliJson(['rules', 'check', file])).json).toMatchObject({
        faults: expect.arrayContaining([expect.objectContaining({ file: 'zips.csv', line: 3, column: 6, excerpt: 'east,96100,97000' })]),
      });
    });

    it('points at every fault, in the order of the lines', async () => {
      const file = join(folder, 'faulty.yaml');
      await writeFile(
        file,
        [
          'name: faulty',
          'scoring: { thresholds: [] }',
          'destinations: []',
          'pools:',
          '  - { id: sales, destination: nowhere, agents: [{ id: ann, weight: -3 }] }',
          'rules:',
          '  - { id: hot, when: lead.grad == "HOT", to: sales }',
          'lastResort: { to: sales }',
          'extra: 1',
        ].join('\n'),
      );
      const { code, out } = await cli(['rules', 'check', file]);
      expect(code).toBe(1);
      expect(out).toContain(`${file}:9:1: extra: unknown key "extra"`);
      expect(out).toMatch(
        /faulty\.yaml:7:\d+: rules\[0\]\.when: unknown field `lead\.grad`: did you mean `grade`\?\n {2}7 \| .*\n {4}\| +\^\n/,
      );
      const lines = [...out.matchAll(/faulty\.yaml:(\d+):/g)].map(([, line]) => Number(line));
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
      const { json } = await cliJson(['rules', 'check', file]);
      expect(json).toMatchObject({
        ok: false,
        faults: expect.arrayContaining([expect.objectContaining({ path: 'rules[0].when', line: 7 })]),
      });
    });

    it('refuses rules that can never match and examples that do not hold, and lists warnings', async () => {
      const file = join(folder, 'linted.yaml');
      const rules = (second: string): string =>
        [
          'name: linted',
          'scoring: { grades: [{ grade: LOW_POTENTIAL }] }',
          'rules:',
          '  - { id: large, when: lead.employeeCount >= 1000, to: team }',
          `  - { id: second, when: ${second}, to: team, examples: [{ given: { company: { employeeCount: 200 } } }] }`,
          'lastResort: team',
          'destinations: [{ id: sales, kind: SALES }]',
          'pools: [{ id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }] }]',
        ].join('\n');
      await writeFile(file, rules('lead.employeeCount > 5000'));
      const refused = await cli(['rules', 'check', file]);
      expect(refused.code).toBe(1);
      expect(refused.out).toContain('rule "second" can never match: rule "large" (line 4) before it matches whenever it would');
      expect(refused.out).toMatch(/example "second" does not hold: rule is last-resort, not second; .*employee count is 200/);
      expect(refused.out).toContain('warning: destination "sales" has no channel');
      expect(refused.out).toContain('2 faults\n\n');
      expect((await cliJson(['rules', 'test', file])).json).toMatchObject({
        ok: false,
        examples: [{ name: 'second', holds: false, came: { rule: 'last-resort', pool: 'team' }, mismatches: [{ what: 'rule' }] }],
        rulesWithoutExample: ['large', 'second'],
      });
      expect((await cli(['rules', 'test', file])).code).toBe(1);
      await writeFile(file, rules('lead.employeeCount >= 100'));
      expect(await cliJson(['rules', 'check', file])).toMatchObject({
        code: 0,
        json: { ok: true, faults: [], warnings: [{ about: 'sales' }] },
      });
      expect((await cli(['rules', 'check', file, '--strict'])).code).toBe(1);
      expect(await cli(['rules', 'test', file])).toMatchObject({ code: 0, out: expect.stringContaining('1 example, 1 as expected') });
    });
  });
});
