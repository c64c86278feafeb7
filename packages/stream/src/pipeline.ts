/**
 * Named steps, chained in one process without a topic between them. Steps work on a chunk at a time: a synchronous
 * step is called per record, an asynchronous one once for the chunk, so that nothing awaits per record.
 */

import type { ConsumedRecord, RecordHeaders } from './kafka-port.ts';
import { DependencyDown, type Ok, ok, type RetryLater, retryLater, type Settled, type StepResult } from './step-result.ts';

/** Where the record at hand comes from. */
export interface StepContext {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
  readonly record: ConsumedRecord;
}

/** What the last step hands on: a sink's name, never a topic. */
export interface SinkRecord {
  readonly sink: string;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
}

interface StepNames {
  /** In dead letters and metrics, so from a closed set. */
  readonly name: string;
  /** One line, for the print-out. */
  readonly purpose: string;
  /** Sinks this step writes to or redirects to, or the outside effects it has. */
  readonly sinks?: readonly string[];
}

export interface Step<In, Out> extends StepNames {
  readonly run: (value: In, context: StepContext) => StepResult<Out>;
}

export interface BatchStep<In, Out> extends StepNames {
  /** One result for each value, in their order. */
  readonly runBatch: (values: readonly In[], contexts: readonly StepContext[]) => Promise<readonly StepResult<Out>[]>;
}

export interface StepDescription {
  readonly name: string;
  readonly purpose: string;
  readonly sinks: readonly string[];
}

/** A record that a step has settled, with the step's name. */
export interface SettledBy {
  readonly kind: 'settled';
  readonly step: string;
  readonly result: Settled;
}

export type Outcome<T> = Ok<T> | SettledBy;

export interface StepObserver {
  /** After each step of a chunk. `results` are those of the records that had reached it. */
  stepDone(step: string, results: readonly StepResult<unknown>[], seconds: number): void;
  /** Seconds on a clock that never goes back. */
  seconds(): number;
}

export interface Pipeline<Out> {
  readonly steps: readonly StepDescription[];
  /** One outcome for each context, in their order. Rejects only for a bug in a step. */
  readonly process: (contexts: readonly StepContext[], observer: StepObserver) => Promise<readonly Outcome<Out>[]>;
  step<Next>(step: Step<Out, Next>): Pipeline<Next>;
  batchStep<Next>(step: BatchStep<Out, Next>): Pipeline<Next>;
}

/** Begins a pipeline with the records as they were read. */
export const startPipeline = (): Pipeline<ConsumedRecord> =>
  makePipeline({ steps: [], process: (contexts) => Promise.resolve(contexts.map((context) => ok(context.record))) });

const makePipeline = <Out>(made: Pick<Pipeline<Out>, 'steps' | 'process'>): Pipeline<Out> => {
  const chain = <Next>(names: StepNames, runAll: RunAll<Out, Next>): Pipeline<Next> =>
    makePipeline({
      steps: [...made.steps, { name: names.name, purpose: names.purpose, sinks: names.sinks ?? [] }],
      process: async (contexts, observer) => {
        const outcomes = await made.process(contexts, observer);
        return applyStep({ name: names.name, runAll, outcomes, contexts, observer });
      },
    });
  return {
    ...made,
    step: (step) => chain(step, (values, contexts) => runEach(step, { values, contexts })),
    batchStep: (step) =>
      chain(step, async (values, contexts) => {
        try {
          return await step.runBatch(values, contexts);
        } catch (error) {
          const later = asRetryLater(error);
          return values.map(() => later);
        }
      }),
  };
};

type RunAll<In, Out> = (
  values: readonly In[],
  contexts: readonly StepContext[],
) => readonly StepResult<Out>[] | Promise<readonly StepResult<Out>[]>;

interface StepApplication<In, Out> {
  readonly name: string;
  readonly runAll: RunAll<In, Out>;
  readonly outcomes: readonly Outcome<In>[];
  readonly contexts: readonly StepContext[];
  readonly observer: StepObserver;
}

const applyStep = async <In, Out>(application: StepApplication<In, Out>): Promise<readonly Outcome<Out>[]> => {
  const { name, runAll, outcomes, contexts, observer } = application;
  const values: In[] = [];
  const reached: StepContext[] = [];
  outcomes.forEach((outcome, index) => {
    const context = contexts[index];
    if (outcome.kind !== 'ok' || context === undefined) return;
    values.push(outcome.value);
    reached.push(context);
  });
  if (values.length === 0) return outcomes.filter((outcome) => outcome.kind !== 'ok');
  const startedAt = observer.seconds();
  const results = await runAll(values, reached);
  if (results.length !== values.length) {
    throw new Error(`step ${name} returned ${results.length} results for ${values.length} records`);
  }
  observer.stepDone(name, results, observer.seconds() - startedAt);
  let next = 0;
  return outcomes.map((outcome): Outcome<Out> => {
    if (outcome.kind !== 'ok') return outcome;
    const result = results[next];
    next += 1;
    if (result === undefined) throw new Error(`step ${name} returned no result for a record`);
    return result.kind === 'ok' ? result : { kind: 'settled', step: name, result };
  });
};

const runEach = <In, Out>(
  step: Step<In, Out>,
  work: { readonly values: readonly In[]; readonly contexts: readonly StepContext[] },
): readonly StepResult<Out>[] =>
  work.values.map((value, index) => {
    const context = work.contexts[index];
    if (context === undefined) throw new Error(`step ${step.name} was given a record without context`);
    try {
      return step.run(value, context);
    } catch (error) {
      return asRetryLater(error);
    }
  });

/** Anything but a dependency that is down is a bug, and goes on as the exception it is. */
const asRetryLater = (error: unknown): RetryLater => {
  if (error instanceof DependencyDown) return retryLater(error.dependency, error.message);
  throw error;
};
