/** What the stories over the deployed rule sets share: the running system, and the mail server and webhook receivers outside of it. */
import { decodeQuoted, type SunkMail } from '@lead-router/cli/sinks/mail-sink.ts';
import type { SunkWebhook } from '@lead-router/cli/sinks/webhook-sink.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { DeliveryReceipt } from '@lead-router/contracts/generated/wire-types.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readDeliveries, type StoredDelivery } from '@lead-router/store/lead-store.ts';
import { type OutsideProcess, startOutsideProcess } from '../../support/outside-process.ts';
import { copyRuleSet, withWebhook } from '../rule-set-copy.ts';
import { eventually, openScenarioInFolder, type Scenario } from '../scenario.ts';

export interface DeployedWorld {
  readonly scenario: Scenario;
  readonly outside: OutsideProcess;
  /** The server of the reps with accounts: takes their webhooks, and nothing else. */
  readonly reps: OutsideProcess;
  stop(): Promise<void>;
}

/** Attempts follow each other quickly, and what a killed sender held is free again after three seconds. */
const IMPATIENT = {
  NOTIFIER_RETRY_SECONDS: Array.from({ length: 100 }, () => '0.3').join(),
  NOTIFIER_SEND_TIMEOUT_MS: '1500',
  NOTIFIER_LEASE_MS: '3000',
  NOTIFIER_POLL_MS: '50',
};

/** `npm start`'s own rules; reps with accounts are told by webhook as well. */
export async function openDeployedWorld(): Promise<DeployedWorld> {
  const [outside, reps] = await Promise.all([startOutsideProcess(), startOutsideProcess()]);
  const close = async (): Promise<void> => {
    await Promise.all([outside.close(), reps.close()]);
  };
  try {
    const hook = withWebhook('named-reps', { url: '$REPS_WEBHOOK_URL', secretEnv: 'SERVICE_WEBHOOK_SECRET' });
    const scenario = await openScenarioInFolder(async (folder) => ({
      folder,
      rules: { file: await copyRuleSet('departments', `${folder}/rules`, hook) },
      env: {
        NOTIFIER_SMTP_URL: outside.smtpUrl,
        SERVICE_WEBHOOK_URL: outside.webhookUrl,
        REPS_WEBHOOK_URL: reps.webhookUrl,
        ...IMPATIENT,
      },
    }));
    const stop = async (): Promise<void> => {
      try {
        await scenario.stop();
      } finally {
        await close();
      }
    };
    return { scenario, outside, reps, stop };
  } catch (error) {
    await close();
    throw error;
  }
}

/** All mails about the lead so far that went to this address. */
export async function mailsTo(world: DeployedWorld, address: string, leadId: LeadId): Promise<readonly SunkMail[]> {
  return (await world.outside.mails()).filter(({ to, messageId }) => to.includes(address) && messageId.includes(leadId));
}

/** Waits for the mail; returns its text with its headers. */
export function mailTo(world: DeployedWorld, address: string, leadId: LeadId): Promise<string> {
  return eventually(`${address} has the mail about ${leadId}`, async () => {
    const [mail] = await mailsTo(world, address, leadId);
    return mail === undefined ? null : decodeQuoted(mail.raw);
  });
}

/** Opens a link of a mail as a browser does, and presses the button. `mail` is its text, `label` what stands before the link. */
export async function click(mail: string, label: string, form: Readonly<Record<string, string>> = {}) {
  const url = new RegExp(`^${label}: (\\S+)`, 'm').exec(mail)?.[1] ?? '';
  const page = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { status: page.status, text: await page.text() };
}

/** Waits for the webhook that tells the reps of this decision. */
export function webhookAbout({ reps }: DeployedWorld, leadId: LeadId, revision: number): Promise<SunkWebhook> {
  const id = `${leadId}.${revision}.webhook`;
  return eventually(`the webhook ${id} is there`, async () => (await reps.webhooks()).find((one) => one.id === id) ?? null);
}

/** All receipts of the lead so far that `lead.delivery.v1` has for this channel, in its order. */
export async function receiptsOf(
  { scenario }: DeployedWorld,
  { leadId, channel }: { readonly leadId: LeadId; readonly channel: DeliveryReceipt['channel'] },
): Promise<readonly DeliveryReceipt[]> {
  const schemas = createRegistrySchemas({ registryUrl: scenario.system.infrastructure.addresses.schemaRegistryUrl });
  const codec = await openTopicCodec(schemas, 'delivery');
  return (await scenario.read(TOPICS.delivery.topic))
    .flatMap(({ key, value }) => (value !== null && String(key) === leadId ? [codec.decode(value)] : []))
    .filter((receipt) => receipt.channel === channel);
}

/** Waits until it is as asked for. `channel` as in the receipts, in lower case. */
export function deliveryOf(
  { scenario }: DeployedWorld,
  wanted: { readonly leadId: LeadId; readonly channel: string; readonly isSo: (delivery: StoredDelivery) => boolean },
): Promise<StoredDelivery> {
  return eventually(`the ${wanted.channel} delivery of ${wanted.leadId} is as expected`, async () => {
    const deliveries = await readDeliveries(scenario.system.pool, wanted.leadId);
    return deliveries.find((one) => one.channel === wanted.channel && wanted.isSo(one)) ?? null;
  });
}
