/**
 * Takes leads in: known ones are recognised, new ones counted against the vendor's daily cap, produced, and recorded.
 *
 * Input: the readable leads of some requests. Output: `lead.submitted.v1`, rows of `submissions`. Key and ordering: lead id; none needed.
 * Delivery guarantee: what is answered as accepted or repeat is in Kafka with acks=all. A row is written after the acknowledgement, so a
 * lead that has one needs not be produced again; only one read from an intake topic is, because its row is written first.
 * Failure: Kafka or Postgres down: nothing is promised, the quota is given back, the same request again makes the same leads.
 */
import type { Submission } from '@lead-router/contracts/parse-submission.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { Submission as SubmissionRow } from '@lead-router/store/submission-store.ts';
import type { QuotaGrant } from '@lead-router/store/vendor-quota.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { Settled } from './coalescer.ts';
import type { Digests } from './digests.ts';
import type { GatewayStore } from './gateway-store.ts';

/** The leads of one request. */
export interface LeadBatch {
  readonly vendor: string;
  readonly leads: readonly Submission[];
  /** Of the body they came in: what they cost while they wait. */
  readonly bytes: number;
  /** W3C trace context of the request. */
  readonly traceparent: string | null;
}

export type Fate = 'ACCEPTED' | 'REPEAT' | 'REPEAT_CHANGED' | 'OVER_QUOTA';

export interface BatchFates {
  /** One for each lead, in their order. */
  readonly fates: readonly Fate[];
  readonly quota: QuotaGrant;
}

export interface AcceptOptions {
  readonly store: Pick<GatewayStore, 'findSubmissions' | 'grantQuota' | 'giveQuotaBack' | 'recordSubmissions'>;
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly toRecord: (lead: Submission, about: { readonly acceptedAt: number; readonly traceparent: string | null }) => OutgoingRecord;
  readonly digests: Digests;
  readonly now: () => number;
  /** The count stays too high by what was not given back. */
  readonly onQuotaLost: (error: unknown) => void;
}

/** The door that `SubmissionRow.source` names for requests; every other one is an intake topic. */
export const HTTP_SOURCE = 'http';

interface Fresh {
  readonly row: SubmissionRow;
  readonly lead: Submission;
  readonly batch: LeadBatch;
}

type Grants = ReadonlyMap<string, Settled<QuotaGrant>>;

/** One outcome for each batch, in their order; rejects with StoreFault or KafkaFault when none of them can be promised. */
export async function acceptLeads(options: AcceptOptions, batches: readonly LeadBatch[]): Promise<readonly Settled<BatchFates>[]> {
  const acceptedAt = options.now();
  const leadIds = new Set(batches.flatMap(({ leads }) => leads.map(({ leadId }) => leadId)));
  const known = await options.store.findSubmissions([...leadIds]);
  const fresh = firstOfEach(batches, known, { digests: options.digests, acceptedAt });
  const grants = await grantEach(options, batches, fresh);
  const granted = withinGrants(fresh, grants);
  const recorded = await produceAndRecord(options, { granted, again: fromIntake(batches, known), acceptedAt, grants });
  return batches.map((batch) => {
    const grant = grants.get(batch.vendor);
    if (grant === undefined || !grant.ok) return { ok: false, error: grant?.error ?? new Error('a vendor was not granted anything') };
    const fateOf = (lead: Submission): Fate => {
      const first = known.get(lead.leadId) ?? granted.get(lead.leadId)?.row;
      if (first === undefined) return 'OVER_QUOTA';
      if (granted.get(lead.leadId)?.lead === lead && recorded.has(lead.leadId)) return 'ACCEPTED';
      return first.contentDigest === options.digests.ofContent(lead) ? 'REPEAT' : 'REPEAT_CHANGED';
    };
    return { ok: true, value: { fates: batch.leads.map(fateOf), quota: grant.value } };
  });
}

/** Leads that nobody has recorded, each once: a second one in the same or another request is its repeat. */
function firstOfEach(
  batches: readonly LeadBatch[],
  known: ReadonlyMap<LeadId, SubmissionRow>,
  about: { readonly digests: Digests; readonly acceptedAt: number },
): ReadonlyMap<LeadId, Fresh> {
  const fresh = new Map<LeadId, Fresh>();
  for (const batch of batches) {
    for (const lead of batch.leads) {
      if (known.has(lead.leadId) || fresh.has(lead.leadId)) continue;
      fresh.set(lead.leadId, { row: submissionRow(lead, { ...about, source: HTTP_SOURCE }), lead, batch });
    }
  }
  return fresh;
}

