/** Contract, part three: what is written is what is read, for any record there can be. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadOffer } from '@lead-router/domain/lead-offer.ts';
import type {
  DestinationRecord,
  HourCount,
  IdentityRecord,
  LeadRecord,
  MemberLedger,
  PoolRecord,
} from '@lead-router/domain/routing-model.ts';
import { GRADE_RANK } from '@lead-router/domain/rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLead, aPool, commitBatch, type RouterStoreFixture, readLocked } from './router-store-fixture.ts';

/** Anything a name may hold once NUL and lone surrogates were cleaned at the door: quotes, braces, backslashes, the word NULL. */
const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', '').toWellFormed()),
  fc.constantFrom('NULL', 'null', '{}', '{a,b}', '"', '\\', "'", ' a ', '', ',', '\n', 'null"\\}', 'Zoë'),
);
const nonEmptyName = name.filter((text) => text !== '');
const nameOrNull = fc.option(name);
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const timeOrNull = fc.option(time);
const count = fc.nat({ max: 2_000_000_000 });
const generation = fc.nat({ max: Number.MAX_SAFE_INTEGER });
// -0 has no place in JSON.
const decimal = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((value) => value + 0);
const leadId = fc.uuid().map(asLeadId);

const timer = fc.record({
  kind: fc.constantFrom('ACCEPT', 'ACCEPT_WARNING', 'RESPONSE', 'RESPONSE_WARNING', 'OFFER', 'WAIT_LIMIT'),
  dueAt: time,
});

const names = fc.array(name, { maxLength: 3 });
const offer: fc.Arbitrary<LeadOffer> = fc.record({ round: count, offeredTo: names, declined: names, expired: names, expiresAt: time });

const leadWithoutTrial: fc.Arbitrary<LeadRecord> = fc.record({
  leadId,
  version: count,
  revision: count,
  stage: fc.constantFrom('ASSIGNED', 'LINKED', 'WAITING', 'EXCEPTION', 'CLOSED'),
  vendor: name,
  grade: fc.constantFrom(...gradesOf(GRADE_RANK)),
  score: decimal,
  poolId: nameOrNull,
  agentId: nameOrNull,
  destinationId: nameOrNull,
  ruleId: nameOrNull,
  ruleSetVersion: count,
  linkedTo: fc.option(leadId),
  identities: fc.array(name, { maxLength: 3 }),
  formerAgents: fc.array(name, { maxLength: 3 }),
  isQualified: fc.boolean(),
  submittedAt: time,
  decidedAt: time,
  acceptedAt: timeOrNull,
  respondedAt: timeOrNull,
  waitingSince: timeOrNull,
  timerGeneration: count,
  timer: fc.option(timer),
  laterTimers: fc.array(timer, { maxLength: 3 }),
  breaches: fc.array(fc.record({ clock: fc.constantFrom('ACCEPT', 'RESPONSE'), revision: count, agentId: nameOrNull, dueAt: time }), {
    maxLength: 2,
  }),
  outcome: fc.option(fc.constantFrom('WON', 'LOST', 'DISQUALIFIED')),
});

const lead: fc.Arbitrary<LeadRecord> = fc.tuple(leadWithoutTrial, fc.option(name), fc.option(offer)).map(([record, trial, open]) => ({
  ...record,
  ...(trial !== null && { trial }),
  ...(open !== null && { stage: 'OFFERED' as const, offer: open }),
}));

const identity: fc.Arbitrary<IdentityRecord> = fc.record({
  identity: nonEmptyName,
  leadId: fc.option(leadId),
  poolId: nameOrNull,
  agentId: nameOrNull,
  destinationId: nameOrNull,
  lastAgentId: nameOrNull,
  isOpen: fc.boolean(),
  lastDecidedAt: timeOrNull,
});

/** Absent where hours are not counted. */
const withHour = <Row>(row: fc.Arbitrary<Row>): fc.Arbitrary<Row & { readonly hour?: HourCount }> =>
  fc
    .tuple(row, fc.option(fc.record({ from: time, given: count }), { nil: undefined }))
    .map(([one, hour]) => ({ ...one, ...(hour && { hour }) }));

const destination: fc.Arbitrary<DestinationRecord> = withHour(
  fc.record({ destinationId: nonEmptyName, open: count, daily: count, day: name }),
);

const member: fc.Arbitrary<MemberLedger> = withHour(
  fc.record({
    agentId: name,
    credit: decimal,
    open: count,
    daily: count,
    day: name,
    total: count,
  }),
);

