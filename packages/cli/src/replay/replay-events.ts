/**
 * The events of replayed batches against their topics, and the contexts that Postgres keeps to make later ones with against those that were
 * published last. Whether each decision has its event is for the audit: here, what is there is the same.
 */
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { DecideBatchRequest } from '@lead-router/domain/decide-batch.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readDecisionBatch, readLead } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type StoredContext, scanContexts } from '@lead-router/store/recorded-rows.ts';
import type { RecordedBatches } from '../commands/decide-again.ts';
import { EventBook, type EventCounts, type EventFault } from './event-book.ts';
import { digestBytes } from './event-inputs.ts';
import { type EventCodecs, makeEvents, openEventCodecs } from './made-events.ts';
import { type EventSource, readEvents, type StatesSeen } from './read-events.ts';
import { type ReplayedBatch, replayBatch } from './replay-batch.ts';

export interface EventsReport {
  readonly decided: EventCounts;
  readonly state: EventCounts;
  readonly sla: EventCounts;
  /** Leads whose context in Postgres is, byte for byte, the one that their latest state carries. */
  readonly contexts: number;
}

export interface ReplayedEvents {
  readonly report: EventsReport;
  /** Plain words, the first of them in full. */
  readonly faults: readonly string[];
}

type Decided = NonNullable<ReplayedBatch['outcome']>;

export interface EventReplay {
  add(batch: Parameters<EventBook['add']>[0], request: DecideBatchRequest, outcome: Decided): void;
  /** Reads the topics. */
  finish(): Promise<ReplayedEvents>;
}

export interface EventReplayOptions {
  readonly pool: PostgresPool;
  readonly recorded: RecordedBatches;
  readonly source: EventSource;
  /** Of this lead alone. */
  readonly leadId?: LeadId;
}

const MOST_TOLD = 20;

/** null: nothing was ever published here. */
export async function openEventReplay(options: EventReplayOptions): Promise<EventReplay | null> {
  const { source, leadId } = options;
  const existing = await source.kafka.admin.listTopics();
  if ([TOPICS.inbox, TOPICS.decided, TOPICS.state, TOPICS.sla].some(({ topic }) => !existing.includes(topic))) return null;
  const codecs = await openEventCodecs(source.schemas).catch(whileUnregistered);
  if (codecs === null) return null;
  const book = new EventBook(codecs, leadId === undefined ? {} : { leadId });
  return {
    add: (batch, request, outcome) => book.add(batch, request, outcome),
    finish: async () => {
      const states = await readEvents(source, { book, codecs, ...(leadId !== undefined && { leadId }) });
      const contexts = await compareContexts(options, states);
      const told = await Promise.all(book.faults.slice(0, MOST_TOLD).map((fault) => describe(options, codecs, fault)));
      const untold = book.faults.slice(MOST_TOLD).map(({ what, leadId: of }) => `an event of lead ${of} ${what}`);
      const counts = { decided: book.counts('decided'), state: book.counts('state'), sla: book.counts('sla') };
      return { report: { ...counts, contexts: contexts.same }, faults: [...told, ...untold, ...contexts.faults] };
    },
  };
}

/** Topics that somebody made, and no schema yet to write to them with. */
function whileUnregistered(error: unknown): null {
  if (error instanceof CodecFault && error.code === 'LR_CODEC_SUBJECT_MISSING') return null;
  throw error;
}

/** A lead that has gone on since its latest state was read is left out. */
async function compareContexts({ pool, source, leadId }: EventReplayOptions, states: StatesSeen) {
  const stored = await openStoredContexts(source.schemas);
  const faults: string[] = [];
  let same = 0;
  for await (const page of leadId === undefined ? scanContexts(pool) : contextOf(pool, leadId)) {
    await stored.prepare(page.flatMap(({ context }) => (context === null ? [] : [context])));
    for (const { leadId: id, version, context } of page) {
      const seen = states.get(id);
      if (seen?.version !== version || context === null) continue;
      if (digestBytes(stored.fromStored(context)) === seen.context) same++;
      else faults.push(`lead ${id} has another context in Postgres than its state of version ${version} on ${TOPICS.state.topic}`);
    }
  }
  return { same, faults };
}

async function* contextOf(pool: PostgresPool, leadId: LeadId): AsyncGenerator<readonly StoredContext[]> {
  const found = await readLead(pool, leadId);
  if (found !== null) yield [{ leadId, version: found.lead.version, context: found.context }];
}

async function describe({ pool, recorded }: EventReplayOptions, codecs: EventCodecs, fault: EventFault): Promise<string> {
  const { topic, eventId, leadId, batchId, what, seen } = fault;
  const name = `the event ${eventId} of lead ${leadId} on ${TOPICS[topic].topic} (batch ${batchId}) ${what}`;
  const batch = seen === null ? null : await readDecisionBatch(pool, batchId);
  if (seen === null || batch === null) return name;
  const { outcome } = replayBatch(batch, await recorded.requestOf(batch), []);
  const made = outcome === null ? undefined : makeEvents(codecs, batch, outcome).find((one) => one.eventId === eventId);
  if (made === undefined) return name;
  const differs = Object.keys(made.words).flatMap((field) => {
    const [published, again] = [JSON.stringify(seen[field]), JSON.stringify(made.words[field])];
    return published === again ? [] : [`${field} is ${published}, made again ${again}`];
  });
  return `${name}: ${differs.join('; ')}`;
}
