/** An authority and what it signs, made by openssl for one test: servers and clients that trust each other and nobody else. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  /** PEM files. */
  readonly authority: string;
  /** Of 127.0.0.1 and localhost. */
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** Has signed none of them. */
  readonly stranger: string;
}

export interface KeyPair {
  readonly certificate: string;
  /** PKCS 8. */
  readonly key: string;
  /** Key and certificate in one file, as Kafka reads them. */
  readonly both: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function makeCertificates(folder: string): Promise<Certificates> {
  const [authority, stranger] = await Promise.all([makeAuthority(folder, 'authority'), makeAuthority(folder, 'stranger')]);
  const server = await sign(folder, { name: 'server', authority, extensions: 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' });
  const client = await sign(folder, { name: 'client', authority, extensions: 'extendedKeyUsage=clientAuth\n' });
  return { authority: authority.certificate, stranger: stranger.certificate, server, client };
}

type Authority = Pick<KeyPair, 'certificate' | 'key'>;

async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  await openssl(['req', '-x509', ...NEW_KEY, '-days', '1', '-subj', `/CN=${name}`, '-keyout', key, '-out', certificate]);
  return { certificate, key };
}

async function sign(
  folder: string,
  { name, authority, extensions }: { readonly name: string; readonly authority: Authority; readonly extensions: string },
): Promise<KeyPair> {
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  const pair = { certificate: file('pem'), key: file('key'), both: file('both.pem') };
  await openssl(['req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', pair.key, '-out', file('csr')]);
  await writeFile(file('ext'), extensions);
  const signedBy = ['-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial'];
  await openssl(['x509', '-req', '-in', file('csr'), ...signedBy, '-days', '1', '-extfile', file('ext'), '-out', pair.certificate]);
  await writeFile(pair.both, await readFile(pair.key), { mode: 0o600 });
  await appendFile(pair.both, await readFile(pair.certificate));
  await chmod(pair.key, 0o600);
  return pair;
}

const run = promisify(execFile);
const openssl = (args: readonly string[]) => run('openssl', [...args]);
