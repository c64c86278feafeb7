/** The webhook channel: one signed POST, no redirects, a time-out, and an answer that is a value. */
import type { Destination } from '@lead-router/domain/rule-set.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { type AddressGuard, checkHost } from './checked-address.ts';
import { deliveryIdOf } from './delivery-id.ts';
import { withEarlierLeads } from './delivery-payload.ts';
import type { EarlierStory } from './lead-sheet.ts';
import { postOnce } from './post-once.ts';
import type { SendAnswer, SendFailureCode } from './send-deliveries.ts';
import { signedHeaders, webhookKey } from './sign-webhook.ts';

export interface WebhookOptions {
  readonly destinationOf: (destinationId: string) => Destination | undefined;
  /** Of the environment: secrets (several, separated by spaces, during a rotation) and addresses, by the names that the rules give. */
  readonly variable: (name: string) => string | undefined;
  readonly guard: AddressGuard;
  readonly now: () => number;
  readonly timeoutMs: number;
  /** The latest first; rejects when Postgres does not answer. */
  readonly readEarlierLeads: (delivery: LeasedDelivery, identities: readonly string[]) => Promise<readonly EarlierStory[]>;
}

const GONE = 410;
const PROTOCOLS: readonly string[] = ['https:', 'http:'];

/** Rejects when the person's earlier leads cannot be read: nothing has been sent then. */
export async function sendWebhook(options: WebhookOptions, delivery: LeasedDelivery): Promise<SendAnswer> {
  const webhook = options.destinationOf(delivery.destinationId)?.webhook;
  if (!webhook) return { kind: 'REFUSED', code: 'LR_NOTIFIER_NO_CHANNEL', status: null, detail: 'the destination has no webhook any more' };
  const keys = readKeys(options.variable(webhook.secretEnv), webhook.secretEnv);
  if (!keys.ok) return failed('LR_NOTIFIER_NO_CHANNEL', keys.detail);
  const url = URL.parse(webhook.url.startsWith('$') ? (options.variable(webhook.url.slice(1)) ?? '') : webhook.url);
  if (url === null || !PROTOCOLS.includes(url.protocol))
    return failed('LR_NOTIFIER_NO_CHANNEL', `set ${webhook.url.slice(1)} to the address of the webhook`);
  const check = await checkHost(url.hostname, options.guard);
  if (check.kind === 'UNRESOLVED') return failed('LR_NOTIFIER_UNREACHABLE', 'the name of the receiver has no address');
  if (check.kind === 'REFUSED')
    return failed(
      'LR_NOTIFIER_ADDRESS_REFUSED',
      'the receiver is not on the public internet: allow its network in NOTIFIER_ALLOWED_NETWORKS',
    );
  const body = await withEarlierLeads(delivery.payload, (identities) => options.readEarlierLeads(delivery, identities));
  const headers = signedHeaders({ id: deliveryIdOf(delivery), timestampSeconds: Math.floor(options.now() / 1000), body }, keys.keys);
  const result = await postOnce({ url, headers, body, addresses: check.addresses, timeoutMs: options.timeoutMs });
  switch (result.kind) {
    case 'TIMEOUT':
      return failed('LR_NOTIFIER_TIMEOUT', `no answer within ${options.timeoutMs} ms`);
    case 'UNREACHABLE':
      return failed('LR_NOTIFIER_UNREACHABLE', 'the receiver cannot be reached');
    case 'ANSWERED':
      return answerOf(result.status, result.retryAfterMs);
  }
}

function failed(code: SendFailureCode, detail: string): SendAnswer {
  return { kind: 'FAILED', code, status: null, detail };
}

type Keys = { readonly ok: true; readonly keys: readonly Buffer[] } | { readonly ok: false; readonly detail: string };

function readKeys(secrets: string | undefined, variable: string): Keys {
  const given = secrets?.split(' ').filter((secret) => secret !== '') ?? [];
  if (given.length === 0) return { ok: false, detail: `set ${variable} to the secret of the webhook` };
  try {
    return { ok: true, keys: given.map(webhookKey) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, detail: `${variable}: ${error.message}` };
    throw error;
  }
}

function answerOf(status: number, retryAfterMs: number | null): SendAnswer {
  if (status >= 200 && status < 300) return { kind: 'ACCEPTED', status };
  if (status === GONE) return { kind: 'REFUSED', code: 'LR_NOTIFIER_GONE', status, detail: 'the receiver says that it is gone for good' };
  if (status >= 300 && status < 400)
    return { kind: 'FAILED', code: 'LR_NOTIFIER_REDIRECT', status, detail: 'redirects are not followed: give the final address' };
  return { kind: 'FAILED', code: 'LR_NOTIFIER_STATUS', status, detail: `the receiver answered ${status}`, retryAfterMs };
}
