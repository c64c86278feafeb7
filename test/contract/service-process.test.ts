/** Real processes: what a parent sees, and how they end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const demo = fileURLToPath(new URL('./service-process-fixture.ts', import.meta.url));

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  stdout(): string;
  stderr(): string;
  /** The announcement with this name. */
  event(name: string): Promise<Record<string, string>>;
}

const start = (environment: Record<string, string>, withChannel = false): Run => {
  const child = spawn(process.execPath, [demo], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', ...(withChannel ? ['ipc' as const] : [])],
  });
  running.push(child);
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    text.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    text.stderr += String(chunk);
  });
  // Of a child whose channel was closed by the parent Node emits no `close`.
  const exit = once(child, withChannel ? 'exit' : 'close').then(() => child.exitCode);
  const find = (name: string): Record<string, string> | undefined =>
    text.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Record<string, string> => JSON.parse(line))
      .find((event) => event.event === name);
  return {
    child,
    exit,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    event: async (name) => {
      while (child.exitCode === null) {
        const found = find(name);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`the process ended without ${name}: ${text.stderr}`);
    },
  };
};

describe('runServiceProcess', () => {
  it('announces its addresses, shows its topology, and ends in order on SIGTERM', async () => {
    const run = start({ DEMO: 'fine' });
    const { metricsUrl } = await run.event('listening');
    const started = await run.event('started');
    expect(started).toMatchObject({ service: 'demo', metricsUrl, apiUrl: 'http://127.0.0.1:1' });
    expect(run.stderr()).toContain('demo 0: does nothing');
    expect((await fetch(`${metricsUrl}/health/ready`)).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(0);
    expect(run.stdout()).toContain('stopped in order');
  });

  it('ends with 78 and every fault when its configuration is wrong', async () => {
    const run = start({ METRICS_PORT: 'x', LOG_LEVEL: 'loud' });
    expect(await run.exit).toBe(78);
    expect(run.stderr()).toMatch(/METRICS_PORT:.*\n.*LOG_LEVEL:|LOG_LEVEL:.*\n.*METRICS_PORT:/);
  });

  it.each(['rejection', 'fault', 'exception'])('ends with 1 after an unhandled %s, but stops in order', async (kind) => {
    const run = start({ DEMO: kind });
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toContain('a planted bug');
    expect(run.stdout()).toContain('stopped in order');
  });

  it('ends with 1 when its start fails', async () => {
    const run = start({ DEMO: 'no-start' });
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toContain('a planted bug');
  });

  it('ends with 1 when stopping takes too long', async () => {
    const run = start({ DEMO: 'hangs' });
    await run.event('started');
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(1);
  });

  it('ends when its parent is gone', async () => {
    const run = start({ DEMO: 'fine' }, true);
    await run.event('started');
    run.child.disconnect();
    expect(await run.exit).toBe(0);
  });
});
