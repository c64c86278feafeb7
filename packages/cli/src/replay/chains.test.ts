/** What one batch left, another has to find: of ledgers, leads, entries of persons, and places in queues. */
import type { BatchSnapshot, BatchWrites, IdentityRecord, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import type { StandingBooks } from '@lead-router/store/recorded-batches.ts';
import { describe, expect, it } from 'vitest';
import { aDestination, aLead, anIdentityRecord, aPool, locksOf, NO_WRITES } from '../../../../test/contract/router-store-fixture.ts';
import { createLeadChain } from './lead-chain.ts';
import { createLedgerChain } from './ledger-chain.ts';
import { createRowChain, type RowChain, type RowStates, readRowStates } from './row-chain.ts';

type Parts = Partial<Pick<BatchWrites, 'leads' | 'pools' | 'destinations'>>;

const found = ({ leads = [], pools = [], destinations = [] }: Parts): BatchSnapshot => ({
  identities: new Map(),
  leads: new Map(leads.map((lead) => [lead.leadId, lead])),
  pools: new Map(pools.map((pool) => [pool.poolId, pool])),
  destinations: new Map(destinations.map((destination) => [destination.destinationId, destination])),
  waiters: new Map(),
  away: new Map(),
  locked: locksOf({}),
});
const left = (parts: Parts): BatchWrites => ({ ...NO_WRITES, ...parts });
const standing = (parts: Parts): StandingBooks => found(parts);

describe('ledgers', () => {
  const destination = (open: number) => aDestination({ destinationId: 'desk', open });
  const faultsOf = (now: number, isWhole = true): readonly string[] => {
    const chain = createLedgerChain();
    // In any order: of two machines' clocks neither is right.
    chain.add(found({ destinations: [destination(1)] }), left({ destinations: [destination(2)] }));
    chain.add(found({}), left({ destinations: [destination(1)] }));
    const books = standing({ destinations: [destination(now)] });
    return chain.faults({ before: books, after: books }, { isWhole });
  };

  it('of destinations hang together up to the row as it stands', () => {
    expect(faultsOf(2)).toEqual([]);
    expect(faultsOf(3)).toEqual([expect.stringContaining('the ledger of destination desk was left in a state')]);
  });

  it('of pools show who wrote over whom, and a queue that is counted wrongly', () => {
    const chain = createLedgerChain();
    const pool = (open: number, waiting = 0) => aPool({ poolId: 'field', open, waiting });
    chain.add(found({}), left({ pools: [pool(1)] }));
    // Both found what the first had left: one of them was lost.
    chain.add(found({ pools: [pool(1)] }), left({ pools: [pool(2)] }));
    chain.add(found({ pools: [pool(1)] }), left({ pools: [pool(2, 1)] }));
    const books = standing({ pools: [pool(2, 1)] });
    expect(chain.faults({ before: books, after: books }, { isWhole: true })).toHaveLength(1);
  });
});

describe('leads', () => {
  const lead = aLead({ version: 1 });
  const next = { ...lead, version: 2, revision: 2, agentId: 'bob' };
  const chainOf = () => {
    const chain = createLeadChain();
    chain.add(found({}), left({ leads: [lead] }));
    return chain;
  };

  it('are found as they were left, and stand as the last batch made them', () => {
    const chain = chainOf();
    chain.add(found({ leads: [lead] }), left({ leads: [next] }));
    chain.compare([next]);
    expect(chain.faults()).toEqual([]);
    chain.compare([{ ...next, outcome: 'WON' }]);
    expect(chain.faults()).toEqual([expect.stringContaining('otherwise than its last batch makes it')]);
  });

  it('that were written over in between show', () => {
    const chain = chainOf();
    chain.add(found({ leads: [{ ...lead, agentId: 'eve' }] }), left({ leads: [next] }));
    expect(chain.faults()).toEqual([`lead ${lead.leadId} was left at version 1, and not found like that`]);
  });

  it('that have gone on since are left out', () => {
    const chain = chainOf();
    chain.compare([next, aLead()]);
    expect(chain.faults()).toEqual([]);
  });
});

describe('single rows', () => {
  const entry = anIdentityRecord({ identity: 'account:field/42', isOpen: true });
  const closed = { ...entry, isOpen: false };
  const lead = aLead({ stage: 'WAITING', poolId: 'field' });
  const waiter: WaiterRecord = { poolId: 'field', leadId: lead.leadId, turnAt: 1, waitingSince: 1, seenGeneration: 3 };
  const called = { ...waiter, seenGeneration: 40 };
  const withEntry = (record: IdentityRecord): BatchSnapshot => ({ ...found({}), identities: new Map([[record.identity, record]]) });
  const listing = (record: WaiterRecord): BatchSnapshot => ({ ...found({}), waiters: new Map([[record.poolId, [record]]]) });
  const faultsOf = async (add: (chain: RowChain) => void, now: Promise<RowStates>): Promise<readonly string[]> => {
    const [chain, states] = [createRowChain(), await now];
    add(chain);
    return chain.faults({ before: states, after: states }, { isWhole: true });
  };
  const standingNow = (identities: readonly IdentityRecord[], waiters: readonly WaiterRecord[]): Promise<RowStates> =>
    readRowStates({ identities: [identities], waiters: [waiters] });

  it('of a person or an account are found as they were left, and stand so', async () => {
    const closing = (chain: RowChain): void => {
      chain.add(found({}), { ...NO_WRITES, identities: [entry] });
      chain.add(withEntry(entry), { ...NO_WRITES, identities: [closed] });
    };
    expect(await faultsOf(closing, standingNow([closed], []))).toEqual([]);
    const fault = expect.stringContaining(
      'the entry account:field/42 of a person or account was left in a state that no other batch found',
    );
    expect(await faultsOf(closing, standingNow([{ ...closed, lastAgentId: 'eve' }], []))).toEqual([fault]);
    expect(await faultsOf(closing, standingNow([], []))).toEqual([fault]);
    // What it found is not what the batch before had left.
    const torn = (chain: RowChain): void => {
      chain.add(found({}), { ...NO_WRITES, identities: [entry] });
      chain.add(withEntry({ ...entry, agentId: 'eve' }), { ...NO_WRITES, identities: [closed] });
    };
    expect(await faultsOf(torn, standingNow([closed], []))).toEqual([fault]);
  });

  it('of a queue are known from joining over being called to leaving, listed or not', async () => {
    const waiting = (chain: RowChain): void => {
      chain.add(found({}), { ...NO_WRITES, waitersPut: [waiter] });
      chain.add(listing(waiter), { ...NO_WRITES, waitersPut: [called] });
    };
    expect(await faultsOf(waiting, standingNow([], [called]))).toEqual([]);
    expect(await faultsOf(waiting, standingNow([], [waiter]))).toEqual([
      expect.stringContaining(`place in the queue of lead ${lead.leadId}`),
    ]);
    expect(await faultsOf(waiting, standingNow([], []))).toHaveLength(1);
    const leaving = { ...NO_WRITES, waitersRemoved: [{ poolId: 'field', leadId: lead.leadId }] };
    for (const snapshot of [listing(called), found({ leads: [lead] })]) {
      const left = (chain: RowChain): void => {
        waiting(chain);
        chain.add(snapshot, leaving);
      };
      expect(await faultsOf(left, standingNow([], []))).toEqual([]);
      expect(await faultsOf(left, standingNow([], [called]))).toHaveLength(1);
    }
  });
});
