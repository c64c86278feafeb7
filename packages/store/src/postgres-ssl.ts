/** Encryption of the connection to Postgres: from the configuration, else from what DATABASE_URL and the PG variables say. */
import { readFileSync } from 'node:fs';
import type pg from 'pg';

export interface PostgresSsl {
  /** `disable` still honours an `sslmode` in DATABASE_URL. */
  readonly mode: 'disable' | 'require' | 'verify-full';
  /** PEM of the authority; the system's when null. */
  readonly ca: string | null;
}

type SslOptions = pg.ClientConfig['ssl'];

/** Undefined leaves it to pg, which reads `sslmode` of the address and PGSSLMODE. */
export const sslOptions = (ssl: PostgresSsl | undefined): SslOptions => {
  if (ssl === undefined) return sslFromEnvironment(process.env);
  switch (ssl.mode) {
    case 'disable':
      return undefined;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full':
      return ssl.ca === null ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca: ssl.ca };
  }
};

/** pg reads PGSSLMODE by itself, but not the files. */
const sslFromEnvironment = (env: NodeJS.ProcessEnv): SslOptions => {
  const { PGSSLMODE: mode, PGSSLROOTCERT: ca, PGSSLCERT: cert, PGSSLKEY: key } = env;
  if (mode === undefined || mode === 'disable' || (ca === undefined && cert === undefined)) return undefined;
  return {
    rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
    ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert, 'utf8') }),
    ...(key === undefined ? {} : { key: readFileSync(key, 'utf8') }),
  };
};
