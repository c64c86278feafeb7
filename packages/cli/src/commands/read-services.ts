/** The instances of the services and how each says it is. */
import type { LiveInstance } from '@lead-router/store/service-instances.ts';
import type { RunFile, RunningService } from '../up/run-file.ts';

export interface ServiceStatus {
  readonly service: string;
  readonly instance: string;
  readonly pid: number | null;
  readonly metricsUrl: string | null;
  readonly apiUrl: string | null;
  readonly logFile: string | null;
  /** Newest rule set version it has compiled; null: it has none, or does not say. */
  readonly compiledVersion: number | null;
  /** null: nobody knows where to ask. */
  readonly ready: boolean | null;
  /** Why it is not ready, or what it says is amiss. */
  readonly problems: readonly string[];
}

const PATIENCE_MS = 3_000;

/** Those that `npm start` runs, by their health; elsewhere those that report to Postgres, by their heartbeat. */
export async function readServices(run: RunFile | null, instances: readonly LiveInstance[]): Promise<readonly ServiceStatus[]> {
  if (run === null) return instances.map(fromHeartbeat);
  return Promise.all(run.services.map((service) => fromHealth(service, instances)));
}

function fromHeartbeat({ service, instanceId, address, compiledVersion }: LiveInstance): ServiceStatus {
  return {
    service,
    instance: instanceId,
    pid: null,
    metricsUrl: address,
    apiUrl: null,
    logFile: null,
    compiledVersion,
    ready: null,
    problems: [],
  };
}

async function fromHealth(running: RunningService, instances: readonly LiveInstance[]): Promise<ServiceStatus> {
  const { service, instance, pid, metricsUrl, apiUrl, logFile } = running;
  const compiledVersion = instances.find(({ instanceId }) => instanceId === instance)?.compiledVersion ?? null;
  const health = metricsUrl === null ? { ready: false, problems: ['it is being started again'] } : await askHealth(metricsUrl);
  return { service, instance, pid, metricsUrl, apiUrl, logFile, compiledVersion, ...health };
}

async function askHealth(metricsUrl: string): Promise<Pick<ServiceStatus, 'ready' | 'problems'>> {
  try {
    const response = await fetch(`${metricsUrl}/health/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const report: unknown = await response.json();
    return { ready: response.ok, problems: problemsOf(report) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ready: false, problems: [`does not answer: ${cause instanceof Error ? cause.message : String(cause)}`] };
  }
}

/** Of a HealthReport, whatever version wrote it. */
function problemsOf(report: unknown): readonly string[] {
  if (!isRecord(report)) return [];
  const dependencies = Object.entries(isRecord(report.dependencies) ? report.dependencies : {}).flatMap(([name, state]) =>
    isRecord(state) && state.up === false ? [`${name} is down${typeof state.detail === 'string' ? `: ${state.detail}` : ''}`] : [],
  );
  const pauses = Object.entries(isRecord(report.pauses) ? report.pauses : {}).map(
    ([what, reason]) => `${what} is paused: ${String(reason)}`,
  );
  const faults = Array.isArray(report.faults) ? report.faults.map(String) : [];
  return [...dependencies, ...pauses, ...faults];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
