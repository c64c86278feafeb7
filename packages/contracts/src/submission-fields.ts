/**
 * Reads one object of a submission field by field, cleaning what is harmless and naming what is wrong. Nothing throws,
 * and no message repeats a value: it may be personal.
 */
import { readInstant } from '@lead-router/domain/instant.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import { type FaultList, SUBMISSION_LIMITS, type SubmissionFaultCode, shownName, suggestField } from './submission-faults.ts';

/** 1970 to 2100: outside of it a time is a slip of units. */
const LATEST_TIME = 4_102_444_800_000;
const ATTRIBUTE_NAME = /^[A-Za-z0-9_.-]+$/;

export type UnknownObject = Readonly<Record<string, unknown>>;

/** One object under its path. Ask for each field once, then `close` to name the fields that were not asked for. */
export class FieldReader {
  readonly #object: UnknownObject;
  readonly #path: string;
  readonly #faults: FaultList;
  readonly #asked: string[] = [];

  constructor(object: UnknownObject, path: string, faults: FaultList) {
    this.#object = object;
    this.#path = path;
    this.#faults = faults;
  }

  /** On one line, trimmed; null for nothing. */
  line(name: string, maxLength: number = SUBMISSION_LIMITS.line): string | null {
    return this.#string(name, maxLength, cleanLine);
  }

  /** As `line`, but keeps line breaks and tabs. */
  text(name: string): string | null {
    return this.#string(name, SUBMISSION_LIMITS.text, cleanText);
  }

  /** A whole number from 0 to `max`. */
  count(name: string, max: number): number | null {
    const value = this.#number(name, max);
    if (value === null || Number.isInteger(value)) return value;
    return this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be a whole number');
  }

  /** From 0 to `SUBMISSION_LIMITS.money`. */
  money(name: string): number | null {
    return this.#number(name, SUBMISSION_LIMITS.money);
  }

  flag(name: string): boolean | null {
    const value = this.take(name);
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? null;
    return this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be true or false');
  }

