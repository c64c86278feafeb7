import { describe, expect, it } from 'vitest';
import { commitFaultOf, faultOf, isConnectionGone } from './fault-mapping.ts';
import { StoreFault } from './router-store.ts';

const coded = (code: string): Error => Object.assign(new Error(`code ${code}`), { code });

describe('faultOf', () => {
  it.each([
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['55P03', 'conflict'],
    ['22021', 'refused-value'],
    ['22P02', 'refused-value'],
    ['23505', 'refused-value'],
    ['54000', 'refused-value'],
    ['08006', 'unavailable'],
    ['53300', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57014', 'unavailable'],
    ['25P03', 'unavailable'],
    ['25P04', 'unavailable'],
    ['28P01', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unavailable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unavailable'],
    ['CERT_HAS_EXPIRED', 'unavailable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unavailable'],
  ])('takes %s for %s, and keeps the cause', (code, kind) => {
    const cause = coded(code);
    expect(faultOf(cause)).toMatchObject({ name: 'StoreFault', kind, cause });
  });

  it.each(['Connection terminated unexpectedly', 'Client has encountered a connection error and is not queryable', 'Query read timeout'])(
    'takes "%s" for unavailable',
    (message) => {
      expect(faultOf(new Error(message))).toMatchObject({ kind: 'unavailable' });
    },
  );

  it('takes a row whose month came into being on its way for a conflict, and a check that has a name for a value that is refused', () => {
    expect(faultOf(coded('23514'))).toMatchObject({ kind: 'conflict' });
    expect(faultOf(Object.assign(coded('23514'), { constraint: 'decisions_kind_check' }))).toMatchObject({ kind: 'refused-value' });
  });

  it('takes several refused addresses of one name for unavailable', () => {
    expect(faultOf(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toMatchObject({ kind: 'unavailable' });
  });

  it.each([coded('42P01'), coded('XX000'), new TypeError('x is not a function'), 'text'])('leaves a bug what it is: %s', (error) => {
    expect(faultOf(error)).toBe(error);
  });

  it('leaves a fault as it is', () => {
    const fault = new StoreFault('conflict', 'no');
    expect(faultOf(fault)).toBe(fault);
  });
});

describe('commitFaultOf', () => {
  it.each(['57P01', '08006', 'ECONNRESET', 'XX000'])('knows nothing after %s', (code) => {
    expect(commitFaultOf(coded(code))).toMatchObject({ kind: 'unknown-outcome' });
  });

  it.each([
    ['40001', 'conflict'],
    ['23505', 'refused-value'],
  ])('believes Postgres that refused with %s', (code, kind) => {
    expect(commitFaultOf(coded(code))).toMatchObject({ kind });
  });
});

describe('isConnectionGone', () => {
  it('keeps a connection only where the error says that it is well', () => {
    expect([coded('40P01'), coded('23505')].map(isConnectionGone)).toEqual([false, false]);
    expect([coded('57P01'), coded('42P01'), new Error('Connection terminated')].map(isConnectionGone)).toEqual([true, true, true]);
  });
});
