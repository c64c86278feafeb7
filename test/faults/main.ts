/**
 * `npm run faults`: what the end-to-end tests do once, as long as one likes. Each round is a fresh system under the sample's leads, with
 * faults drawn by a seed: kill -9 of services and servers, and routers that stand still. Ends with 1 at the first round in which
 * a lead was lost, doubled or unaccounted for; its data folder is kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SERVICES } from '@lead-router/cli/up/service-processes.ts';
import { createRandom, type Random } from '@lead-router/testkit/random.ts';
import { type Fault, type FaultReport, runUnderFaults } from '../e2e/fault-run.ts';
import { freezeRouter, killServer, killService } from '../e2e/faults.ts';

const { values } = parseArgs({
  options: {
    leads: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    faults: { type: 'string', default: '8' },
    rate: { type: 'string', default: '250' },
    routers: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const leads = Number(values.leads);
const routers = Math.max(2, Number(values.routers));
/** Beyond this share of the leads the stream may be over before a fault has found anything on its way. */
const LAST_FAULT = 0.8;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// Faults need servers that are processes of ours.
process.env.LEAD_ROUTER_PREFER = 'local';
say(`seed ${values.seed} (--seed ${values.seed} draws the same faults)`);
for (let round = 1; round <= Number(values.rounds); round++) {
  const faults = drawFaults(createRandom(Number(values.seed) + round));
  say(`\nround ${round}: ${faults.map(({ name, atDecided }) => `${name} at ${atDecided}`).join(', ')}`);
  const dataFolder = await mkdtemp(join(tmpdir(), 'lead-router-faults-'));
  const report = await runUnderFaults({
    dataFolder,
    leads,
    leadsPerSecond: Number(values.rate),
    faults,
    instances: { router: routers },
    onProgress: (line) => say(`  ${line}`),
  });
  sayReport(report);
  if (!isExact(report)) {
    say(`  kept: ${dataFolder}`);
    process.exit(1);
  }
  await rm(dataFolder, { recursive: true, force: true });
}
say('\nnothing lost, nothing twice');
process.exit(0);

function drawFaults(random: Random): readonly Fault[] {
  const count = Number(values.faults);
  const places = Array.from({ length: count }, () => Math.floor(random.next() * LAST_FAULT * leads)).sort((a, b) => a - b);
  return places.map((atDecided) => drawFault(random, atDecided));
}

function drawFault(random: Random, atDecided: number): Fault {
  const kind = random.int(10);
  if (kind === 0) return killServer('kafka', atDecided, { awayMs: random.int(5_000) });
  if (kind === 1) return killServer('postgres', atDecided, { awayMs: random.int(5_000) });
  if (kind === 2) return killServer('registry', atDecided, { awayMs: random.int(5_000) });
  if (kind === 3) return freezeRouter(`router-${1 + random.int(routers)}`, atDecided);
  // Half of the kills hit a router: nobody else has two halves to keep together.
  if (random.chance(0.5)) return killService('router', atDecided, 1 + random.int(routers));
  return killService(random.pick(SERVICES), atDecided);
}

function isExact({ lost, doubled, unexpected, audit, replay, expected }: FaultReport): boolean {
  const isOnce = lost.length + doubled.length + unexpected.length === 0 && replay.agrees;
  return isOnce && audit.balances && audit.inFlight === 0 && audit.leads === expected;
}

function sayReport({ expected, lost, doubled, unexpected, audit, replay, restarts, seconds }: FaultReport): void {
  say(
    `  ${expected} leads in ${seconds.toFixed(0)} s, ${restarts} restarts: lost ${lost.length}, doubled ${doubled.length}, unexpected ${unexpected.length}`,
  );
  say(`  audit ${audit.balances ? 'balances' : 'does not balance'}, in flight ${audit.inFlight}, places ${JSON.stringify(audit.places)}`);
  say(
    `  ${replay.decisions} decisions made again: ${replay.agrees ? 'each the same' : JSON.stringify([...replay.differences, ...replay.faults])}`,
  );
  for (const { leadId, what } of audit.checks.flatMap(({ first }) => first)) say(`  - ${leadId === null ? '' : `lead ${leadId}: `}${what}`);
  for (const leadId of [...lost, ...doubled, ...unexpected].slice(0, 20)) say(`  - ${leadId}`);
}
