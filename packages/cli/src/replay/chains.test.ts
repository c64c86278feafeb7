/** What one batch left, another has to find: of ledgers and of leads. */
import type { BatchSnapshot, BatchWrites } from '@lead-router/domain/routing-model.ts';
import type { StandingBooks } from '@lead-router/store/recorded-batches.ts';
import { describe, expect, it } from 'vitest';
import { aDestination, aLead, aPool, locksOf, NO_WRITES } from '../../../../test/contract/router-store-fixture.ts';
import { createLeadChain } from './lead-chain.ts';
import { createLedgerChain } from './ledger-chain.ts';

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
