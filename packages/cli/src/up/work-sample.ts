/**
 * Works some of the sample's leads as people would: looks where the rules have put them, and reports what is done with them as a CRM
 * does, by its intake topic. A lead is worked once, as soon as it has been decided; offers are answered as those who are asked do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { leadIdFor } from '@lead-router/contracts/ids.ts';
import type { ActivityEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readLeadPlaces } from '@lead-router/store/lead-places.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { KafkaFault, type OutgoingRecord, type RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { activitiesFor, isWorked } from '../sample/sample-activities.ts';
import type { SampleLead } from '../sample/sample-leads.ts';
import { textAt, wantsToSell } from '../sample/sample-offers.ts';

export interface WorkOptions {
  readonly pool: PostgresPool;
  readonly encoder: ActivityEncoder;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly signal: AbortSignal;
}

export interface WorkProgress {
  /** Activities reported so far, by kind. */
  readonly reported: Map<string, number>;
}

export interface SampleWork {
  /** Has been sent to its door. */
  add(lead: SampleLead): void;
  /** Nothing more is added. Resolves when all leads have been worked, or the signal aborts. */
  finish(): Promise<void>;
}

const LOOK_MS = 500;
const LEADS_A_LOOK = 200;
/** Without any of the awaited leads decided for so long, they are given up: the audit says what became of them. */
const PATIENCE_MS = 30_000;

export function startSampleWork(options: WorkOptions, progress: WorkProgress): SampleWork {
  const waiting = new Map<LeadId, number>();
  let isComplete = false;
  const work = async (): Promise<void> => {
    let triedAt = Date.now();
    while (!options.signal.aborted && !(isComplete && (waiting.size === 0 || Date.now() - triedAt > PATIENCE_MS))) {
      if ((await tryWork(options, { waiting, progress })) > 0 || !isComplete) triedAt = Date.now();
      await sleep(LOOK_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  };
  const working = work();
  // Whoever finishes hears of a failure; until then it must not end the process.
  working.catch(() => undefined);
  return {
    add: (lead) => {
      const said = lead.expectation === 'accepted' ? saidIn(lead) : null;
      if (!isWorked(lead.index) && !wantsToSell(said)) return;
      const reference = textAt(said, 'vendorReference');
      if (reference !== null) waiting.set(leadIdFor(lead.vendor, { kind: 'REFERENCE', reference }), lead.index);
    },
    finish: () => {
      isComplete = true;
      return working;
    },
  };
}

interface Work {
  readonly waiting: Map<LeadId, number>;
  readonly progress: WorkProgress;
}

/** How many leads were worked; 0 also while Postgres or Kafka is away. */
async function tryWork({ pool, encoder, producer }: WorkOptions, { waiting, progress }: Work): Promise<number> {
  try {
    const places = await readLeadPlaces(pool, [...waiting.keys()].slice(0, LEADS_A_LOOK));
    const now = Date.now();
    const activities = places.flatMap((place) => {
      const index = waiting.get(place.leadId) ?? 0;
      // Whoever is asked answers; of what is given, most is left to be watched.
      return place.stage === 'OFFERED' || isWorked(index) ? activitiesFor(place, { index, now }) : [];
    });
    const records: OutgoingRecord[] = [];
    for (const activity of activities) {
      // One key, one partition: they are read in their order.
      records.push({ topic: encoder.topic, key: activity.leadId, value: await encoder.encode(activity) });
    }
    if (records.length > 0) await producer.send(records);
    for (const { activity } of activities) progress.reported.set(activity, (progress.reported.get(activity) ?? 0) + 1);
    for (const { leadId } of places) waiting.delete(leadId);
    return places.length;
  } catch (error) {
    if (error instanceof StoreFault || error instanceof KafkaFault) return 0;
    throw error;
  }
}

function saidIn(lead: SampleLead): unknown {
  if (lead.door === 'http') return JSON.parse(lead.text);
  return lead.kind === 'intake' ? lead.intake : null;
}
