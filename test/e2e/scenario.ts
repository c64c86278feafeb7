/** A running system with rules of a test's own, and what a vendor, an agent and an owner of rules can do with it. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditReport } from '@lead-router/cli/audit/audit-report.ts';
import { runAudit } from '@lead-router/cli/audit/run-audit.ts';
import type { ReplayReport } from '@lead-router/cli/replay/replay-records.ts';
import { readRuleSetFile } from '@lead-router/cli/setup/read-rule-set.ts';
import { DEMO_VENDOR } from '@lead-router/cli/up/prepare-vendors.ts';
import { type System, type SystemOptions, startSystem } from '@lead-router/cli/up/system.ts';
import { type CodecFor, openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { ActivityIntake, LeadDecidedPrefix, LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { leadIdFor, poolTimerId } from '@lead-router/contracts/ids.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { activityTopic, TOPICS, valueSubject } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { ActivityKind, LeadRecord } from '@lead-router/domain/routing-model.ts';
import { activateRuleSet } from '@lead-router/store/activate-rule-set.ts';
import { readLead } from '@lead-router/store/lead-store.ts';
import { publishRuleSet } from '@lead-router/store/rule-set-store.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { openDataFolder } from './data-folder.ts';
import { replayAtRest } from './replay-at-rest.ts';

export interface Scenario {
  readonly system: System;
  readonly inbox: CodecFor<'InboxEvent'>;
  /** By the vendor's own reference. */
  leadId(reference: string): LeadId;
  /** Through the door. Rejects unless every lead is accepted. */
  submit(leads: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Through the door, by whoever has the lead now unless said otherwise. */
  act(reference: string, activity: ActivityKind, said?: Said): Promise<void>;
  /** The same through the intake topic of the system `crm`. */
  report(reference: string, activity: ActivityKind, said?: Partial<ActivityIntake>): Promise<void>;
  /** Waits until the lead is as asked for. */
  lead(reference: string, isSo?: (lead: LeadRecord) => boolean): Promise<LeadRecord>;
  /** Publishes, waits until everybody has compiled it, activates; returns the version. */
  flip(source: string): Promise<number>;
  /** All events of `lead.decided.v1`, as a read_committed consumer sees them. */
  decisions(): Promise<readonly LeadDecidedPrefix[]>;
  /** All events of `lead.sla.v1`, likewise. */
  slaEvents(): Promise<readonly LeadSla[]>;
  read(topic: string): Promise<readonly ConsumedRecord[]>;
  /** Audits until nothing is on its way. */
  audit(): Promise<AuditReport>;
  /** Every decision made again from its record, with what it left in tables and on topics. */
  replay(): Promise<ReplayReport>;
  stop(): Promise<void>;
}

export interface Said {
  readonly agentId?: string | null;
  readonly occurredAt?: number;
  /** Further fields of the activity. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface ScenarioOptions extends Pick<SystemOptions, 'instances' | 'env'> {
  readonly folder: string;
  /** The rule set to begin with: YAML without files beside it, or a file with its tables. */
  readonly rules: string | { readonly file: string };
}

const CRM_TOPIC = activityTopic('crm');
const NOTHING_SAID = {
  ...{ vendor: null, vendorReference: null, occurredAt: Date.now(), agentId: null, reason: null, isHumanResponse: true },
  ...{ revision: null, answers: null, attributes: {}, person: null },
};
const WAIT_MS = 45_000;
const POLL_MS = 100;
const ACTIVATION_MS = 30_000;

