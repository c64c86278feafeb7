/** A router's ledger over the doubles of Kafka's records and Postgres, with the real wire and rules, for tests of its answers. */

import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { leadIdFor, poolTimerId } from '@lead-router/contracts/ids.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { Lead, LeadId } from '@lead-router/domain/lead.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { RouterStore } from '@lead-router/store/router-store.ts';
import { defaultBreaker } from '@lead-router/stream/dead-letter-breaker.ts';
import type { BatchLedger } from '@lead-router/stream/exactly-once-task.ts';
import type { ConsumedRecord, OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { scoredRecord } from '@lead-router/testkit/inbox-records.ts';
import { buildLead } from '@lead-router/testkit/lead-builders.ts';
import { MemoryDatabase } from '@lead-router/testkit/memory-database.ts';
import { createMemoryRouterStore } from '@lead-router/testkit/memory-router-store.ts';
import { driveInRealTime } from '@lead-router/testkit/real-time-driver.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { SIMULATION_START, simulationRuleSet } from '../../../test/simulation/simulation-rules.ts';
import { openContractWire } from './contract-wire.ts';
import { createRouterLedger } from './router-ledger.ts';
import type { RouterWire } from './router-wire.ts';

export interface LedgerWorld {
  readonly ledger: BatchLedger;
  readonly wire: RouterWire;
  readonly inbox: CodecFor<'InboxEvent'>;
  readonly decided: CodecFor<'LeadDecided'>;
  readonly database: MemoryDatabase;
  /** Reasons given to the observer, in order. */
  readonly retries: string[];
  /** Dead letters told to the observer. */
  readonly counts: { deadLetters: number; repeats: number };
  readonly versions: { believed: number };
  close(): Promise<void>;
}

/** `tamper` wraps the store, to make it answer as Postgres does on a bad day; `rulesOf` has to enrich and score as the simulation's rules do. */
export async function openLedgerWorld(
  tamper: (store: RouterStore) => RouterStore = (store) => store,
  rulesOf: (version: number) => RuleSet = simulationRuleSet,
): Promise<LedgerWorld> {
  const schemas = createMemorySchemas();
  const [wire, inbox, decided] = await Promise.all([
    openContractWire(schemas, { version: 'test' }),
    openTopicCodec(schemas, 'inbox'),
    openTopicCodec(schemas, 'decided'),
  ]);
  const scheduler = new Scheduler({ seed: 1, startAt: SIMULATION_START });
  const database = new MemoryDatabase({ scheduler, partitions: 3, activeRuleVersion: 1, poolTimerId });
  const process = scheduler.createProcess('router');
  const clock = createVirtualClock({ scheduler, process });
  const retries: string[] = [];
  const counts = { deadLetters: 0, repeats: 0 };
  const versions = { believed: 1 };
  const ledger = createRouterLedger({
    store: tamper(createMemoryRouterStore({ database, process })),
    wire,
    ruleSets: {
      believedVersion: () => versions.believed,
      noteActive: (version) => {
        versions.believed = version;
      },
      get: async (version) => rulesOf(version),
    },
    hashIdentity: (normalised) => normalised,
    // Driven in real time, which has fractions.
    clock: { ...clock, now: () => Math.floor(clock.now()) },
    random: () => 0.5,
    observer: {
      committed: ({ deadLetters, repeats }) => {
        counts.deadLetters += deadLetters;
        counts.repeats += repeats;
      },
      retrying: ({ reason }) => void retries.push(reason),
    },
    wakeupsPerPool: 10,
    breaker: defaultBreaker,
    lanes: 1,
  });
  return { ledger, wire, inbox, decided, database, retries, counts, versions, close: driveInRealTime(scheduler) };
}

export interface TestLead {
  readonly name: string;
  readonly lead?: Partial<Lead>;
  /** Of the scorer; its score says which one it was. */
  readonly ruleSetVersion?: number;
}

export const testLeadId = (name: string): LeadId => leadIdFor('vendor-a', { kind: 'REFERENCE', reference: name });

/** A scored lead as the scorer writes it. */
export function scoredTestLead(inbox: CodecFor<'InboxEvent'>, { name, lead: known = {}, ruleSetVersion = 1 }: TestLead): OutgoingRecord {
  const lead = buildLead({ vendorReference: name, attributes: { pool: 'calls', grade: 'HOT' }, ...known });
  const ruleSet = simulationRuleSet(ruleSetVersion);
  const { enrichment } = ruleSet.enrich(lead, null, (normalised) => normalised);
  const scoring = ruleSet.score(lead, enrichment, { isQualified: false });
  return scoredRecord(inbox, { leadId: testLeadId(name), lead, enrichment, scoring, ruleSetVersion, submittedAt: SIMULATION_START });
}

/** As a consumer would see these records from `from` on. */
export function consumed(records: readonly OutgoingRecord[], from = 0): readonly ConsumedRecord[] {
  return records.map(({ key, value, headers }, index) => ({
    offset: from + index,
    timestampMs: SIMULATION_START,
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers: headers ?? {},
  }));
}
