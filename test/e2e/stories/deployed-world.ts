/** What the stories over the deployed rule sets share: the running system, and the mail server and webhook receiver outside of it. */
import { decodeQuoted, type SunkMail } from '@lead-router/cli/sinks/mail-sink.ts';
import type { SunkWebhook } from '@lead-router/cli/sinks/webhook-sink.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readDeliveries, type StoredDelivery } from '@lead-router/store/lead-store.ts';
import { type OutsideProcess, startOutsideProcess } from '../../support/outside-process.ts';
import { copyRuleSet, withWebhook } from '../rule-set-copy.ts';
import { eventually, openScenarioInFolder, type Scenario } from '../scenario.ts';

export interface DeployedWorld {
  readonly scenario: Scenario;
  readonly outside: OutsideProcess;
  stop(): Promise<void>;
}

/** Attempts follow each other quickly, and what a killed sender held is free again after three seconds. */
const IMPATIENT = {
  NOTIFIER_RETRY_SECONDS: Array.from({ length: 40 }, () => '0.3').join(),
  NOTIFIER_SEND_TIMEOUT_MS: '1500',
  NOTIFIER_LEASE_MS: '3000',
  NOTIFIER_POLL_MS: '50',
};

/** `npm start`'s own rules; reps with accounts are told by webhook as well. */
export async function openDeployedWorld(): Promise<DeployedWorld> {
  const outside = await startOutsideProcess();
  try {
    const hook = withWebhook('named-reps', { url: '$SERVICE_WEBHOOK_URL', secretEnv: 'SERVICE_WEBHOOK_SECRET' });
    const scenario = await openScenarioInFolder(async (folder) => ({
      folder,
      rules: { file: await copyRuleSet('departments', `${folder}/rules`, hook) },
      env: { NOTIFIER_SMTP_URL: outside.smtpUrl, SERVICE_WEBHOOK_URL: outside.webhookUrl, ...IMPATIENT },
    }));
    return { scenario, outside, stop: () => scenario.stop().finally(() => outside.close()) };
  } catch (error) {
    await outside.close();
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

export function webhookAbout(world: DeployedWorld, leadId: LeadId, revision: number): Promise<SunkWebhook> {
  const id = `${leadId}.${revision}.webhook`;
  return eventually(`the webhook ${id} is there`, async () => (await world.outside.webhooks()).find((one) => one.id === id) ?? null);
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
