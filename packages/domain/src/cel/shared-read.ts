/**
 * Look-ups that several rules share are done once per lead: each distinct one remembers its answer for the facts it was last asked about,
 * and the rules of a rule set are asked about one lead's facts after the other's.
 */
import type { Facts } from '../facts.ts';
import type { CelEnvironment } from './cel-environment.ts';

type Read<T> = (facts: Facts) => T | undefined;

const texts = new WeakMap<CelEnvironment, Map<string, Read<string>>>();
const truths = new WeakMap<CelEnvironment, Map<string, Read<boolean>>>();

/** The one reader of its environment under this key, which must say all that the answer depends on but the facts. */
export function sharedText(environment: CelEnvironment, key: string, read: Read<string>): Read<string> {
  return shared(texts, { environment, key, read });
}

export function sharedTruth(environment: CelEnvironment, key: string, read: Read<boolean>): Read<boolean> {
  return shared(truths, { environment, key, read });
}

function shared<T>(
  kept: WeakMap<CelEnvironment, Map<string, Read<T>>>,
  { environment, key, read }: { readonly environment: CelEnvironment; readonly key: string; readonly read: Read<T> },
): Read<T> {
  let ofEnvironment = kept.get(environment);
  if (ofEnvironment === undefined) {
    ofEnvironment = new Map();
    kept.set(environment, ofEnvironment);
  }
  const known = ofEnvironment.get(key) ?? rememberLast(read);
  ofEnvironment.set(key, known);
  return known;
}

function rememberLast<T>(read: Read<T>): Read<T> {
  let lastFacts: Facts | null = null;
  let lastValue: T | undefined;
  return (facts) => {
    if (facts !== lastFacts) {
      lastValue = read(facts);
      lastFacts = facts;
    }
    return lastValue;
  };
}