  /** ISO 8601 with a zone (a bare day is its midnight in UTC), or whole milliseconds since 1970. */
  time(name: string): number | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' && typeof value !== 'number') return this.#fault('LR_LEAD_FIELD_TYPE', name, TIME_RULE);
    const time = typeof value === 'number' ? value : readInstant(value.trim());
    if (time === null || !Number.isInteger(time)) return this.#fault('LR_LEAD_FIELD_TYPE', name, TIME_RULE);
    if (time < 0 || time > LATEST_TIME) return this.#fault('LR_LEAD_FIELD_RANGE', name, 'must lie between 1970 and 2100');
    return time === 0 ? 0 : time;
  }

  /** One of the words, in any case; null when nothing is said, or something else. */
  word<W extends string>(name: string, words: readonly W[]): W | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    const wanted = typeof value === 'string' ? value.trim().toUpperCase() : null;
    const found = words.find((word) => word === wanted);
    return found ?? this.#fault('LR_LEAD_FIELD_VALUE', name, `must be one of ${words.join(', ')}`);
  }

  lines(name: string): readonly string[] {
    const items = this.#array(name, SUBMISSION_LIMITS.listItems);
    const lines: string[] = [];
    for (let index = 0; index < items.length; index++) {
      const line = this.#stringAt(items[index], `${this.pathOf(name)}[${index}]`, { maxLength: SUBMISSION_LIMITS.line, clean: cleanLine });
      if (line !== null) lines.push(line);
    }
    return lines;
  }

  /** The objects of a list, each with its own path. */
  objects(name: string, maxItems: number): readonly FieldReader[] {
    const readers: FieldReader[] = [];
    const items = this.#array(name, maxItems);
    for (let index = 0; index < items.length; index++) {
      const path = `${this.pathOf(name)}[${index}]`;
      const item = items[index];
      if (isObject(item)) readers.push(new FieldReader(item, path, this.#faults));
      else this.#faults.add('LR_LEAD_FIELD_TYPE', path, 'must be an object');
    }
    return readers;
  }

  /** The object of that name; one without fields when nothing is said or it is no object. */
  object(name: string): FieldReader {
    const value = this.take(name);
    if (isObject(value)) return new FieldReader(value, this.pathOf(name), this.#faults);
    if (value !== undefined && value !== null) this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be an object');
    return new FieldReader({}, this.pathOf(name), this.#faults);
  }

  /** Names and plain values; numbers and booleans become text, null is left out. */
  attributes(name: string): Readonly<Record<string, string>> {
    const value = this.take(name);
    if (value === undefined || value === null) return {};
    if (!isObject(value)) return this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be an object of names and plain values') ?? {};
    const keys = Object.keys(value);
    if (keys.length > SUBMISSION_LIMITS.attributes) {
      this.#fault('LR_LEAD_TOO_MANY_ITEMS', name, `must have at most ${SUBMISSION_LIMITS.attributes} attributes`);
      return {};
    }
    const attributes: Record<string, string> = {};
    for (const key of keys) {
      const text = this.#attribute(value[key], key, `${this.pathOf(name)}.${shownName(key)}`);
      if (text !== null) attributes[key] = text;
    }
    return attributes;
  }

  /** Names the field if it is missing; what is there but wrong has been named already. */
  required<T>(value: T | null, name: string): T | null {
    const path = this.pathOf(name);
    if (value === null && !this.#faults.faults.some((fault) => fault.field === path))
      this.#fault('LR_LEAD_FIELD_MISSING', name, 'must be given');
    return value;
  }

  /** Marks the field as known and gives what stands there. */
  take(name: string): unknown {
    this.#asked.push(name);
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  /** Whether anything is said there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#object, name) && this.#object[name] !== null && this.#object[name] !== undefined;
  }

  /** Names every field nobody asked for, with the one that was probably meant. */
  close(): void {
    for (const name of Object.keys(this.#object)) {
      if (this.#asked.includes(name)) continue;
      const suggestion = suggestField(
        name,
        this.#asked.map((asked) => this.pathOf(asked)),
        this.#faults.paths,
      );
      const advice = suggestion === null ? 'leave it out, or put it under attributes' : `did you mean ${suggestion}?`;
      this.#faults.add('LR_LEAD_FIELD_UNKNOWN', this.pathOf(shownName(name)), `there is no such field: ${advice}`);
    }
  }

  #string(name: string, maxLength: number, clean: (text: string) => string): string | null {
    return this.#stringAt(this.take(name), this.pathOf(name), { maxLength, clean });
  }

  #stringAt(value: unknown, path: string, rule: { readonly maxLength: number; readonly clean: (text: string) => string }): string | null {
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') {
      this.#faults.add('LR_LEAD_FIELD_TYPE', path, 'must be text, in quotes');
      return null;
    }
    const text = rule.clean(value);
    if (text.length > rule.maxLength) {
      this.#faults.add('LR_LEAD_FIELD_TOO_LONG', path, `must have at most ${rule.maxLength} characters, has ${text.length}`);
      return null;
    }
    return text === '' ? null : text;
  }

  #number(name: string, max: number): number | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    if (typeof value !== 'number' || !Number.isFinite(value))
      return this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be a number, without quotes or units');
    if (value < 0 || value > max) return this.#fault('LR_LEAD_FIELD_RANGE', name, `must lie between 0 and ${max}`);
    // Minus zero does not survive every format.
    return value === 0 ? 0 : value;
  }

  #array(name: string, maxItems: number): readonly unknown[] {
    const value = this.take(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return this.#fault('LR_LEAD_FIELD_TYPE', name, 'must be a list') ?? [];
    if (value.length > maxItems) return this.#fault('LR_LEAD_TOO_MANY_ITEMS', name, `must have at most ${maxItems} items`) ?? [];
    return value;
  }

  #attribute(value: unknown, key: string, path: string): string | null {
    if (key.length > SUBMISSION_LIMITS.attributeName || !ATTRIBUTE_NAME.test(key) || key === '__proto__') {
      this.#faults.add(
        'LR_LEAD_FIELD_VALUE',
        path,
        `an attribute's name has 1 to ${SUBMISSION_LIMITS.attributeName} letters, digits, dots, hyphens or underscores`,
      );
      return null;
    }
    const isPlain = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    return this.#stringAt(isPlain ? String(value) : value, path, { maxLength: SUBMISSION_LIMITS.attributeValue, clean: cleanLine });
  }

  #fault(code: SubmissionFaultCode, name: string, message: string): null {
    this.#faults.add(code, this.pathOf(name), message);
    return null;
  }
}

const TIME_RULE = 'must be a time like 2026-05-31T14:05:00Z, or whole milliseconds since 1970';

/** Anything with named properties but lists; what a parser of JSON or Avro makes of an object. */
export function isObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
