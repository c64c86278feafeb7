/** Who waits for whom. */
import { describe, expect, it } from 'vitest';
import { LockTable } from './lock-table.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }));
if (!a || !b || !c) throw new Error('three owners');

describe('LockTable', () => {
  it('grants shared locks together, and an exclusive one alone', () => {
    const locks = new LockTable();
    expect(locks.acquire(a, 'x', 'SHARED').kind).toBe('GRANTED');
    expect(locks.acquire(b, 'x', 'SHARED').kind).toBe('GRANTED');
    expect(locks.acquire(c, 'x', 'EXCLUSIVE').kind).toBe('WAIT');
  });

  it('lets nobody overtake: a shared request waits behind an exclusive one that waits', () => {
    const locks = new LockTable();
    locks.acquire(a, 'x', 'SHARED');
    const writer = locks.acquire(b, 'x', 'EXCLUSIVE');
    const reader = locks.acquire(c, 'x', 'SHARED');
    if (writer.kind !== 'WAIT' || reader.kind !== 'WAIT') throw new Error('both have to wait');
    locks.releaseAll(a);
    expect([writer.ticket.isGranted, reader.ticket.isGranted]).toEqual([true, false]);
    locks.releaseAll(b);
    expect(reader.ticket.isGranted).toBe(true);
  });

  it('gives what it holds to its owner again', () => {
    const locks = new LockTable();
    locks.acquire(a, 'x', 'EXCLUSIVE');
    expect(locks.acquire(a, 'x', 'EXCLUSIVE').kind).toBe('GRANTED');
    expect(locks.isHeldByOther('x', a)).toBe(false);
    expect(locks.isHeldByOther('x', b)).toBe(true);
  });

  it('finds a circle of any length, says who waits for what, and the victim holds up nobody', () => {
    const locks = new LockTable();
    locks.acquire(a, 'x', 'EXCLUSIVE');
    locks.acquire(b, 'y', 'EXCLUSIVE');
    locks.acquire(c, 'z', 'EXCLUSIVE');
    locks.acquire(a, 'y', 'EXCLUSIVE');
    const waiting = locks.acquire(b, 'z', 'EXCLUSIVE');
    expect(locks.acquire(c, 'x', 'EXCLUSIVE')).toEqual({ kind: 'DEADLOCK', circle: ['c waits for x', 'a waits for y', 'b waits for z'] });
    locks.releaseAll(c);
    expect(waiting.kind === 'WAIT' && waiting.ticket.isGranted).toBe(true);
  });
});
