/**
 * Reads typed values from an environment and collects faults instead of throwing at the first.
 * After a fault a reader returns its example value, which never leaves `loadConfig`.
 */

import { readFileSync } from 'node:fs';
import type { ConfigFault } from './config-error.ts';
import { Secret } from './secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Variable<T> {
  readonly name: string;
  /** Shown in faults and in the reference of variables. */
  readonly purpose: string;
  /** What a right value looks like. */
  readonly example: T;
  /** Absent: the variable has to be set. */
  readonly fallback?: T;
}

export interface EnvironmentReader {
  text(variable: Variable<string> & { readonly pattern?: RegExp }): string;
  /** null when unset or empty. */
  optionalText(variable: Omit<Variable<string>, 'fallback'>): string | null;
  integer(variable: Variable<number> & { readonly min?: number; readonly max?: number }): number;
  /** true, false, 1, 0, yes, no. */
  flag(variable: Variable<boolean>): boolean;
  choice<const T extends string>(variable: Variable<T> & { readonly values: readonly T[] }): T;
  /** Separated by commas; at least one. */
  list(variable: Variable<readonly string[]> & { readonly pattern?: RegExp }): readonly string[];
  /** An absolute URL with one of the protocols, given like `http:`. */
  url(variable: Variable<string> & { readonly protocols: readonly string[] }): string;
  secret(variable: Omit<Variable<string>, 'fallback'>): Secret;
  optionalSecret(variable: Omit<Variable<string>, 'fallback'>): Secret | null;
  /** Content of the file that the variable names; null when unset. */
  optionalFile(variable: Omit<Variable<string>, 'fallback'>): string | null;
  /** For checks across variables. */
  fault(variable: string, message: string): void;
}

export interface ReadVariable {
  readonly name: string;
  readonly purpose: string;
  readonly required: boolean;
}

export interface CollectingReader extends EnvironmentReader {
  readonly faults: readonly ConfigFault[];
  readonly variables: readonly ReadVariable[];
}

type Parsed<T> = { readonly value: T } | { readonly fault: string };

export const createEnvironmentReader = (environment: Environment): CollectingReader => {
  const faults: ConfigFault[] = [];
  const variables: ReadVariable[] = [];

  const raw = (name: string): string | null => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const note = (variable: Pick<Variable<unknown>, 'name' | 'purpose'>, required: boolean): void => {
    variables.push({ name: variable.name, purpose: variable.purpose, required });
  };
  const fault = (variable: string, message: string): void => void faults.push({ variable, message });

  const read = <T>(variable: Variable<T>, parse: (text: string) => Parsed<T>): T => {
    note(variable, variable.fallback === undefined);
    const text = raw(variable.name);
    if (text === null) {
      if (variable.fallback !== undefined) return variable.fallback;
      fault(variable.name, `is not set (${variable.purpose}; for example ${printed(variable.example)})`);
      return variable.example;
    }
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    fault(variable.name, `${parsed.fault} (${variable.purpose}; for example ${printed(variable.example)})`);
    return variable.example;
  };

  const optionalText: EnvironmentReader['optionalText'] = (variable) => {
    note(variable, false);
    return raw(variable.name);
  };

  return {
    faults,
    variables,
    fault,
    optionalText,
    text: (variable) => read(variable, (text) => matching(text, variable.pattern)),
    integer: (variable) => read(variable, (text) => parseInteger(text, variable)),
    flag: (variable) => read(variable, parseFlag),
    choice: (variable) =>
      read(variable, (text) => {
        const value = variable.values.find((candidate) => candidate === text);
        return value === undefined ? { fault: `has to be one of ${variable.values.join(', ')}` } : { value };
      }),
    list: (variable) => read(variable, (text) => parseList(text, variable.pattern)),
    url: (variable) => read(variable, (text) => parseUrl(text, variable.protocols)),
    secret: (variable) => {
      note(variable, true);
      const text = raw(variable.name);
      if (text === null) fault(variable.name, `is not set (${variable.purpose})`);
      return new Secret(text ?? '');
    },
    optionalSecret: (variable) => {
      const text = optionalText(variable);
      return text === null ? null : new Secret(text);
    },
    optionalFile: (variable) => {
      const path = optionalText(variable);
      if (path === null) return null;
      try {
        return readFileSync(path, 'utf8');
      } catch {
        fault(variable.name, `names a file that cannot be read: ${path} (${variable.purpose})`);
        return null;
      }
    },
  };
};

const printed = (example: unknown): string => (Array.isArray(example) ? example.join(',') : String(example));

const matching = (text: string, pattern: RegExp | undefined): Parsed<string> =>
  pattern === undefined || pattern.test(text) ? { value: text } : { fault: `does not look like ${pattern.source}` };

const parseInteger = (text: string, bounds: { readonly min?: number; readonly max?: number }): Parsed<number> => {
  const value = Number(text);
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    return { fault: `has to be a whole number from ${min} to ${max}` };
  }
  return { value };
};

const parseFlag = (text: string): Parsed<boolean> => {
  if (/^(true|1|yes)$/i.test(text)) return { value: true };
  if (/^(false|0|no)$/i.test(text)) return { value: false };
  return { fault: 'has to be true or false' };
};

const parseList = (text: string, pattern: RegExp | undefined): Parsed<readonly string[]> => {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) return { fault: 'has to name at least one' };
  const bad = pattern === undefined ? undefined : items.find((item) => !pattern.test(item));
  return bad === undefined ? { value: items } : { fault: `holds ${bad}, which does not look right` };
};

const parseUrl = (text: string, protocols: readonly string[]): Parsed<string> => {
  if (!URL.canParse(text)) return { fault: 'is not an absolute URL' };
  if (!protocols.includes(new URL(text).protocol)) return { fault: `has to start with ${protocols.join(' or ')}` };
  return { value: text };
};
