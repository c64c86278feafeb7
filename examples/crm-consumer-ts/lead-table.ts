/** The CRM's own table: one row a lead, which only a newer version may change. So reading a record twice changes nothing. */
import { DatabaseSync } from 'node:sqlite';
import type { LeadState } from './decode-state.ts';

/** A record of the topic: a state, or null for a tombstone. */
export interface LeadChange {
  readonly leadId: string;
  readonly state: LeadState | null;
}

export interface Applied {
  readonly newer: number;
  /** Repeats, and versions that a later one has overtaken. */
  readonly stale: number;
  readonly removed: number;
}

export interface LeadTable {
  /** All of them or none. */
  apply(changes: readonly LeadChange[]): Applied;
  close(): void;
}

const CREATE = `
  CREATE TABLE IF NOT EXISTS leads (
    lead_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    stage TEXT NOT NULL,
    grade TEXT NOT NULL,
    score REAL NOT NULL,
    pool_id TEXT,
    agent_id TEXT,
    destination_id TEXT,
    linked_to TEXT,
    accepted_at INTEGER,
    vendor TEXT NOT NULL,
    vendor_reference TEXT NOT NULL,
    company TEXT,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    phone TEXT
  ) STRICT`;

const COLUMNS = [
  'lead_id',
  'version',
  'revision',
  'stage',
  'grade',
  'score',
  'pool_id',
  'agent_id',
  'destination_id',
  'linked_to',
  'accepted_at',
  'vendor',
  'vendor_reference',
  'company',
  'first_name',
  'last_name',
  'email',
  'phone',
] as const;

/** The whole of "exactly once": the last line. */
const UPSERT = `
  INSERT INTO leads (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (lead_id) DO UPDATE SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}
  WHERE excluded.version > leads.version`;

export function openLeadTable(file: string): LeadTable {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(CREATE);
  const upsert = database.prepare(UPSERT);
  const remove = database.prepare('DELETE FROM leads WHERE lead_id = ?');
  return {
    apply: (changes) => {
      const applied = { newer: 0, stale: 0, removed: 0 };
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { leadId, state } of changes) {
          if (state === null) applied.removed += Number(remove.run(leadId).changes);
          else if (upsert.run(...rowOf(state)).changes > 0) applied.newer += 1;
          else applied.stale += 1;
        }
        database.exec('COMMIT');
        return applied;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** In the order of COLUMNS. */
function rowOf(state: LeadState): (string | number | null)[] {
  const { lead, person } = state.context;
  // What enrichment found is in one writing for all vendors; what the lead said is there as well.
  const name = person?.found?.name ?? { given: person?.firstName ?? null, family: person?.lastName ?? null };
  const dialled = person?.found?.phones.find(({ field }) => field === 'phone')?.number;
  return [
    state.envelope.leadId,
    state.version,
    state.revision,
    state.stage,
    state.grade,
    state.score,
    state.poolId,
    state.agentId,
    state.destinationId,
    state.linkedTo,
    state.acceptedAt,
    lead.vendor,
    lead.vendorReference,
    lead.company.name,
    name.given,
    name.family,
    person?.email ?? null,
    dialled ?? person?.phone ?? null,
  ];
}