export function submissionRow(
  lead: Submission,
  about: { readonly digests: Digests; readonly acceptedAt: number; readonly source: string },
): SubmissionRow {
  const { digests, acceptedAt, source } = about;
  const [referenceDigest, contentDigest] = [digests.ofReference(lead), digests.ofContent(lead)];
  return { leadId: lead.leadId, vendor: lead.lead.vendor, referenceDigest, contentDigest, source, acceptedAt };
}

/** One count a vendor; that one cannot be counted is not the others' fault. */
async function grantEach(options: AcceptOptions, batches: readonly LeadBatch[], fresh: ReadonlyMap<LeadId, Fresh>): Promise<Grants> {
  const wanted = new Map<string, number>(batches.map(({ vendor }) => [vendor, 0]));
  for (const { batch } of fresh.values()) wanted.set(batch.vendor, (wanted.get(batch.vendor) ?? 0) + 1);
  const grants = new Map<string, Settled<QuotaGrant>>();
  const grant = async (vendor: string, count: number): Promise<void> => {
    try {
      grants.set(vendor, { ok: true, value: await options.store.grantQuota(vendor, count) });
    } catch (error) {
      grants.set(vendor, { ok: false, error });
    }
  };
  await Promise.all([...wanted].map(([vendor, count]) => grant(vendor, count)));
  return grants;
}

/** The first ones of each vendor, as many as it was granted. */
function withinGrants(fresh: ReadonlyMap<LeadId, Fresh>, grants: Grants): ReadonlyMap<LeadId, Fresh> {
  const left = new Map([...grants].map(([vendor, grant]) => [vendor, grant.ok ? grant.value.granted : 0]));
  const granted = new Map<LeadId, Fresh>();
  for (const [leadId, one] of fresh) {
    const room = left.get(one.batch.vendor) ?? 0;
    if (room === 0) continue;
    left.set(one.batch.vendor, room - 1);
    granted.set(leadId, one);
  }
  return granted;
}

interface Granted {
  readonly granted: ReadonlyMap<LeadId, Fresh>;
  readonly again: readonly OutgoingLead[];
  readonly acceptedAt: number;
  readonly grants: Grants;
}

type OutgoingLead = Pick<Fresh, 'lead' | 'batch'>;

/** Returns the leads that were not known before; those that another instance was quicker with are given back to the quota. */
async function produceAndRecord(options: AcceptOptions, work: Granted): Promise<ReadonlySet<LeadId>> {
  const { granted, again, acceptedAt } = work;
  const outgoing: readonly OutgoingLead[] = [...granted.values(), ...again];
  try {
    if (outgoing.length > 0) {
      await options.send(outgoing.map(({ lead, batch }) => options.toRecord(lead, { acceptedAt, traceparent: batch.traceparent })));
    }
    const recorded = await options.store.recordSubmissions([...granted.values()].map(({ row }) => row));
    await giveBack(options, work, (leadId) => !recorded.has(leadId));
    return recorded;
  } catch (error) {
    await giveBack(options, work, () => true);
    throw error;
  }
}

/** Their rows were written before they were produced: a 202 has to be sure. */
function fromIntake(batches: readonly LeadBatch[], known: ReadonlyMap<LeadId, SubmissionRow>): readonly OutgoingLead[] {
  return batches.flatMap((batch) =>
    batch.leads.flatMap((lead) => {
      const row = known.get(lead.leadId);
      return row === undefined || row.source === HTTP_SOURCE ? [] : [{ lead, batch }];
    }),
  );
}

async function giveBack(options: AcceptOptions, work: Granted, isUnused: (leadId: LeadId) => boolean): Promise<void> {
  const unused = new Map<string, number>();
  for (const [leadId, { batch }] of work.granted) {
    if (isUnused(leadId)) unused.set(batch.vendor, (unused.get(batch.vendor) ?? 0) + 1);
  }
  const give = async (vendor: string, count: number): Promise<void> => {
    const grant = work.grants.get(vendor);
    if (grant?.ok) await options.store.giveQuotaBack({ vendor, day: grant.value.day, count });
  };
  await Promise.all([...unused].map(([vendor, count]) => give(vendor, count).catch(options.onQuotaLost)));
}
