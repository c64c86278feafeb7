/** The main job as a person runs it: to its end, interrupted, killed, again on the same folder, and two side by side. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contactsBeside } from '@lead-router/cli/up/start-sample.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { expectedLeads } from './fault-run.ts';
import { type StartedSystem, startSystemByNpm, takenPorts } from './started-system.ts';

/** Servers get ten seconds to stop cleanly before they are made to. */
const GONE_MS = 30_000;

const whyNot = existsSync('/proc/self/environ') ? undefined : 'processes that are left behind are looked for in /proc';

describeUnless(whyNot, 'npm start', () => {
  const started: StartedSystem[] = [];
  let folder: DataFolder;

  beforeAll(async () => {
    folder = await openDataFolder();
  });

  afterAll(async () => {
    for (const system of started) system.pressCtrlC();
    await Promise.all(started.map(({ ended }) => ended));
    await folder.remove();
  });

  const start = (...args: readonly string[]): StartedSystem => {
    const system = startSystemByNpm({ dataFolder: join(folder.path, 'data'), args });
    started.push(system);
    return system;
  };

  const expectNothingLeft = async (system: StartedSystem, ports: readonly number[]) => {
    await expect.poll(() => system.processes(), { timeout: GONE_MS, interval: 250 }).toEqual([]);
    expect(await takenPorts(ports)).toEqual([]);
  };

  test('Ctrl-C in the middle ends everything and leaves no process and no port behind', async () => {
    const system = start('--leads', '3000', '--rate', '200');
    await system.line('first lead decided');
    const ports = await system.ports();
    expect(ports.length).toBeGreaterThanOrEqual(3 + 6 + 1);
    system.pressCtrlC();
    // The shell that npm has in between ends by the signal itself.
    expect([0, 'SIGINT']).toContain(await system.ended);
    await expectNothingLeft(system, ports);
    expect(system.output()).not.toMatch(/starting it again/);
  });

  test('Ctrl-C during the start ends the start, and leaves nothing behind either', async () => {
    const system = start('--leads', '3000');
    await system.line('Kafka: ready');
    system.pressCtrlC();
    expect([0, 'SIGINT']).toContain(await system.ended);
    await expectNothingLeft(system, []);
    expect(system.output()).not.toMatch(/gateway: /);
  });

  test('kill -9 of the parent leaves no process and no port behind either', async () => {
    const system = start('--leads', '3000', '--rate', '200');
    await system.line(/[1-9]\d* decided/);
    const ports = await system.ports();
    await system.killParent();
    await system.ended;
    await expectNothingLeft(system, ports);
  });

  test('the same folder goes on where it was, beside a second run with a folder of its own; both drain and exit 0', async () => {
    const again = start('--drain', '--leads', '3000');
    await again.line('Kafka: ready');
    const beside = start('--drain', '--leads', '1500');
    await beside.line('is in use by process');
    await again.line('gateway: ');
    const ports = await again.ports();
    expect([await again.ended, await beside.ended]).toEqual([0, 0]);
    // What the interrupted and the killed run had sent is among them, once.
    expectAllInOnePlace(again.output(), expectedLeads(3000).size + contactsBeside(3000));
    expectAllInOnePlace(beside.output(), expectedLeads(1500).size + contactsBeside(1500));
    expectStrategiesAtWork(beside.output());
    await expectNothingLeft(again, ports);
    await expectNothingLeft(beside, ports);
  });

  test('once the sample is sent, the next start waits with its figures, and sends more when told to', async () => {
    const before = expectedLeads(3000).size + contactsBeside(3000);
    const idle = start('--leads', '3000');
    await idle.line(`${before.toLocaleString('en-US')} leads are here from before, all 3,000 of the sample among them`);
    const ready = await idle.line('ready to decide');
    expect(Number(/ready to decide ([\d.]+) s/.exec(ready)?.[1])).toBeLessThan(40);
    await idle.line(new RegExp(`^\\d+ s \\| ${before} decided \\| 0/s`));
    // What nobody had answered when the system ended runs out by itself.
    await idle.line(/ \| offered 0 \| /);
    idle.pressCtrlC();
    await idle.ended;
    const more = start('--drain', '--again', '--leads', '500');
    expect(await more.ended).toBe(0);
    expectAllInOnePlace(more.output(), expectedLeads(3500).size + contactsBeside(3000));
  });
});

/** Of the closing summary: how leads were given, and that offered ones were taken by one of those who were asked. */
function expectStrategiesAtWork(output: string): void {
  const [chosenBy] = output.match(/^ *chosen by .*$/gm)?.slice(-1) ?? [];
  for (const strategy of ['weighted', 'least-loaded', 'best-fit', 'margin', 'claim'])
    expect(chosenBy).toMatch(new RegExp(` ${strategy} [1-9]`));
  expect(output.match(/^ *handed on .*$/gm)?.at(-1)).toMatch(/ claimed [1-9]/);
}

/** The closing summary: each lead in exactly one place, nothing on its way. */
function expectAllInOnePlace(output: string, leads: number): void {
  const places = ['assigned', 'offered to', 'linked to', 'waiting in', 'with a final', 'closed', 'dead-lettered', 'in flight'];
  const counts = places.map((place) =>
    Number(new RegExp(`^ *([\\d,]+)  ${place}`, 'm').exec(output)?.[1]?.replaceAll(',', '') ?? Number.NaN),
  );
  expect(output).toContain(`audit of ${leads.toLocaleString('en-US')} leads`);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(leads);
  expect(counts.at(-1)).toBe(0);
  expect(output).toContain('The books balance, and nothing is in flight.');
}
