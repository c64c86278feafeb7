/** The webhook channel: one signed POST, no redirects, a time-out, and an answer that is a value. */
import type { Destination } from '@lead-router/domain/rule-set.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import type { SendAnswer } from './send-deliveries.ts';
import { signedHeaders, webhookKey } from './sign-webhook.ts';

export interface WebhookOptions {
  readonly destinationOf: (destinationId: string) => Destination | undefined;
  /** Secrets by the name of their variable; several, separated by spaces, during a rotation. */
  readonly secret: (variable: string) => string | undefined;
  readonly now: () => number;
  readonly timeoutMs: number;
}

const GONE = 410;

/** The id that the receiver sees in every attempt of this delivery. */
export function deliveryIdOf({ leadId, revision, channel }: Pick<LeasedDelivery, 'leadId' | 'revision' | 'channel'>): string {
  return `${leadId}.${revision}.${channel}`;
}

/** Never rejects. */
export async function sendWebhook(options: WebhookOptions, delivery: LeasedDelivery): Promise<SendAnswer> {
  const webhook = options.destinationOf(delivery.destinationId)?.webhook;
  if (!webhook) return { kind: 'REFUSED', code: 'LR_NOTIFIER_NO_CHANNEL', status: null, detail: 'the destination has no webhook any more' };
  const keys = readKeys(options.secret(webhook.secretEnv), webhook.secretEnv);
  if (!keys.ok) return { kind: 'FAILED', code: 'LR_NOTIFIER_NO_CHANNEL', status: null, detail: keys.detail };
  const body = delivery.payload.toString('utf8');
  try {
    const headers = signedHeaders({ id: deliveryIdOf(delivery), timestampSeconds: Math.floor(options.now() / 1000), body }, keys.keys);
    const response = await fetch(webhook.url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    await response.body?.cancel();
    return answerOf(response.status);
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    const detail = isTimeout ? `no answer within ${options.timeoutMs} ms` : 'the receiver cannot be reached';
    return { kind: 'FAILED', code: isTimeout ? 'LR_NOTIFIER_TIMEOUT' : 'LR_NOTIFIER_UNREACHABLE', status: null, detail };
  }
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

function answerOf(status: number): SendAnswer {
  if (status >= 200 && status < 300) return { kind: 'ACCEPTED', status };
  if (status === GONE) return { kind: 'REFUSED', code: 'LR_NOTIFIER_GONE', status, detail: 'the receiver says that it is gone for good' };
  if (status >= 300 && status < 400)
    return { kind: 'FAILED', code: 'LR_NOTIFIER_REDIRECT', status, detail: 'redirects are not followed: give the final address' };
  return { kind: 'FAILED', code: 'LR_NOTIFIER_STATUS', status, detail: `the receiver answered ${status}` };
}
