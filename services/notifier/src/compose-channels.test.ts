/** Which rules a refusal rests on. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { expect, test } from 'vitest';
import { withActiveRules } from './compose-channels.ts';
import type { SendAnswer } from './send-deliveries.ts';

const delivery: LeasedDelivery = {
  ...{
    leadId: asLeadId('00000000-0000-5000-8000-000000000001'),
    revision: 1,
    channel: 'email',
    destinationId: 'sales',
    poolId: 'field',
    agentId: 'ann',
    payload: Buffer.alloc(0),
  },
  ...{ leaseToken: 1, attempt: 1, isCurrent: true },
};
const refused = (code: 'LR_NOTIFIER_NO_CHANNEL' | 'LR_NOTIFIER_GONE'): SendAnswer => ({ kind: 'REFUSED', code, status: null, detail: '' });

async function sending(answers: readonly SendAnswer[]) {
  const left = [...answers];
  let looks = 0;
  const send = withActiveRules(
    async () => left.shift() ?? refused('LR_NOTIFIER_GONE'),
    async () => {
      looks += 1;
    },
  );
  return { answer: await send(delivery), looks, asked: answers.length - left.length };
}

test('what the rules refuse is asked of the active ones before it is final', async () => {
  const accepted: SendAnswer = { kind: 'ACCEPTED', status: 250 };
  expect(await sending([refused('LR_NOTIFIER_NO_CHANNEL'), accepted])).toEqual({ answer: accepted, looks: 1, asked: 2 });
  const again = refused('LR_NOTIFIER_NO_CHANNEL');
  expect(await sending([again, again, accepted])).toEqual({ answer: again, looks: 1, asked: 2 });
});

test('what the receiver refuses is final at once', async () => {
  expect(await sending([refused('LR_NOTIFIER_GONE'), refused('LR_NOTIFIER_GONE')])).toMatchObject({ looks: 0, asked: 1 });
});
