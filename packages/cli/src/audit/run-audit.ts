/**
 * The audit: proves below a cut that every accepted lead was decided once, that each decision has its one event, and that Kafka and
 * Postgres agree. Promises are read first, so that each is older than the cut; the tables after the cut, so that every event below it
 * has its row; then the topics up to the cut. Nothing is written, and it may run while leads flow.
 */
import { type Codec, openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { toLeadRecord } from '@lead-router/contracts/mappers/state-mapper.ts';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { deadLetterTopic, TOPICS, valueSubject, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import { readAuditedBooks } from '@lead-router/store/audit-books.ts';
import { findRevisionFaults, readAuditedPartitions, scanDecisions, scanLeads, scanSubmissions } from '@lead-router/store/audit-store.ts';
import { readKeptFrom } from '@lead-router/store/decision-months.ts';
import type { EarlyFigures } from '@lead-router/store/early-activities.ts';
import { readDecisions, readLead } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { type AuditCut, DEAD_LETTER_SERVICES, takeCut } from './audit-cut.ts';
import { type AuditLedger, createAuditLedger } from './audit-ledger.ts';
import { type AuditReport, type CheckReport, MAX_LISTED } from './audit-report.ts';
import { checkBooks } from './check-books.ts';
import { createEventCheck, type EventOutcome } from './check-events.ts';
import { createOutcomeCheck, NO_TRACES, type OutcomeCheck, type OutcomeResult, type Spot, type Traces, wordsOf } from './check-outcomes.ts';
import { checkPlaces } from './check-places.ts';
import { checkRevisions } from './check-revisions.ts';
import { createStateCheck, type StateOutcome } from './check-states.ts';
import { isCountedThroughout } from './counted-destinations.ts';
import { createDeadLetters, type DeadLetters, leadIdOf } from './dead-letters.ts';
import { notProved } from './not-proved.ts';
import { type ReadBelowCut, readBelowCut } from './read-below-cut.ts';

export interface AuditOptions {
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly schemas: SchemaSource;
  /** Told what is being gone through, for people who wait. */
  readonly onProgress?: (line: string) => void;
  /** Longest silence of Kafka, milliseconds. Default 30,000. */
  readonly silenceMs?: number;
}

const DEFAULT_SILENCE_MS = 30_000;

/** Rejects with KafkaFault, StoreFault or CodecFault when a part of the system does not answer; what it finds wrong is in the report. */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const { kafka, pool, onProgress = () => undefined } = options;
  const startedAt = Date.now();
  const ledger = createAuditLedger();
  onProgress('reading what was promised');
  for await (const page of scanSubmissions(pool)) for (const submission of page) ledger.addPromise(submission);
  const cut = await takeCut(kafka);
  onProgress('reading Postgres');
  const tables = await readTables(pool, ledger, cut);
  onProgress(`reading Kafka up to the cut`);
  const source: ReadBelowCut = { kafka, cut, silenceMs: options.silenceMs ?? DEFAULT_SILENCE_MS };
  const deadLetters = createDeadLetters(ledger, DEAD_LETTER_SERVICES);
  const outcomes = createOutcomeCheck(ledger, cut, deadLetters);
  const [events, states] = await Promise.all([
    readEvents(options, source, ledger),
    readStates(options, source, { ledger, isAtRest: tables.isAtRest }),
    readSubmitted(source, outcomes),
    readDeadLetters(source, deadLetters),
  ]);
  const settled = await settleOutcomes(options, source, outcomes);
  const { places, leads, report: placesReport } = checkPlaces(ledger, settled.inFlightLeads);
  const checks: readonly CheckReport[] = [settled.report, tables.revisions, events.report, states.report, tables.books, placesReport];
  const discrepancies = checks.reduce((sum, check) => sum + check.discrepancies, 0);
  const inFlightOf = {
    leads: settled.inFlightLeads.size,
    intakeRecords: settled.inFlightIntake,
    decisions: events.inFlight,
    states: states.inFlight,
  };
  return {
    balances: discrepancies === 0,
    startedAt,
    durationMs: Date.now() - startedAt,
    leads,
    places,
    inFlight: Object.values(inFlightOf).reduce((sum, count) => sum + count, 0),
    inFlightOf,
    refusedAtIntake: settled.refusedAtIntake,
    deadLetters: deadLetters.counts(),
    checks,
    discrepancies,
    notProved: notProved({
      cut,
      expiredEvents: events.expired,
      unattributedStates: states.unattributed,
      uncounted: tables.uncounted,
      early: tables.early,
      keptFrom: tables.keptFrom,
    }),
    cut: cut.partitions,
  };
}

interface Tables {
  readonly revisions: CheckReport;
  readonly books: CheckReport;
  readonly uncounted: readonly string[];
  readonly early: EarlyFigures;
  readonly keptFrom: number | null;
  readonly isAtRest: (partition: number) => boolean;
}

async function readTables(pool: PostgresPool, ledger: AuditLedger, cut: AuditCut): Promise<Tables> {
  const inbox = TOPICS.inbox.topic;
  for await (const page of scanLeads(pool)) for (const lead of page) ledger.addRow(lead);
  for await (const page of scanDecisions(pool)) {
    for (const decision of page) {
      const { partition, batchTo } = decision;
      ledger.addDecision(decision, partition === null || batchTo === null || batchTo <= cut.consumed(inbox, partition));
    }
  }
  const revisions = checkRevisions(ledger, await findRevisionFaults(pool, MAX_LISTED));
  const audited = await readAuditedBooks(pool, MAX_LISTED);
  const { report: books, uncounted } = await checkBooks(audited, isCountedThroughout(pool));
  // After the rows: whatever wrote one of them has been stored by now.
  const partitions = new Map((await readAuditedPartitions(pool)).map(({ partition, storedTo }) => [partition, storedTo ?? 0]));
  const { early } = audited;
  return {
    revisions,
    books,
    uncounted,
    early,
    keptFrom: await readKeptFrom(pool),
    isAtRest: (partition) => (partitions.get(partition) ?? 0) <= cut.consumed(inbox, partition),
  };
}

async function readEvents({ schemas, pool }: AuditOptions, source: ReadBelowCut, ledger: AuditLedger): Promise<EventOutcome> {
  const codec = await openTopicCodec(schemas, 'decided');
  const { topic } = TOPICS.decided;
  const check = createEventCheck(ledger, source.cut);
  await readBelowCut(source, topic, async (records, partition) => {
    await codec.prepare(records.map(({ value }) => value));
    for (const { value, offset } of records) {
      const read = attempt(value, (bytes) => codec.decodePrefix(bytes).prefix);
      if (read.ok) check.add(read.value, partition);
      else check.addUnreadable(wordsOf({ topic, partition, offset }), read.why);
    }
  });
  return check.finish((leadId) => readDecisions(pool, asLeadId(leadId)));
}

async function readStates(
  { schemas, pool }: AuditOptions,
  source: ReadBelowCut,
  { ledger, isAtRest }: { readonly ledger: AuditLedger; readonly isAtRest: (partition: number) => boolean },
): Promise<StateOutcome> {
  const codec = await openTopicCodec(schemas, 'state');
  const { topic } = TOPICS.state;
  const check = createStateCheck(ledger, isAtRest);
  await readBelowCut(source, topic, async (records, partition) => {
    await codec.prepare(records.map(({ value }) => value));
    for (const { value, offset } of records) {
      const read = attempt(value, (bytes) => toLeadRecord(codec.decodePrefix(bytes).prefix));
      if (read.ok) check.add(read.value);
      else check.addUnreadable(wordsOf({ topic, partition, offset }), read.why);
    }
  });
  return check.finish(async (leadId) => (await readLead(pool, asLeadId(leadId)))?.lead ?? null);
}

function readSubmitted(source: ReadBelowCut, outcomes: OutcomeCheck): Promise<void> {
  const { topic } = TOPICS.submitted;
  return readBelowCut(source, topic, (records, partition) => {
    for (const { key, offset } of records) outcomes.addSubmitted(leadIdOf(key), { topic, partition, offset });
  });
}

async function readDeadLetters(source: ReadBelowCut, deadLetters: DeadLetters): Promise<void> {
  for (const service of DEAD_LETTER_SERVICES) {
    await readBelowCut(source, deadLetterTopic(service), (records) => {
      for (const record of records) deadLetters.add(service, record);
    });
  }
}

/** Intake topics, and the topics in between where somebody has to be looked for. */
async function settleOutcomes(options: AuditOptions, source: ReadBelowCut, outcomes: OutcomeCheck): Promise<OutcomeResult> {
  for (const topic of source.cut.intakeTopics) await readIntake(options.schemas, source, { topic, outcomes });
  const stragglers = outcomes.stragglers();
  return outcomes.finish(stragglers.size === 0 ? NO_TRACES : await traceStragglers(options.schemas, source, stragglers));
}

async function readIntake(
  schemas: SchemaSource,
  source: ReadBelowCut,
  { topic, outcomes }: { readonly topic: string; readonly outcomes: OutcomeCheck },
): Promise<void> {
  const vendor = vendorOfTopic(topic) ?? '';
  const codec: Codec<unknown> = await openCodec(schemas, { subject: valueSubject(topic), record: 'LeadIntake' });
  await readBelowCut(source, topic, async (records, partition) => {
    await codec.prepare(records.map(({ value }) => value));
    for (const { value, offset } of records) {
      const read = attempt(value, (bytes) => parseSubmission(codec.decode(bytes), { vendor }));
      outcomes.addIntake(read.ok && read.value.ok ? read.value.submission.leadId : null, { topic, partition, offset });
    }
  });
}

async function traceStragglers(schemas: SchemaSource, source: ReadBelowCut, stragglers: ReadonlySet<string>): Promise<Traces> {
  const enriched = new Map<string, Spot>();
  const scored = new Map<string, Spot>();
  const note = (traces: Map<string, Spot>, leadId: string | null, spot: Spot): void => {
    if (leadId !== null && stragglers.has(leadId) && !traces.has(leadId)) traces.set(leadId, spot);
  };
  await readBelowCut(source, TOPICS.enriched.topic, (records, partition) => {
    for (const { key, offset } of records) note(enriched, leadIdOf(key), { topic: TOPICS.enriched.topic, partition, offset });
  });
  const codec = await openTopicCodec(schemas, 'inbox');
  await readBelowCut(source, TOPICS.inbox.topic, async (records, partition) => {
    const theirs = records.filter(({ key }) => stragglers.has(leadIdOf(key) ?? ''));
    await codec.prepare(theirs.map(({ value }) => value));
    for (const { key, value, offset } of theirs) {
      const read = attempt(value, (bytes) => 'leadrouter.v1.LeadScored' in codec.decodePrefix(bytes).prefix.body);
      if (read.ok && read.value) note(scored, leadIdOf(key), { topic: TOPICS.inbox.topic, partition, offset });
    }
  });
  return { enriched, scored };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

function attempt<T>(value: Buffer | null, read: (bytes: Buffer) => T): Attempt<T> {
  if (value === null) return { ok: false, why: 'it has no value' };
  try {
    return { ok: true, value: read(value) };
  } catch (error) {
    if (error instanceof CodecFault) return { ok: false, why: error.message };
    throw error;
  }
}
