/** Instants on the command line: a time, or so long from now. */
import { readInstant } from '@lead-router/domain/instant.ts';
import { InvalidArgumentError } from 'commander';

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);
const DURATION = /^(\d{1,5})([mhdw])$/;

/** `7d` is seven days ago. A day alone is its midnight in UTC. */
export function pastArgument(name: string): (text: string) => number {
  return (text) => parse(name, text, (duration) => Date.now() - duration);
}

/** `2h` is in two hours; what is past is refused. */
export function futureArgument(name: string): (text: string) => number {
  return (text) => {
    const time = parse(name, text, (duration) => Date.now() + duration);
    if (time > Date.now()) return time;
    throw new InvalidArgumentError(`${name} lies in the past.`);
  };
}

function parse(name: string, text: string, relative: (durationMs: number) => number): number {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  if (amount !== undefined) return relative(Number(amount) * (UNITS_MS.get(unit) ?? 0));
  const time = readInstant(text);
  if (time !== null) return time;
  throw new InvalidArgumentError(`${name} takes a time like 2026-05-31 or 2026-05-31T14:05:00Z, or 30m, 2h, 7d, 4w.`);
}
