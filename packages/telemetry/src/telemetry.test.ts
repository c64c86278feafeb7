import { describe, expect, it } from 'vitest';
import { createHealth } from './health.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { startOperationsServer } from './operations-server.ts';

describe('createLogger', () => {
  it('prints no personal field and no secret, however deep, and keeps the rest', () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'demo', stream: { write: (line) => lines.push(line) } });
    const person = { name: 'Ada Hidden', email: 'hidden@example.com' };
    logger.info(
      { leadId: 'l-1', person, lead: { email: 'hidden@example.com', contact: { phone: '+1 hidden' } }, password: 'hidden' },
      'seen',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/hidden/i);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'demo', level: 'info', leadId: 'l-1', msg: 'seen', person: '[redacted]' });
  });

  it('prints an error with its code and causes', () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'demo', stream: { write: (line) => lines.push(line) } });
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    logger.error({ error: new TypeError('no', { cause }) }, 'failed');
    expect(JSON.parse(lines[0] ?? '').error).toMatchObject({
      type: 'TypeError',
      message: 'no',
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
  });

  it('obeys its level', () => {
    const lines: string[] = [];
    createLogger({ service: 'demo', level: 'warn', stream: { write: (line) => lines.push(line) } }).info({}, 'quiet');
    expect(lines).toEqual([]);
  });
});

describe('createMetrics', () => {
  it('keeps processes apart and follows the naming rule', async () => {
    const [one, other] = [createMetrics('one'), createMetrics('other')];
    one.decisions.inc({ kind: 'assigned' }, 3);
    expect((await one.render()).body).toContain('lead_router_decisions_total{kind="assigned",service="one"} 3');
    expect((await other.render()).body).not.toContain('kind="assigned"');
    const names = [...(await one.render()).body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(name).toMatch(/^lead_router_[a-z]+(_[a-z]+)*$/);
  });
});

describe('createHealth', () => {
  it('is ready only when started, with every dependency up, nothing paused and no fault', () => {
    const health = createHealth();
    expect(health.report()).toMatchObject({ status: 'starting', ready: false, live: true });
    health.started();
    health.dependency('kafka', { up: true });
    expect(health.report()).toMatchObject({ status: 'ok', ready: true });
    health.dependency('kafka', { up: false, detail: 'no answer' });
    expect(health.report()).toMatchObject({ status: 'degraded', ready: false, live: true });
    health.dependency('kafka', { up: true });
    health.paused('in/0', 'waits');
    expect(health.report()).toMatchObject({ ready: false, pauses: { 'in/0': 'waits' } });
    health.paused('in/0', "one vendor's fault", { staysReady: true });
    expect(health.report()).toMatchObject({ status: 'degraded', ready: true, pauses: { 'in/0': "one vendor's fault" } });
    health.paused('in/0', 'waits');
    health.resumed('in/0');
    expect(health.report().ready).toBe(true);
    health.fault('a bug');
    expect(health.report()).toMatchObject({ status: 'faulty', ready: false, live: false, faults: ['a bug'] });
  });
});

describe('startOperationsServer', () => {
  it('answers health and metrics on a free port, and closes', async () => {
    const health = createHealth();
    const server = await startOperationsServer({ port: 0, health, metrics: createMetrics('demo') });
    const status = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
    expect(await status('/health/live')).toBe(200);
    expect(await status('/health/ready')).toBe(503);
    health.started();
    expect(await status('/health/ready')).toBe(200);
    health.fault('a bug');
    expect(await status('/health/live')).toBe(503);
    const metrics = await fetch(`${server.url}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('lead_router_records_in_total');
    expect(await status('/other')).toBe(404);
    await server.close();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });
});
