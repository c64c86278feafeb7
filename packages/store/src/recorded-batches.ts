/** The records that decisions can be made again from, with the decisions that were made of them, and what they take up. */

import type { DestinationRecord, PoolRecord } from '@lead-router/domain/routing-model.ts';
import { runAnalytic } from './analytic-query.ts';
import { textArray } from './column-encoding.ts';
import { DECISION_COLUMN_NAMES, type RecordedBatch, type StoredDecision } from './lead-store.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type DestinationRow, destinationOf, type PoolRow, poolOf } from './routing-rows.ts';
import { statement } from './statement.ts';

export interface BatchRange {
  /** Batches decided from this instant on, milliseconds; all where left out. */
  readonly since?: number;
  /** So many of them, drawn by lot; all where left out. */
  readonly sample?: number;
}

export interface BatchAndDecisions {
  readonly batch: RecordedBatch;
  /** In the order of inputs. */
  readonly decisions: readonly StoredDecision[];
}

export interface DecisionCost {
  readonly decisions: number;
  readonly batches: number;
  /** Of both tables on disk, indexes and what is stored out of line included. */
  readonly bytes: number;
}

interface BatchPlace {
  readonly batchId: string;
  readonly now: number;
}

/** Bodies are held in memory: a few megabytes. */
const BATCHES_AT_ONCE = 50;

const PLACES = statement(
  'recorded-batches-places',
  `SELECT batch_id AS "batchId", decided_at AS now FROM decision_batches
    WHERE decided_at >= to_timestamp($1::float8 / 1000) ORDER BY decided_at, partition, from_offset`,
);

const SAMPLE = statement(
  'recorded-batches-sample',
  `SELECT batch_id AS "batchId", decided_at AS now FROM decision_batches
    WHERE decided_at >= to_timestamp($1::float8 / 1000) ORDER BY random() LIMIT $2`,
);

const BATCHES = statement(
  'recorded-batches-read',
  `SELECT batch_id AS "batchId", partition, epoch, from_offset AS "from", to_offset AS "to", rule_set_version AS "ruleSetVersion",
          decided_at AS "now", seed, body
     FROM decision_batches WHERE batch_id = ANY ($1::text[])`,
);

const DECISIONS = statement(
  'recorded-batches-decisions',
  `SELECT ${DECISION_COLUMN_NAMES} FROM decisions d
    WHERE d.decided_at BETWEEN to_timestamp($1::float8 / 1000) AND to_timestamp($2::float8 / 1000) AND d.batch_id = ANY ($3::text[])
    ORDER BY d.batch_id, d.input_index, d.revision`,
);

const POOLS = statement(
  'recorded-batches-pools',
  `SELECT pool_id, generation, open, daily, day, waiting, wake_pending, wake_at, wake_generation, members, hour_from, hour_given, offered
     FROM pools WHERE generation IS NOT NULL`,
);

const DESTINATIONS = statement(
  'recorded-batches-destinations',
  'SELECT destination_id, open, daily, day, hour_from, hour_given FROM destinations WHERE open IS NOT NULL',
);

const COST = statement(
  'recorded-batches-cost',
  `SELECT (SELECT count(*) FROM decisions)::float8 AS decisions, (SELECT count(*) FROM decision_batches)::float8 AS batches,
          (SELECT sum(pg_total_relation_size(relid)) FROM (
             SELECT relid FROM pg_partition_tree('decisions') UNION ALL SELECT relid FROM pg_partition_tree('decision_batches')
           ) AS parts)::float8 AS bytes`,
);

/** In the order of time, those of a partition in the order of its log; a sample in any order. Resolves once they are listed: what is decided later is left out. */
export async function scanBatches(pool: PostgresPool, range: BatchRange = {}): Promise<AsyncGenerator<BatchAndDecisions>> {
  const { since = 0, sample } = range;
  const places = await (sample === undefined
    ? runAnalytic<BatchPlace>(pool, PLACES, [since])
    : runAnalytic<BatchPlace>(pool, SAMPLE, [since, sample]));
  return readAll(pool, places);
}

async function* readAll(pool: PostgresPool, places: readonly BatchPlace[]): AsyncGenerator<BatchAndDecisions> {
  for (let start = 0; start < places.length; start += BATCHES_AT_ONCE) {
    yield* await readBatches(pool, places.slice(start, start + BATCHES_AT_ONCE));
  }
}

/** Of pools and destinations that have been written to. */
export interface StandingBooks {
  readonly pools: ReadonlyMap<string, PoolRecord>;
  readonly destinations: ReadonlyMap<string, DestinationRecord>;
}

/** As they stand. */
export async function readBooks(pool: PostgresPool): Promise<StandingBooks> {
  const [pools, destinations] = await Promise.all([pool.run<PoolRow>(POOLS), pool.run<DestinationRow>(DESTINATIONS)]);
  return {
    pools: new Map(pools.map((row) => [row.pool_id, poolOf(row)])),
    destinations: new Map(destinations.map((row) => [row.destination_id, destinationOf(row)])),
  };
}

/** Grows as decisions are made; the tables of months to come count with their few empty pages. */
export async function readDecisionCost(pool: PostgresPool): Promise<DecisionCost> {
  const [row] = await runAnalytic<DecisionCost>(pool, COST);
  return row ?? { decisions: 0, batches: 0, bytes: 0 };
}

async function readBatches(pool: PostgresPool, places: readonly BatchPlace[]): Promise<readonly BatchAndDecisions[]> {
  const ids = textArray(places.map(({ batchId }) => batchId));
  const times = places.map(({ now }) => now);
  const [batches, decisions] = await Promise.all([
    runAnalytic<RecordedBatch>(pool, BATCHES, [ids]),
    runAnalytic<StoredDecision>(pool, DECISIONS, [Math.min(...times), Math.max(...times), ids]),
  ]);
  const byId = new Map(batches.map((batch) => [batch.batchId, batch]));
  const decisionsOf = Map.groupBy(decisions, ({ batchId }) => batchId);
  return places.flatMap(({ batchId }) => {
    const batch = byId.get(batchId);
    return batch === undefined ? [] : [{ batch, decisions: decisionsOf.get(batchId) ?? [] }];
  });
}
