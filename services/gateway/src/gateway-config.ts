/** The gateway's settings. */
import type { EnvironmentReader } from '@lead-router/config/environment-reader.ts';
import type { Secret } from '@lead-router/config/secret.ts';
import { isPartyName } from '@lead-router/contracts/topics.ts';
import { answerLinkKeyConfig, identityKeyConfig, type ServiceConfig, serviceConfig } from '@lead-router/service-kit/service-config.ts';

export interface GatewayConfig extends ServiceConfig {
  readonly identityKey: Secret;
  readonly http: {
    /** 0 takes a free one. */
    readonly port: number;
    readonly host: string;
    readonly maxRequestsPerSecond: number;
  };
  /** Of links in mails, the signing one first; null: there are no such links. */
  readonly answerLinkKey: Secret | null;
  /** Vendors whose intake topics are read. */
  readonly intakeVendors: readonly string[];
  /** Systems whose activity topics are read. */
  readonly activitySystems: readonly string[];
}

export const gatewayConfig = (read: EnvironmentReader): GatewayConfig => ({
  ...serviceConfig(read),
  identityKey: identityKeyConfig(read),
  http: {
    port: read.integer({
      name: 'GATEWAY_PORT',
      purpose: 'port of the HTTP API, 0 takes a free one',
      example: 8080,
      fallback: 0,
      min: 0,
      max: 65_535,
    }),
    host: read.text({ name: 'GATEWAY_HOST', purpose: 'address that the HTTP API listens on', example: '0.0.0.0', fallback: '127.0.0.1' }),
    maxRequestsPerSecond: read.integer({
      name: 'GATEWAY_MAX_REQUESTS_PER_SECOND',
      purpose: 'most requests of one vendor, or of one address without a known key',
      example: 5_000,
      fallback: 5_000,
      min: 1,
      max: 1_000_000,
    }),
  },
  answerLinkKey: answerLinkKeyConfig(read),
  intakeVendors: partyNames(read, 'INTAKE_VENDORS', 'vendors that publish leads to lead.intake.<vendor>.v1, separated by commas'),
  activitySystems: partyNames(
    read,
    'ACTIVITY_SYSTEMS',
    'systems that publish activities to activity.intake.<system>.v1, separated by commas',
  ),
});

function partyNames(read: EnvironmentReader, name: string, purpose: string): readonly string[] {
  const names = new Set(read.list({ name, purpose, example: ['acme-media', 'leadwave'], fallback: [] }));
  for (const party of names) if (!isPartyName(party)) read.fault(name, `holds ${party}: a name has a-z, 0-9 and inner hyphens, at most 48`);
  return [...names];
}
