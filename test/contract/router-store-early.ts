/** Contract: activities that came before their lead are kept with the batch, read with the leads, and gone when they are taken. */
import { describe, expect, it } from 'vitest';
import {
  aBatch,
  aLead,
  aLeadId,
  anEventId,
  commitBatch,
  inTransaction,
  LIMITS,
  locksOf,
  type RouterStoreFixture,
} from './router-store-fixture.ts';

export const describeEarly = (fixture: () => RouterStoreFixture): void => {
  describe('activities before their lead', () => {
    const [leadId, other] = [aLeadId(), aLeadId()];
    const early = (of = leadId, text = 'value') => ({
      leadId: of,
      eventId: anEventId(),
      occurredAt: 1_000,
      value: Buffer.from(`\\x00"{${text}`),
    });
    const read = async (...arriving: readonly (typeof leadId)[]) => {
      const { early: found, leads } = await fixture().store.peek({ leads: arriving, arriving });
      return { leads: leads.size, early: new Map([...found].map(([id, values]) => [id, values.map(String).sort()])) };
    };

    it('are kept by lead, byte for byte, and read with the leads that arrive, and with no others', async () => {
      const { store } = fixture();
      const [first, second, third] = [early(leadId, 'first'), early(leadId, 'second'), early(other)];
      await commitBatch(store, { early: { kept: [first, second, third], taken: [] } });
      expect(await read(leadId, aLeadId())).toEqual({
        leads: 0,
        early: new Map([[leadId, [first, second].map(({ value }) => String(value))]]),
      });
      expect((await store.peek({ leads: [leadId] })).early.size).toBe(0);
      expect((await store.peek({ leads: [leadId], arriving: [] })).early.size).toBe(0);
    });

    it('are taken one by one, with the batch that decides their lead', async () => {
      const { store } = fixture();
      const [first, second] = [early(), early(leadId, 'stays')];
      const lead = aLead({ leadId: aLeadId() });
      await commitBatch(store, { early: { kept: [first, second], taken: [] } });
      await commitBatch(store, { from: 10, to: 20, writes: { leads: [lead] }, early: { kept: [early(other)], taken: [first] } });
      expect(await read(leadId, other, lead.leadId)).toEqual({
        leads: 1,
        early: new Map([
          [leadId, [String(second.value)]],
          [other, [String(early(other).value)]],
        ]),
      });
    });

    it('are neither kept nor taken by a batch that is rolled back, and kept once by a repeat', async () => {
      const { store } = fixture();
      const kept = early();
      await commitBatch(store, { early: { kept: [kept], taken: [] } });
      await commitBatch(store, { from: 10, to: 20, early: { kept: [kept], taken: [] } });
      const lost = await store.begin();
      await Promise.all([lost.lockPartition(0), lost.lockAndRead(locksOf({}), LIMITS)]);
      await lost.write(aBatch({ from: 20, to: 30, early: { kept: [early(other)], taken: [kept] } }));
      await lost.rollback();
      expect((await read(leadId, other)).early).toEqual(new Map([[leadId, [String(kept.value)]]]));
    });

    it('of several batches are written together', async () => {
      const [mine, theirs, taken] = [early(), early(other), early()];
      await commitBatch(fixture().store, { early: { kept: [taken], taken: [] } });
      await inTransaction(fixture().store, async (transaction) => {
        await Promise.all([transaction.lockPartition(0), transaction.lockPartition(1), transaction.lockAndRead(locksOf({}), LIMITS)]);
        await transaction.write(
          aBatch({ partition: 0, from: 10, to: 20, early: { kept: [mine], taken: [taken] } }),
          aBatch({ partition: 1, early: { kept: [theirs], taken: [] } }),
        );
      });
      expect((await read(leadId, other)).early).toEqual(
        new Map([
          [leadId, [String(mine.value)]],
          [other, [String(theirs.value)]],
        ]),
      );
    });
  });
};
