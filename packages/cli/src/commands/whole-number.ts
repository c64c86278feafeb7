/** Numbers on the command line. */
import { InvalidArgumentError } from 'commander';

/** For options and arguments: a whole number from `min` (default 1). */
export function wholeNumber(name: string, min = 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`${name} takes a whole number from ${min}.`);
    return value;
  };
}
