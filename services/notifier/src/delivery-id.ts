/** How a delivery is known outside: the same at every attempt. */
import type { DeliveryKey } from '@lead-router/store/delivery-store.ts';

/** `webhook-id` of a webhook, left side of the Message-ID of a mail: by it a receiver knows a repeat. */
export function deliveryIdOf({ leadId, revision, channel, agentId }: DeliveryKey): string {
  const id = `${leadId}.${revision}.${channel}`;
  // Several are asked in one revision.
  return channel === 'offer' ? `${id}.${encodeURIComponent(agentId ?? '')}` : id;
}

/** Takes nothing personal; `domain` is a setting, so that it stays the same whatever becomes of the rule set. */
export function messageIdOf(key: DeliveryKey, domain: string): string {
  return `<${deliveryIdOf(key)}@${domain}>`;
}
