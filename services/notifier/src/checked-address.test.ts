/** What a webhook can reach, and what it cannot. */
import { describe, expect, test } from 'vitest';
import { type AddressGuard, checkHost, type Network, parseNetwork } from './checked-address.ts';

const network = (text: string): Network => {
  const parsed = parseNetwork(text);
  if (parsed === null) throw new Error(`${text} is no network`);
  return parsed;
};
const hostOf = (url: string): string => new URL(url).hostname;
const resolving = (...addresses: readonly string[]): AddressGuard => ({
  allowed: [],
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

describe('the guard of addresses', () => {
  test.each(['8.8.8.8', '1.1.1.1', '[2606:4700:4700::1111]', '[::ffff:8.8.8.8]'])('lets %s through', async (host) => {
    expect(await checkHost(hostOf(`https://${host}/`), { allowed: [] })).toMatchObject({ kind: 'ALLOWED' });
  });

  test.each([
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '017700000001', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.0.8'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]'],
    ...['[fe80::1]', '[fd00:ec2::254]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[2001:db8::1]', '[ff02::1]', '[fec0::1]', '[100::1]'],
  ])('refuses %s', async (host) => {
    expect(await checkHost(hostOf(`https://${host}/`), { allowed: [] })).toEqual({ kind: 'REFUSED' });
  });

  test('looks at every address of a name, and gives those to connect to', async () => {
    expect(await checkHost('crm.example.com', resolving('8.8.8.8', '8.8.4.4'))).toEqual({
      kind: 'ALLOWED',
      addresses: [
        { address: '8.8.8.8', family: 4 },
        { address: '8.8.4.4', family: 4 },
      ],
    });
    expect(await checkHost('crm.example.com', resolving('8.8.8.8', '127.0.0.1'))).toEqual({ kind: 'REFUSED' });
    expect(await checkHost('crm.example.com', resolving('::ffff:10.0.0.1'))).toEqual({ kind: 'REFUSED' });
    expect(await checkHost('crm.example.com', resolving())).toEqual({ kind: 'UNRESOLVED' });
  });

  test('says of a name that does not resolve that it does not', async () => {
    const guard: AddressGuard = { allowed: [], resolve: async () => Promise.reject(new Error('ENOTFOUND')) };
    expect(await checkHost('nowhere.example', guard)).toEqual({ kind: 'UNRESOLVED' });
  });

  test('lets a network through that a setting allows, and not its neighbours', async () => {
    const allowed = [network('127.0.0.0/8'), network('::1'), network('10.1.0.0/16')];
    for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3'])
      expect(await checkHost(host, { allowed })).toMatchObject({ kind: 'ALLOWED' });
    for (const host of ['10.2.0.1', '::2', '192.168.0.1']) expect(await checkHost(host, { allowed })).toEqual({ kind: 'REFUSED' });
  });

  test.each(['10.0.0.0/33', 'localhost', '', '10.0.0', '1.2.3.4/'])('does not take "%s" for a network', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});