const pool: fc.Arbitrary<PoolRecord> = withHour(
  fc
    .record({
      poolId: nonEmptyName,
      generation,
      open: count,
      daily: count,
      day: name,
      waiting: fc.constant(0),
      wakePending: fc.boolean(),
      wakeAt: timeOrNull,
      wakeGeneration: generation,
      members: fc.array(member, { maxLength: 4 }),
    })
    .chain((record) => fc.option(count.filter((offered) => offered > 0)).map((offered) => ({ ...record, ...(offered && { offered }) }))),
);

function gradesOf<Grade extends string>(ranks: Readonly<Record<Grade, number>>): Grade[] {
  return Object.keys(ranks).filter((grade): grade is Grade => grade in ranks);
}

const RUNS = { numRuns: 40 };

const unique = <Row, Key>(arbitrary: fc.Arbitrary<Row>, key: (row: Row) => Key): fc.Arbitrary<Row[]> =>
  fc.uniqueArray(arbitrary, { maxLength: 5, selector: key });

export const describeRecords = (fixture: () => RouterStoreFixture): void => {
  describe('records', () => {
    it('come back as they were written, twice over', async () => {
      const writes = fc.record({
        leads: unique(lead, (row) => row.leadId),
        identities: unique(identity, (row) => row.identity),
        destinations: unique(destination, (row) => row.destinationId),
        pools: unique(pool, (row) => row.poolId),
      });
      await fc.assert(
        fc.asyncProperty(writes, fc.boolean(), async (written, isRepeated) => {
          const { store } = fixture();
          await commitBatch(store, { writes: written });
          if (isRepeated) await commitBatch(store, { writes: written });
          const snapshot = await readLocked(store, {
            leads: written.leads.map((row) => row.leadId),
            identities: written.identities.map((row) => row.identity),
            destinations: written.destinations.map((row) => row.destinationId),
            pools: written.pools.map((row) => row.poolId),
          });
          expect(snapshot.leads).toEqual(new Map(written.leads.map((row) => [row.leadId, row])));
          expect(snapshot.identities).toEqual(new Map(written.identities.map((row) => [row.identity, row])));
          expect(snapshot.destinations).toEqual(new Map(written.destinations.map((row) => [row.destinationId, row])));
          expect(snapshot.pools).toEqual(new Map(written.pools.map((row) => [row.poolId, row])));
        }),
        RUNS,
      );
    });

    it('are replaced as a whole by the next write', async () => {
      const { store } = fixture();
      const before = aLead({
        acceptedAt: 5,
        waitingSince: 6,
        timer: { kind: 'ACCEPT', dueAt: 7 },
        formerAgents: ['ann'],
        isQualified: true,
      });
      const after = aLead({ leadId: before.leadId, version: 2, stage: 'CLOSED', agentId: null });
      await commitBatch(store, { writes: { leads: [before], pools: [aPool({ wakeAt: 9, wakeGeneration: 1 })] } });
      await commitBatch(store, { writes: { leads: [after], pools: [aPool({ wakeGeneration: 2 })] } });
      const snapshot = await readLocked(store, { leads: [before.leadId], pools: ['field'] });
      expect(snapshot.leads.get(before.leadId)).toEqual(after);
      expect(snapshot.pools.get('field')).toEqual(aPool({ wakeGeneration: 2 }));
    });

    it('leave others alone', async () => {
      const { store } = fixture();
      const [one, other] = [aLead(), aLead()];
      await commitBatch(store, { writes: { leads: [one, other] } });
      await commitBatch(store, { writes: { leads: [{ ...one, version: 2 }] } });
      expect((await readLocked(store, { leads: [other.leadId] })).leads.get(other.leadId)).toEqual(other);
    });

    it('keep the context that they had when none is given', async () => {
      const { store } = fixture();
      const [one, other, none] = [aLead(), aLead(), aLead()];
      const contexts = new Map<LeadId, Buffer>([
        [one.leadId, Buffer.from([0, 1, 2, 255])],
        [other.leadId, Buffer.alloc(5_000, 3)],
      ]);
      await commitBatch(store, { writes: { leads: [one, none, other] }, contexts });
      const changed = new Map<LeadId, Buffer>([[other.leadId, Buffer.alloc(0)]]);
      await commitBatch(store, {
        writes: {
          leads: [
            { ...one, version: 2 },
            { ...other, version: 2 },
          ],
        },
        contexts: changed,
      });
      const peeked = await store.peek({ leads: [one.leadId, other.leadId, none.leadId] });
      expect(peeked.contexts).toEqual(
        new Map<LeadId, Buffer>([
          [one.leadId, Buffer.from([0, 1, 2, 255])],
          [other.leadId, Buffer.alloc(0)],
        ]),
      );
      expect(peeked.leads.get(one.leadId)?.version).toBe(2);
    });
  });
};
