/** Published rule sets: immutable versions, counted from 1, and which of them is active. */
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface NewRuleSet {
  /** Name of the document. */
  readonly name: string;
  /** SHA-256 of the canonical source and tables, hex. */
  readonly digest: string;
  readonly source: string;
  /** Reference tables as text (CSV), by name. */
  readonly tables: ReadonlyMap<string, string>;
  readonly publishedBy: string;
}

export interface PublishedRuleSet extends NewRuleSet {
  readonly version: number;
  readonly publishedAt: number;
}

export interface RuleSetSummary {
  readonly version: number;
  readonly name: string;
  readonly digest: string;
  readonly publishedAt: number;
  readonly publishedBy: string;
  readonly isActive: boolean;
}

/** Held against a second publication only: readers are not in the way of each other. */
const LOCK_RULE_SETS = statement('rule-sets-lock', 'LOCK TABLE rule_sets IN SHARE ROW EXCLUSIVE MODE');

const NEWEST = statement('rule-sets-newest', 'SELECT version, digest FROM rule_sets ORDER BY version DESC LIMIT 1');

const PUBLISH = statement(
  'rule-sets-insert',
  `INSERT INTO rule_sets (version, name, digest, source, tables, published_by)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6)`,
);

const LOAD = statement(
  'rule-sets-load',
  'SELECT version, name, digest, source, tables, published_at, published_by FROM rule_sets WHERE version = $1',
);

const LIST = statement(
  'rule-sets-list',
  `SELECT r.version, r.name, r.digest, r.published_at, r.published_by, r.version IS NOT DISTINCT FROM a.version AS is_active
     FROM rule_sets r CROSS JOIN rule_set_activation a
    ORDER BY r.version DESC`,
);

const ACTIVE_VERSION = statement('rule-set-activation-read', 'SELECT version FROM rule_set_activation');

/**
 * Returns the new version. Publishing what is the newest version already is no new one: its number comes back with `isNew` false.
 * The document must have been checked before: versions are never changed or removed.
 */
export const publishRuleSet = (pool: PostgresPool, ruleSet: NewRuleSet): Promise<{ readonly version: number; readonly isNew: boolean }> =>
  pool.inTransaction(async (transaction) => {
    void transaction.run(LOCK_RULE_SETS);
    const [newest] = await transaction.run<{ version: number; digest: string }>(NEWEST);
    if (newest?.digest === ruleSet.digest) return { version: newest.version, isNew: false };
    const version = (newest?.version ?? 0) + 1;
    const tables = JSON.stringify(Object.fromEntries(ruleSet.tables));
    await transaction.run(PUBLISH, [version, ruleSet.name, ruleSet.digest, ruleSet.source, tables, ruleSet.publishedBy]);
    return { version, isNew: true };
  });

/** null when there is no such version. */
export const loadRuleSet = async (pool: PostgresPool, version: number): Promise<PublishedRuleSet | null> => {
  const [row] = await pool.run<{
    version: number;
    name: string;
    digest: string;
    source: string;
    tables: Readonly<Record<string, string>>;
    published_at: number;
    published_by: string;
  }>(LOAD, [version]);
  if (row === undefined) return null;
  const { name, digest, source } = row;
  return {
    version,
    name,
    digest,
    source,
    tables: new Map(Object.entries(row.tables)),
    publishedAt: row.published_at,
    publishedBy: row.published_by,
  };
};

/** Newest first. */
export const listRuleSets = async (pool: PostgresPool): Promise<readonly RuleSetSummary[]> => {
  const rows = await pool.run<{
    version: number;
    name: string;
    digest: string;
    published_at: number;
    published_by: string;
    is_active: boolean;
  }>(LIST);
  return rows.map((row) => ({
    version: row.version,
    name: row.name,
    digest: row.digest,
    publishedAt: row.published_at,
    publishedBy: row.published_by,
    isActive: row.is_active,
  }));
};

/** null before the first publication. */
export const newestRuleSetVersion = async (pool: PostgresPool): Promise<number | null> => {
  const [row] = await pool.run<{ version: number }>(NEWEST);
  return row?.version ?? null;
};

/** May be out of date at once: only a batch's transaction knows for certain. null before the first activation. */
export const activeRuleSetVersion = async (pool: PostgresPool): Promise<number | null> => {
  const [row] = await pool.run<{ version: number | null }>(ACTIVE_VERSION);
  return row?.version ?? null;
};
