import { listVariables, loadConfig } from '@lead-router/config/load-config.ts';
import { describe, expect, it } from 'vitest';
import { gatewayConfig } from './gateway-config.ts';

const NEEDED = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
  DATABASE_URL: 'postgres://u:p@127.0.0.1/db',
  LEAD_IDENTITY_KEY: 'a key of sixteen characters and more',
};

describe('the configuration', () => {
  it('needs nothing of its own: a free port on this machine, and no topics', () => {
    const { http, intakeVendors, activitySystems } = loadConfig(gatewayConfig, NEEDED);
    expect({ http, intakeVendors, activitySystems }).toEqual({
      http: { port: 0, host: '127.0.0.1', maxRequestsPerSecond: 5_000 },
      intakeVendors: [],
      activitySystems: [],
    });
  });

  it('names vendors and systems once, and refuses names that no topic can have', () => {
    const config = loadConfig(gatewayConfig, {
      ...NEEDED,
      GATEWAY_PORT: '8080',
      INTAKE_VENDORS: 'acme, leadwave,acme',
      ACTIVITY_SYSTEMS: 'crm',
    });
    expect([config.http.port, config.intakeVendors, config.activitySystems]).toEqual([8080, ['acme', 'leadwave'], ['crm']]);
    expect(() => loadConfig(gatewayConfig, { ...NEEDED, INTAKE_VENDORS: 'Acme Media', GATEWAY_PORT: '-1' })).toThrow(
      /GATEWAY_PORT[\s\S]*INTAKE_VENDORS: holds Acme Media/,
    );
  });

  it('has these variables of its own', () => {
    const own = listVariables(gatewayConfig).filter(({ name }) => /^(GATEWAY|INTAKE|ACTIVITY)_/.test(name));
    expect(own.map(({ name }) => name)).toEqual([
      'GATEWAY_PORT',
      'GATEWAY_HOST',
      'GATEWAY_MAX_REQUESTS_PER_SECOND',
      'INTAKE_VENDORS',
      'ACTIVITY_SYSTEMS',
    ]);
  });
});
