/**
 * The intake topics of vendors and systems: each value becomes a lead in `lead.submitted.v1`, an activity in the inbox, or a dead letter.
 *
 * Input: `LeadIntake`, `ActivityIntake`. Output: `LeadSubmitted`, `InboxEvent`; rows of `submissions`. Key and ordering: re-keyed by
 * lead id; the order of a vendor's partition is kept for a lead.
 * Delivery guarantee: at least once; event ids follow from lead or activity, so the router applies each once. A lead's row is written
 * before the lead is produced, because its intake record stays to be read again until it is.
 * Failure: faults are dead letters with code and field names, no values; too many of them quarantine that topic and no other.
 * Postgres or Kafka down: the partition waits. The daily cap is not applied: what is in the log has been taken, and a refusal would lose it.
 */
import type { ActivityIntake, LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { TRACEPARENT_HEADER } from '@lead-router/contracts/headers.ts';
import { type ActivitySubmission, parseActivity } from '@lead-router/contracts/parse-activity.ts';
import { parseSubmission, type Submission } from '@lead-router/contracts/parse-submission.ts';
import { systemOfTopic, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Submission as SubmissionRow } from '@lead-router/store/submission-store.ts';
import type { RecordHeaders } from '@lead-router/stream/kafka-port.ts';
import type { BatchStep, SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { type DeadLetter, deadLetter, ok, type RetryLater, retryLater, type StepResult } from '@lead-router/stream/step-result.ts';
import { submissionRow } from './accept-leads.ts';
import type { Digests } from './digests.ts';
import { DEAD_LETTER_CODES, type LineFault } from './error-codes.ts';
import { activityValue, type InboxCodec } from './report-activities.ts';
import { readTraceparent, type SubmittedCodec, submittedValue, traceHeaders } from './submitted-record.ts';

export interface IntakeLead {
  readonly submission: Submission;
  readonly row: SubmissionRow;
  readonly headers: RecordHeaders;
}

export interface IntakeOptions {
  readonly digests: Digests;
  readonly now: () => number;
}

export function parseIntakeStep(options: IntakeOptions): Step<LeadIntake, IntakeLead> {
  return {
    name: 'parse',
    purpose: 'the same rule as at the HTTP door; the topic says which vendor it is',
    run: (intake, { topic, record }) => {
      const vendor = vendorOfTopic(topic);
      if (vendor === null) throw new Error(`${topic} is no intake topic`);
      const result = parseSubmission(intake, { vendor });
      if (!result.ok) return refused(result.faults);
      const { submission } = result;
      const row = submissionRow(submission, { digests: options.digests, acceptedAt: options.now(), source: topic });
      return ok({ submission, row, headers: traceHeaders(readTraceparent(record.headers[TRACEPARENT_HEADER])) });
    },
  };
}

/** What the audit holds the pipeline to; a repeat keeps its first row. */
export function recordIntakeStep(record: (rows: readonly SubmissionRow[]) => Promise<unknown>): BatchStep<IntakeLead, IntakeLead> {
  return {
    name: 'record',
    purpose: 'a row for each lead; a repeat changes nothing',
    sinks: ['submissions'],
    runBatch: async (leads) => {
      const fault = await tryRecord(record, leads);
      if (fault === null) return leads.map((lead) => ok(lead));
      if (fault.kind === 'dead_letter' && leads.length > 1) return recordOneByOne(record, leads);
      return leads.map(() => fault);
    },
  };
}

/** One value that Postgres refuses must not hold up the others. */
async function recordOneByOne(
  record: (rows: readonly SubmissionRow[]) => Promise<unknown>,
  leads: readonly IntakeLead[],
): Promise<readonly StepResult<IntakeLead>[]> {
  const results: StepResult<IntakeLead>[] = [];
  for (const lead of leads) results.push((await tryRecord(record, [lead])) ?? ok(lead));
  return results;
}

const VALUE_REFUSED = 'LR_GATEWAY_VALUE_REFUSED';

async function tryRecord(
  record: (rows: readonly SubmissionRow[]) => Promise<unknown>,
  leads: readonly IntakeLead[],
): Promise<DeadLetter | RetryLater | null> {
  try {
    await record(leads.map(({ row }) => row));
    return null;
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    if (error.kind === 'refused-value') return deadLetter(VALUE_REFUSED, DEAD_LETTER_CODES[VALUE_REFUSED]);
    return retryLater('postgres', error.message);
  }
}

export function encodeSubmittedStep(codec: SubmittedCodec): Step<IntakeLead, readonly SinkRecord[]> {
  return {
    name: 'encode',
    purpose: 'the lead to bytes, under its id',
    sinks: ['submitted'],
    run: ({ submission, row, headers }) => {
      const value = submittedValue(codec, submission, { source: 'KAFKA', acceptedAt: row.acceptedAt });
      return ok([{ sink: 'submitted', key: submission.leadId, value, headers }]);
    },
  };
}

export interface IntakeActivity {
  readonly submission: ActivitySubmission;
  readonly headers: RecordHeaders;
}

export function parseActivityStep(): Step<ActivityIntake, IntakeActivity> {
  return {
    name: 'parse',
    purpose: 'the same rule as at the HTTP door; the topic says which system it is',
    run: (intake, { topic, record }) => {
      const system = systemOfTopic(topic);
      if (system === null) throw new Error(`${topic} is no intake topic`);
      const read = parseActivity(intake, system);
      if (!read.ok) return refused(read.faults);
      return ok({ submission: read.submission, headers: traceHeaders(readTraceparent(record.headers[TRACEPARENT_HEADER])) });
    },
  };
}

export function encodeActivityStep(inbox: InboxCodec, now: () => number): Step<IntakeActivity, readonly SinkRecord[]> {
  return {
    name: 'encode',
    purpose: 'the activity to bytes, under the id of its lead',
    sinks: ['inbox'],
    run: ({ submission, headers }) =>
      ok([{ sink: 'inbox', key: submission.leadId, value: activityValue(inbox, submission, now()), headers }]),
  };
}

/** The first fault's code; all of them by field and message, which never hold a value. */
function refused(faults: readonly LineFault[]): DeadLetter {
  const told = faults.map(({ code, field, message }) => `${field === '' ? '' : `${field} `}${message} (${code})`).join('; ');
  return deadLetter(faults[0]?.code ?? 'LR_LEAD_NOT_AN_OBJECT', told);
}
