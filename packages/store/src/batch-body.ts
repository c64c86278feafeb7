/**
 * The unit of record and replay: what a batch was decided from, compressed, as the column `decision_batches.body` keeps it.
 * Holds facts and ledgers, never a personal value.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import type { BatchSnapshot, DecisionContext, LeadRecord, RouterInput, WaiterRecord } from '@lead-router/domain/routing-model.ts';

/** Everything `decideBatch` needs besides the rule set of that version. */
export interface BatchBody {
  readonly inputs: readonly RouterInput[];
  readonly snapshot: BatchSnapshot;
  readonly context: DecisionContext;
}

/** Quick rather than small: the router writes one per batch. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function encodeBatchBody(body: BatchBody): Buffer {
  const { snapshot } = body;
  const plain = {
    inputs: body.inputs,
    context: body.context,
    snapshot: {
      identities: [...snapshot.identities.values()],
      leads: [...snapshot.leads.values()],
      destinations: [...snapshot.destinations.values()],
      pools: [...snapshot.pools.values()],
      waiters: [...snapshot.waiters],
      away: [...snapshot.away],
      ...(snapshot.conversions && { conversions: [...snapshot.conversions] }),
      locked: snapshot.locked,
    },
  };
  return zstdCompressSync(JSON.stringify(plain), COMPRESSION);
}

interface PlainBody {
  readonly inputs: BatchBody['inputs'];
  readonly context: DecisionContext;
  readonly snapshot: {
    readonly identities: readonly (BatchSnapshot['identities'] extends ReadonlyMap<string, infer V> ? V : never)[];
    readonly leads: readonly (BatchSnapshot['leads'] extends ReadonlyMap<LeadId, infer V> ? V : never)[];
    readonly destinations: readonly (BatchSnapshot['destinations'] extends ReadonlyMap<string, infer V> ? V : never)[];
    readonly pools: readonly (BatchSnapshot['pools'] extends ReadonlyMap<string, infer V> ? V : never)[];
    readonly waiters: readonly [string, readonly WaiterRecord[]][];
    /** Absent from batches of an earlier version: nobody's word was looked at. */
    readonly away?: readonly [string, number | null][];
    /** Absent where no margin was looked at. */
    readonly conversions?: readonly [string, OutcomeCounts][];
    readonly locked: BatchSnapshot['locked'];
  };
}

/** What batches of an earlier version do not say. */
const ACTIVITY_DEFAULTS = { isHumanResponse: true, revision: null, bringsData: false };

function withLaterFields(record: LeadRecord): LeadRecord {
  return { ...record, laterTimers: record.laterTimers ?? [] };
}

/** The bytes must come from `encodeBatchBody`: the column is written by nobody else. */
export function decodeBatchBody(bytes: Buffer): BatchBody {
  const plain: PlainBody = JSON.parse(zstdDecompressSync(bytes).toString('utf8'));
  const { snapshot } = plain;
  return {
    inputs: plain.inputs.map((input) => (input.kind === 'ACTIVITY' ? { ...ACTIVITY_DEFAULTS, ...input } : input)),
    context: plain.context,
    snapshot: {
      identities: new Map(snapshot.identities.map((record) => [record.identity, record])),
      leads: new Map(snapshot.leads.map((record) => [record.leadId, withLaterFields(record)])),
      destinations: new Map(snapshot.destinations.map((record) => [record.destinationId, record])),
      pools: new Map(snapshot.pools.map((record) => [record.poolId, record])),
      waiters: new Map(snapshot.waiters),
      away: new Map(snapshot.away ?? []),
      ...(snapshot.conversions && { conversions: new Map(snapshot.conversions) }),
      locked: snapshot.locked,
    },
  };
}
