/**
 * A process of the simulated world: what a kill -9, a SIGSTOP and a SIGCONT act upon. Whoever talks to a double does so
 * as one of these; the scheduler never resumes what belongs to a dead one, and holds back what belongs to a frozen one.
 */

export type SimProcessState = 'RUNNING' | 'FROZEN' | 'DEAD';

export interface SimProcess {
  readonly name: string;
  readonly state: SimProcessState;
  /** Virtual milliseconds; null unless it is frozen. */
  readonly thawAt: number | null;
  /** What the outside notices of a death: closed connections. Called once, in the order of registration. */
  onDeath(listener: () => void): void;
}

export interface ControlledProcess extends SimProcess {
  state: SimProcessState;
  thawAt: number | null;
  readonly deathListeners: (() => void)[];
}

export function createSimProcess(name: string): ControlledProcess {
  const deathListeners: (() => void)[] = [];
  return {
    name,
    state: 'RUNNING',
    thawAt: null,
    deathListeners,
    onDeath: (listener) => {
      deathListeners.push(listener);
    },
  };
}
