/** Which dead letters went back to where they came from, and by whom. */
import { encodeColumns, numberColumn, textColumn } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

/** Where a dead letter lies. */
export interface DeadLetterPlace {
  readonly service: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Redrive extends DeadLetterPlace {
  readonly redrivenAt: number;
  readonly redrivenBy: string;
}

const PLACE_COLUMNS = [
  textColumn((place: DeadLetterPlace) => place.service),
  numberColumn((place: DeadLetterPlace) => place.partition),
  numberColumn((place: DeadLetterPlace) => place.offset),
];

const NOTE = statement(
  'dead-letter-redrives-note',
  `INSERT INTO dead_letter_redrives (service, partition, record_offset, redriven_by)
   SELECT r.service, r.partition, r.record_offset, $4
     FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS r (service, partition, record_offset)
   ON CONFLICT (service, partition, record_offset) DO UPDATE SET redriven_at = now(), redriven_by = excluded.redriven_by`,
);

const LIST = statement(
  'dead-letter-redrives-list',
  `SELECT service, partition, record_offset AS "offset", redriven_at AS "redrivenAt", redriven_by AS "redrivenBy"
     FROM dead_letter_redrives`,
);

/** After Kafka has taken them. Idempotent; the latest time counts. */
export const noteRedrives = async (pool: PostgresPool, places: readonly DeadLetterPlace[], by: string): Promise<void> => {
  if (places.length > 0) await pool.run(NOTE, [...encodeColumns(PLACE_COLUMNS, places), by]);
};

export const listRedrives = (pool: PostgresPool): Promise<readonly Redrive[]> => pool.run<Redrive>(LIST);
