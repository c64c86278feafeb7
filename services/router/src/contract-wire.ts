/** The router's wire on the contracts package: codecs opened once, mappers, event ids. */
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { encodeContext, openContext, openStoredContexts, restOf, withFindings } from '@lead-router/contracts/context-codec.ts';
import { eventIdFor, routeEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { type Provenance, toLeadDecided, toLeadSla, toStateEvent } from '@lead-router/contracts/mappers/decision-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { fromInboxEvent, toInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { deadLetterTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import { deadLetterRecord } from '@lead-router/stream/dead-letter-record.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import { deadLetter } from '@lead-router/stream/step-result.ts';
import type { OutputOrigin, ReadAnswer, RouterWire } from './router-wire.ts';

type InboxCodec = Awaited<ReturnType<typeof openTopicCodec<'inbox'>>>;

export async function openContractWire(source: SchemaSource, options: { readonly version: string }): Promise<RouterWire> {
  const [inbox, decided, state, sla, stored] = await Promise.all([
    openTopicCodec(source, 'inbox'),
    openTopicCodec(source, 'decided'),
    openTopicCodec(source, 'state'),
    openTopicCodec(source, 'sla'),
    openStoredContexts(source),
  ]);
  return {
    read: async (records) => {
      await inbox.prepare(records.map((record) => record.value));
      return records.map((record) => readRecord(inbox, record));
    },
    prepareStored: stored.prepare,
    fromStored: stored.fromStored,
    toStored: stored.toStored,
    readContext: (context) => {
      const opened = openContext(context);
      const { history, person, personSealed } = restOf(opened);
      return { lead: opened.lead, person, isSealed: personSealed !== null, history };
    },
    replaceFindings: (context, findings) => withFindings(openContext(context), findings),
    replaceContent: (context, { lead, enrichment, scoring, history, person }) => {
      const { personSealed } = restOf(openContext(context));
      return encodeContext(toContext({ lead, enrichment, scoring, history, person, personSealed }));
    },
    decided: (decision, origin) => ({
      topic: TOPICS.decided.topic,
      key: decision.lead.leadId,
      value: decided.encodeWithContext(
        toLeadDecided(decision, provenance(origin), { batchId: origin.batchId, batchIndex: origin.inputIndex }),
        origin.context,
      ),
      headers: origin.headers,
    }),
    state: (change, origin) => ({
      topic: TOPICS.state.topic,
      key: change.lead.leadId,
      value: state.encodeWithContext(toStateEvent(change, provenance(origin)), origin.context),
      headers: origin.headers,
    }),
    sla: (event, origin) => ({
      topic: TOPICS.sla.topic,
      key: event.lead.leadId,
      value: sla.encode(toLeadSla(event, provenance(origin))),
      headers: origin.headers,
    }),
    wakeUp: (wakeUp, { partition, from, recordedAt }) => {
      const eventId = routeEventId({ partition, from, ...wakeUp });
      const envelope = toEnvelope({ eventId, leadId: wakeUp.leadId, occurredAt: recordedAt, recordedAt });
      const { prefix } = toInboxEvent(envelope, { kind: 'ROUTE', poolId: wakeUp.poolId, cause: wakeUp.cause });
      return { topic: TOPICS.inbox.topic, key: wakeUp.leadId, value: inbox.encodeWithContext(prefix, null) };
    },
    deadLetter: ({ record, partition, code, detail }) =>
      deadLetterRecord({
        context: { source: 'inbox', topic: TOPICS.inbox.topic, partition, record },
        step: 'decide',
        result: deadLetter(code, detail),
        attempts: 1,
        serviceVersion: options.version,
        deadLetterTopic: deadLetterTopic('router'),
      }),
    eventId: eventIdFor,
  };
}

function readRecord(inbox: InboxCodec, record: ConsumedRecord): ReadAnswer {
  if (record.value === null)
    return { ok: false, record, code: 'LR_CODEC_TOMBSTONE', detail: 'a record without a value says nothing to the router' };
  try {
    const cut = inbox.decodePrefix(record.value);
    const message = fromInboxEvent(cut);
    if (message.kind === 'UNREADABLE') return { ok: false, record, code: 'LR_INBOX_UNREADABLE', detail: message.reason };
    const base = { offset: record.offset, correlationId: cut.prefix.envelope.correlationId, headers: record.headers };
    if (message.kind === 'ACTIVITY') return { ok: true, message: { ...message, ...base, value: record.value } };
    if (message.kind !== 'SCORED') return { ok: true, message: { ...message, ...base } };
    const { context, ...scored } = message;
    const { lead, enrichment, scoring } = openContext(context);
    if (enrichment === null || scoring === null)
      return { ok: false, record, code: 'LR_INBOX_NOT_SCORED', detail: 'a scored lead has to carry enrichment and scoring' };
    return { ok: true, message: { ...scored, ...base, content: { lead, enrichment, scoring }, contextBytes: context } };
  } catch (error) {
    if (error instanceof CodecFault) return { ok: false, record, code: error.code, detail: error.message };
    throw error;
  }
}

function provenance(origin: OutputOrigin): Provenance {
  return { occurredAt: origin.recordedAt, recordedAt: origin.recordedAt, correlationId: origin.correlationId };
}
