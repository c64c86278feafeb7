/** What a step says about a record: a value, never an exception. An exception is a bug and ends the process. */

export interface Ok<T> {
  readonly kind: 'ok';
  readonly value: T;
}

/** Done with, nothing to hand on. */
export interface Drop {
  readonly kind: 'drop';
  readonly reason: string;
}

/** This record can never be handled: its original bytes go to the service's dead-letter topic. */
export interface DeadLetter {
  readonly kind: 'dead_letter';
  /** `LR_<AREA>_<NAME>`, from the closed list of the service. */
  readonly code: string;
  /** For a person; no personal data. */
  readonly message: string;
}

/** The original bytes and headers go to another sink. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly sink: string;
}

/** A dependency is down. The partition waits here, in order, and tries again; never a dead letter. */
export interface RetryLater {
  readonly kind: 'retry_later';
  /** What is waited for, from a closed set: it becomes a metric label (`postgres`, `registry`). */
  readonly cause: string;
  readonly message: string;
}

export type Settled = Drop | DeadLetter | Redirect | RetryLater;
export type StepResult<T> = Ok<T> | Settled;

export const ok = <T>(value: T): Ok<T> => ({ kind: 'ok', value });
export const drop = (reason: string): Drop => ({ kind: 'drop', reason });
export const deadLetter = (code: string, message: string): DeadLetter => ({ kind: 'dead_letter', code, message });
export const redirect = (sink: string): Redirect => ({ kind: 'redirect', sink });
export const retryLater = (cause: string, message: string): RetryLater => ({ kind: 'retry_later', cause, message });

/** For code too deep to return `retryLater`: thrown out of a step it means the same for all records of the call. */
export class DependencyDown extends Error {
  /** As `RetryLater.cause`. */
  readonly dependency: string;

  constructor(dependency: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DependencyDown';
    this.dependency = dependency;
  }
}
