/** What runs, where, how far behind, and where the leads are: each part asked by itself, so that one that is down hides no other. */
import { readActivationLog } from '@lead-router/store/activate-rule-set.ts';
import { type EarlyFigures, readEarlyFigures } from '@lead-router/store/early-activities.ts';
import { listRuleSets } from '@lead-router/store/rule-set-store.ts';
import { listLiveInstances } from '@lead-router/store/service-instances.ts';
import { type PoolCounts, readLeadSummary } from '@lead-router/store/summary-store.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createDeadLetterCounter, type DeadLetterCounts } from '../connect/count-dead-letters.ts';
import type { FoundSystem } from '../connect/find-system.ts';
import { addressOf, askPart, type Connection, type Part } from '../connect/open-connection.ts';
import { type ReaderLag, readLags } from '../connect/reader-lag.ts';
import { readServices, type ServiceStatus } from './read-services.ts';

export interface Status {
  /** Everything answers, and every service is ready. */
  readonly isWell: boolean;
  readonly runs: { readonly pid: number; readonly startedAt: number; readonly dataFolder: string } | null;
  readonly addresses: {
    readonly kafkaBrokers: readonly string[];
    readonly schemaRegistryUrl: string;
    /** With its password only for a system of this machine, whose password was made up by it. */
    readonly databaseUrl: string;
    readonly gatewayUrl: string | null;
  };
  readonly parts: readonly PartStatus[];
  readonly services: readonly ServiceStatus[];
  /** null: Kafka does not answer. */
  readonly readers: readonly ReaderLag[] | null;
  /** Records in the dead-letter topics, by service. */
  readonly deadLetters: Readonly<Record<string, number>> | null;
  /** null: Postgres does not answer, or none is active. */
  readonly ruleSet: ActiveRuleSet | null;
  /** null: Postgres does not answer. */
  readonly leads: LeadCounts | null;
  /** Activities whose lead has not come. null: Postgres does not answer. */
  readonly earlyActivities: EarlyFigures | null;
}

export interface PartStatus {
  readonly part: Part;
  readonly address: string;
  /** null: it answers. */
  readonly fault: string | null;
}

export interface ActiveRuleSet {
  readonly version: number;
  readonly name: string;
  readonly digest: string;
  readonly activatedAt: number | null;
  readonly activatedBy: string | null;
}

export interface LeadCounts {
  readonly total: number;
  readonly byStage: Readonly<Record<string, number>>;
  readonly byGrade: Readonly<Record<string, number>>;
  /** Offered leads have a place there, too. */
  readonly byDestination: Readonly<Record<string, number>>;
  readonly byPool: Readonly<Record<string, PoolCounts>>;
  readonly byVendor: Readonly<Record<string, number>>;
}

const PARTS: readonly Part[] = ['kafka', 'registry', 'postgres'];

export async function readStatus(connection: Connection): Promise<Status> {
  const { system } = connection;
  const parts = await Promise.all(
    PARTS.map(async (part) => ({ part, address: addressOf(system, part), fault: await askPart(connection, part) })),
  );
  const answers = (part: Part): boolean => parts.some((one) => one.part === part && one.fault === null);
  const [kafka, postgres] = await Promise.all([
    answers('kafka') ? readKafka(connection.kafka) : null,
    answers('postgres') ? readPostgres(connection) : null,
  ]);
  const services = await readServices(system.run, postgres?.instances ?? []);
  return {
    isWell: parts.every(({ fault }) => fault === null) && services.every(({ ready }) => ready !== false),
    runs: system.run === null ? null : { pid: system.run.pid, startedAt: system.run.startedAt, dataFolder: system.run.dataFolder },
    addresses: addressesOf(system, services),
    parts,
    services,
    readers: kafka?.readers ?? null,
    deadLetters: kafka?.deadLetters ?? null,
    ruleSet: postgres?.ruleSet ?? null,
    leads: postgres?.leads ?? null,
    earlyActivities: postgres?.earlyActivities ?? null,
  };
}

function addressesOf(system: FoundSystem, services: readonly ServiceStatus[]): Status['addresses'] {
  return {
    kafkaBrokers: system.kafka.brokers,
    schemaRegistryUrl: system.registry.url,
    databaseUrl: system.run === null ? addressOf(system, 'postgres') : system.database.url.reveal(),
    gatewayUrl: services.find(({ apiUrl }) => apiUrl !== null)?.apiUrl ?? null,
  };
}

async function readKafka(kafka: KafkaPort): Promise<{ readonly readers: readonly ReaderLag[]; readonly deadLetters: DeadLetterCounts }> {
  const [readers, deadLetters] = await Promise.all([readLags(kafka, await kafka.admin.listTopics()), createDeadLetterCounter(kafka)()]);
  return { readers, deadLetters };
}

async function readPostgres({ pool }: Connection) {
  const [summary, ruleSets, [activation], instances, earlyActivities] = await Promise.all([
    readLeadSummary(pool),
    listRuleSets(pool),
    readActivationLog(pool, 1),
    listLiveInstances(pool),
    readEarlyFigures(pool),
  ]);
  const active = ruleSets.find(({ isActive }) => isActive);
  const leads: LeadCounts = {
    total: summary.total,
    byStage: Object.fromEntries(summary.byStage),
    byGrade: Object.fromEntries(summary.byGrade),
    byDestination: Object.fromEntries(summary.byDestination),
    byPool: Object.fromEntries(summary.byPool),
    byVendor: Object.fromEntries(summary.byVendor),
  };
  const ruleSet: ActiveRuleSet | null =
    active === undefined
      ? null
      : {
          version: active.version,
          name: active.name,
          digest: active.digest,
          activatedAt: activation?.activatedAt ?? null,
          activatedBy: activation?.activatedBy ?? null,
        };
  return { leads, ruleSet, instances, earlyActivities };
}
