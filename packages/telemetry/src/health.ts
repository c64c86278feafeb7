/** What a process knows about its own health: who it depends on, what it has paused, whether it is faulty. */

export interface HealthReport {
  readonly status: 'ok' | 'starting' | 'degraded' | 'faulty';
  /** False: do not send work here. */
  readonly ready: boolean;
  /** False: this process will not recover by itself; restart it. */
  readonly live: boolean;
  readonly dependencies: Readonly<Record<string, DependencyState>>;
  /** Partitions or topics not read at the moment, with the reason. */
  readonly pauses: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

export interface DependencyState {
  readonly up: boolean;
  readonly detail?: string;
}

export interface Health {
  /** Called when the process has done its start; until then it is live but not ready. */
  started(): void;
  /** From now on not ready: the process is leaving. */
  stopping(): void;
  dependency(name: string, state: DependencyState): void;
  /** Idempotent; a later reason replaces the earlier one. `staysReady`: it keeps nobody else's work from being done here. */
  paused(what: string, reason: string, options?: { readonly staysReady?: boolean }): void;
  resumed(what: string): void;
  fault(message: string): void;
  report(): HealthReport;
}

const maxFaults = 10;

export const createHealth = (): Health => {
  const dependencies = new Map<string, DependencyState>();
  const pauses = new Map<string, { readonly reason: string; readonly staysReady: boolean }>();
  const faults: string[] = [];
  let phase: 'starting' | 'running' | 'stopping' = 'starting';

  const report = (): HealthReport => {
    const down = [...dependencies.values()].some((state) => !state.up);
    const live = faults.length === 0;
    return {
      status: statusOf({ live, phase, degraded: down || pauses.size > 0 }),
      ready: live && phase === 'running' && !down && [...pauses.values()].every(({ staysReady }) => staysReady),
      live,
      dependencies: Object.fromEntries(dependencies),
      pauses: Object.fromEntries([...pauses].map(([what, { reason }]) => [what, reason])),
      faults: [...faults],
    };
  };

  return {
    started: () => {
      if (phase === 'starting') phase = 'running';
    },
    stopping: () => {
      phase = 'stopping';
    },
    dependency: (name, state) => void dependencies.set(name, state),
    paused: (what, reason, options) => void pauses.set(what, { reason, staysReady: options?.staysReady === true }),
    resumed: (what) => void pauses.delete(what),
    fault: (message) => {
      if (faults.length < maxFaults) faults.push(message);
    },
    report,
  };
};

const statusOf = (state: { live: boolean; phase: string; degraded: boolean }): HealthReport['status'] => {
  if (!state.live) return 'faulty';
  if (state.phase === 'starting') return 'starting';
  return state.degraded || state.phase === 'stopping' ? 'degraded' : 'ok';
};