async function openScenario(options: ScenarioOptions): Promise<Scenario> {
  const ruleSetFile = await ruleSetFileOf(options);
  const { instances, env } = options;
  const system = await startSystem({
    dataFolder: join(options.folder, 'data'),
    ruleSetFile,
    ...(instances ? { instances } : {}),
    ...(env ? { env } : {}),
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  const schemas = createRegistrySchemas({ registryUrl: system.infrastructure.addresses.schemaRegistryUrl });
  const [inbox, decided, sla, intake] = await Promise.all([
    openTopicCodec(schemas, 'inbox'),
    openTopicCodec(schemas, 'decided'),
    openTopicCodec(schemas, 'sla'),
    openCodec(schemas, { subject: valueSubject(CRM_TOPIC), record: 'ActivityIntake' }),
  ]);
  const leadId = (reference: string) => leadIdFor(DEMO_VENDOR, { kind: 'REFERENCE', reference });
  const read = (topic: string) => readAll(system, topic);
  const lead: Scenario['lead'] = (reference, isSo = () => true) =>
    eventually(`the lead ${reference} is as expected`, async () => {
      const found = (await readLead(system.pool, leadId(reference)))?.lead;
      return found && isSo(found) ? found : null;
    });
  let activities = 0;
  return {
    system,
    inbox,
    leadId,
    read,
    lead,
    submit: (leads) => post(system, '/v1/leads', leads),
    report: async (reference, activity, said = {}) => {
      const value = intake.encode({ ...NOTHING_SAID, activityId: `crm-${++activities}`, leadId: leadId(reference), activity, ...said });
      const producer = await system.kafka.producer();
      await producer.send([{ topic: CRM_TOPIC, key: null, value }]);
      await producer.disconnect();
    },
    act: async (reference, activity, said = {}) => {
      const { agentId = (await lead(reference)).agentId, occurredAt = Date.now(), more = {} } = said;
      const body = {
        activityId: `activity-${++activities}`,
        leadId: leadId(reference),
        activity,
        occurredAt,
        ...(agentId === null ? {} : { agentId }),
        ...more,
      };
      await post(system, '/v1/activities', [body]);
    },
    flip: (source) => flip(system, options.folder, source),
    decisions: async () =>
      (await read(TOPICS.decided.topic)).flatMap(({ value }) => (value === null ? [] : [decided.decodePrefix(value).prefix])),
    slaEvents: async () => (await read(TOPICS.sla.topic)).flatMap(({ value }) => (value === null ? [] : [sla.decode(value)])),
    audit: () =>
      eventually('nothing is on its way', async () => {
        const report = await runAudit({ ...system, schemas });
        return report.inFlight === 0 || !report.balances ? report : null;
      }),
    replay: () => replayAtRest({ pool: system.pool, events: { kafka: system.kafka, schemas } }),
    stop: () => system.stop(),
  };
}

/** For a whole file of tests: `stop` belongs into its `afterAll`, and removes the folder too. */
export async function openScenarioInFolder(options: (folder: string) => ScenarioOptions | Promise<ScenarioOptions>): Promise<Scenario> {
  const folder = await openDataFolder();
  try {
    const scenario = await openScenario(await options(folder.path));
    return { ...scenario, stop: () => scenario.stop().finally(() => folder.remove()) };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function ruleSetFileOf({ folder, rules }: ScenarioOptions): Promise<string> {
  if (typeof rules !== 'string') return rules.file;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'rules.yaml');
  await writeFile(file, rules);
  return file;
}

/** Polls until there is an answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${WAIT_MS / 1000} s: ${what}`);
    await sleep(POLL_MS);
  }
}

async function post(system: System, path: string, lines: readonly unknown[]): Promise<void> {
  const response = await fetch(`${system.gatewayUrl()}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${system.secrets.apiKeys[DEMO_VENDOR]}` },
    body: JSON.stringify(lines),
  });
  const text = await response.text();
  const answer: unknown = JSON.parse(text);
  const isTaken = typeof answer === 'object' && answer !== null && 'refused' in answer && answer.refused === 0;
  if (response.status !== 202 || !isTaken) throw new Error(`the gateway answered ${response.status}: ${text}`);
}

async function flip(system: System, folder: string, source: string): Promise<number> {
  const path = join(folder, 'next-rules.yaml');
  await writeFile(path, source);
  const file = await readRuleSetFile(path);
  if (!file.ok) throw new Error(file.faults.map(({ message }) => message).join('; '));
  const { name, digest } = file.ruleSet;
  const { version } = await publishRuleSet(system.pool, { name, digest, source, tables: file.tables, publishedBy: 'a test' });
  const answer = await activateRuleSet(system.pool, { version, by: 'a test', reason: 'flip', timeoutMs: ACTIVATION_MS, poolTimerId });
  if (!answer.ok) throw new Error(answer.message);
  return version;
}

let readers = 0;

async function readAll({ kafka }: System, topic: string): Promise<readonly ConsumedRecord[]> {
  const all: ConsumedRecord[] = [];
  await readTopic(kafka, { topic, groupId: `scenario-${process.pid}-${++readers}`, onRecords: (records) => void all.push(...records) });
  return all;
}
