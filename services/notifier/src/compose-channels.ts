/** One function for all channels: takes a row of `deliveries` to whom it is for. */
import type { Codec } from '@lead-router/contracts/codec.ts';
import { decodeContext, type StoredContexts } from '@lead-router/contracts/context-codec.ts';
import type { LeadContext, LeadDecided, LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { CompiledRuleSets } from '@lead-router/store/compiled-rule-sets.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { readDecisions, readLead } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type EarlierLead, readEarlierLeads } from '@lead-router/store/told-leads.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { AddressGuard } from './checked-address.ts';
import type { EarlierStory } from './lead-sheet.ts';
import { type LinkOptions, type MailOptions, sendLeadReply, sendOwnerMail, sendWarning } from './mail-channels.ts';
import type { SendAnswer, SendFailureCode } from './send-deliveries.ts';
import type { MailServer } from './send-mail.ts';
import { sendWebhook, type WebhookOptions } from './send-webhook.ts';

export interface ChannelOptions {
  readonly pool: PostgresPool;
  readonly decided: Pick<Codec<LeadDecided>, 'prepare' | 'decode'>;
  readonly sla: Pick<Codec<LeadSla>, 'prepare' | 'decode'>;
  readonly contexts: StoredContexts;
  readonly ruleSets: Pick<CompiledRuleSets, 'current' | 'refresh'>;
  readonly server: MailServer | null;
  readonly links: LinkOptions | null;
  readonly domain: string;
  readonly guard: AddressGuard;
  /** Of the environment. */
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly sendTimeoutMs: number;
}

/** Of a person who comes again and again, the latest say enough. */
const EARLIER_LEADS = 5;

/** Rejects when something of our own does not answer; then nothing was sent. */
export function composeChannels(options: ChannelOptions): (delivery: LeasedDelivery) => Promise<SendAnswer> {
  const { pool, decided, sla, contexts, ruleSets, server, links, domain, guard, variable, clock } = options;
  const ruleSet = (): RuleSet => ruleSets.current().ruleSet;
  const readEarlier = async ({ leadId }: LeasedDelivery, identities: readonly string[]): Promise<readonly EarlierStory[]> =>
    withStories(contexts, await readEarlierLeads(pool, { leadId, identities, limit: EARLIER_LEADS }));
  const webhook: WebhookOptions = {
    destinationOf: (id) => ruleSet().destinations.get(id),
    ...{ variable, guard, timeoutMs: options.sendTimeoutMs },
    now: () => clock.now(),
    readEarlierLeads: readEarlier,
  };
  const mail: MailOptions = {
    ...{ decided, sla, ruleSet, server, links, domain },
    readDecisions: ({ leadId }) => readDecisions(pool, leadId),
    readEarlierLeads: readEarlier,
    readContext: async ({ leadId }) => {
      const stored = (await readLead(pool, leadId))?.context ?? null;
      if (stored !== null) await contexts.prepare([stored]);
      return contextOf(contexts, stored);
    },
  };
  const send = (delivery: LeasedDelivery): Promise<SendAnswer> => {
    switch (delivery.channel) {
      case 'webhook':
        return sendWebhook(webhook, delivery);
      case 'email':
      case 'offer':
        return sendOwnerMail(mail, delivery);
      case 'accept-warning':
      case 'response-warning':
        return sendWarning(mail, delivery);
      case 'reply':
        return sendLeadReply(mail, delivery);
    }
  };
  return withActiveRules(send, () => ruleSets.refresh());
}

const OF_RULES: readonly SendFailureCode[] = ['LR_NOTIFIER_NO_CHANNEL', 'LR_NOTIFIER_NO_ADDRESS'];

/** What the rules refuse is final, so it takes the active ones: another instance may have planned it by rules that this one has not seen. */
export function withActiveRules(
  send: (delivery: LeasedDelivery) => Promise<SendAnswer>,
  refresh: () => Promise<void>,
): (delivery: LeasedDelivery) => Promise<SendAnswer> {
  return async (delivery) => {
    const answer = await send(delivery);
    if (answer.kind !== 'REFUSED' || !OF_RULES.includes(answer.code)) return answer;
    await refresh();
    return send(delivery);
  };
}

async function withStories(contexts: StoredContexts, leads: readonly EarlierLead[]): Promise<readonly EarlierStory[]> {
  await contexts.prepare(leads.flatMap(({ context }) => (context === null ? [] : [context])));
  return leads.map((lead) => {
    const content = contextOf(contexts, lead.context);
    const { lead: said, person, history = [] } = content ?? {};
    return { ...lead, campaign: said?.campaign ?? null, comments: person?.comments ?? null, history };
  });
}

/** Prepared. */
function contextOf(contexts: StoredContexts, stored: Buffer | null): LeadContext | null {
  return stored === null ? null : decodeContext(contexts.fromStored(stored));
}
