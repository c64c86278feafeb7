/**
 * Reads a rule set's YAML node by node, so that every fault names its path, line and column, and all faults come at once.
 * The readers return null after reporting; whoever assembles the parts goes on and finds the other faults too.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { RuleSetFault } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import { yamlFaults } from './yaml-faults.ts';

export interface RuleSetDocument {
  readonly text: string;
  /** Grows while the document is read. */
  readonly faults: RuleSetFault[];
  readonly lines: LineCounter;
  readonly yaml: Document;
}

/** A spot in the document; `node` is null where nothing is written. */
export interface Place {
  readonly path: string;
  readonly node: Node | null;
}

export interface Fields {
  /** The place of a key, or null when it is absent or explicitly null. */
  get(key: string): Place | null;
  readonly place: Place;
}

export interface OpenedDocument {
  readonly document: RuleSetDocument;
  readonly root: Place;
  /** As YAML it cannot be read to its end: what its parts say is not known. */
  readonly isBroken: boolean;
}

export function openDocument(text: string): OpenedDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const document: RuleSetDocument = { text, faults: [], lines, yaml };
  const faults = yamlFaults(yaml, text);
  for (const { message, offset } of faults) report(document, { path: '', node: null }, { message, offset });
  return {
    document,
    root: { path: '', node: isNodeLike(yaml.contents) ? yaml.contents : null },
    isBroken: faults.some(({ isWhole }) => !isWhole),
  };
}

export interface FaultAt {
  readonly message: string;
  /** Characters from the document's start; where the place begins if left out. */
  readonly offset?: number;
  /** All that could stand there. */
  readonly known?: readonly string[];
  /** Where in a table's file it stands instead. */
  readonly inFile?: { readonly file: string; readonly line: number; readonly column: number; readonly excerpt: string };
}

/** Adds a fault at the place, or where `what` says. */
export function report(document: RuleSetDocument, place: Place, { message, offset, known, inFile }: FaultAt): void {
  const words = known === undefined ? {} : { known };
  if (inFile !== undefined) {
    document.faults.push({ path: place.path, ...inFile, message, ...words });
    return;
  }
  const at = offset ?? place.node?.range?.[0];
  const position = at === undefined ? null : document.lines.linePos(at);
  const isThere = position !== null && position.line > 0;
  document.faults.push({
    path: place.path,
    file: null,
    line: isThere ? position.line : null,
    column: isThere ? position.col : null,
    message,
    excerpt: at === undefined || !isThere ? null : lineAround(document.text, at),
    ...words,
  });
}

/** The whole line in which a character stands. */
export function lineAround(text: string, offset: number): string {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
}

/** The keys of a mapping; unknown and missing ones are faults. */
export function fieldsOf(
  document: RuleSetDocument,
  place: Place,
  keys: { readonly required?: readonly string[]; readonly optional?: readonly string[] },
): Fields | null {
  const { required = [], optional = [] } = keys;
  if (required.length > 0 && isBlank(document, place)) {
    report(document, place, { message: `nothing is written here; needed: ${required.join(', ')}` });
    return null;
  }
  const known = [...required, ...optional];
  const entries = entriesOf(document, place);
  if (entries === null) return null;
  const found = new Map<string, Place>();
  for (const entry of entries) {
    if (known.includes(entry.key)) found.set(entry.key, entry.value);
    else
      report(
        document,
        { path: entry.value.path, node: entry.keyNode },
        { message: `unknown key "${entry.key}"${insteadOf(entry.key, known)}`, known },
      );
  }
  for (const key of required) {
    // An alias of nothing has been told.
    if (isBlank(document, found.get(key)) && !isAlias(found.get(key)?.node)) report(document, place, { message: `"${key}" is missing` });
  }
  return {
    place,
    get: (key) => {
      const value = found.get(key);
      return value === undefined || isBlank(document, value) ? null : value;
    },
  };
}

/** More keys than this are not told one by one. */
const MOST_TOLD = 8;

function insteadOf(key: string, known: readonly string[]): string {
  if (key === '<<') return ': mappings are not merged; write their keys out';
  const meant = didYouMean(key, known);
  return meant !== '' || known.length > MOST_TOLD ? meant : `; known are ${known.join(', ')}`;
}

/** Every entry of a mapping whose keys the writer chooses. */
export function entriesOf(
  document: RuleSetDocument,
  place: Place,
): readonly { readonly key: string; readonly keyNode: Node | null; readonly value: Place }[] | null {
  const node = resolve(document, place.node);
  if (!isMap(node)) {
    report(document, place, { message: `expected a mapping (key: value), found ${kindOf(node)}` });
    return null;
  }
  return node.items.map((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const keyNode = isNodeLike(pair.key) ? pair.key : null;
    const value = isNodeLike(pair.value) ? pair.value : keyNode;
    return { key, keyNode, value: { path: place.path === '' ? key : `${place.path}.${key}`, node: isNodeLike(pair.value) ? value : null } };
  });
}

/** The items of a list; a missing list is empty. */
export function itemsOf(document: RuleSetDocument, place: Place | null): readonly Place[] {
  if (place === null) return [];
  const node = resolve(document, place.node);
  if (!isSeq(node)) {
    report(document, place, { message: `expected a list (- item), found ${kindOf(node)}` });
    return [];
  }
  return node.items.map((item, index) => ({ path: `${place.path}[${index}]`, node: isNodeLike(item) ? item : null }));
}

export function isList(document: RuleSetDocument, place: Place): boolean {
  return isSeq(resolve(document, place.node));
}

export function isMapping(document: RuleSetDocument, place: Place): boolean {
  return isMap(resolve(document, place.node));
}

/** A single value as written: `02139` stays `02139`, `no` stays `no`. */
export function textOf(document: RuleSetDocument, place: Place | null): string | null {
  if (place === null) return null;
  const node = resolve(document, place.node);
  if (!isScalar(node)) {
    report(document, place, { message: `expected a text, found ${kindOf(node)}` });
    return null;
  }
  if (typeof node.value === 'string') return node.value;
  return node.value === null ? '' : (node.source ?? String(node.value));
}

export function numberOf(
  document: RuleSetDocument,
  place: Place | null,
  limits: { readonly min: number; readonly max: number; readonly integer: boolean },
): number | null {
  if (place === null) return null;
  const node = resolve(document, place.node);
  const value = isScalar(node) ? node.value : null;
  const isRight = typeof value === 'number' && value >= limits.min && value <= limits.max && (!limits.integer || Number.isInteger(value));
  if (isRight) return value;
  report(document, place, {
    message: `expected ${limits.integer ? 'a whole number' : 'a number'} from ${limits.min} to ${limits.max}, found ${kindOf(node)}`,
  });
  return null;
}

export function booleanOf(document: RuleSetDocument, place: Place | null): boolean | null {
  if (place === null) return null;
  const node = resolve(document, place.node);
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  report(document, place, { message: `expected true or false, found ${kindOf(node)}` });
  return null;
}

/** One of a closed list of words. */
export function oneOf<const Word extends string>(document: RuleSetDocument, place: Place | null, words: readonly Word[]): Word | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  report(document, place, { message: `"${text}" is not one of ${words.join(', ')}${didYouMean(text, words)}`, known: words });
  return null;
}

const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/i;

/** An id: letters, digits, dot, dash, underscore; at most 64. */
export function idOf(document: RuleSetDocument, place: Place | null): string | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  if (ID.test(text)) return text;
  report(document, place, { message: `"${text}" cannot be an id: use 1 to 64 letters, digits, dots, dashes and underscores` });
  return null;
}

/** Characters from the document's start at which a text value begins, and the raw writing of it; null for no scalar. */
export function rawTextOf(document: RuleSetDocument, place: Place): { readonly from: number; readonly to: number } | null {
  const node = resolve(document, place.node);
  if (!isScalar(node) || !node.range) return null;
  return { from: node.range[0], to: node.range[1] };
}

function isBlank(document: RuleSetDocument, place: Place | undefined): boolean {
  if (place === undefined || place.node === null) return true;
  const node = resolve(document, place.node);
  return node === null || (isScalar(node) && node.value === null);
}

function resolve(document: RuleSetDocument, node: Node | null): Node | null {
  if (node !== null && isAlias(node)) return node.resolve(document.yaml) ?? null;
  return node;
}

function isNodeLike(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && (isScalar(value) || isMap(value) || isSeq(value) || isAlias(value));
}

function kindOf(node: Node | null): string {
  if (node === null) return 'nothing';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (isScalar(node)) return node.value === null ? 'nothing' : `"${String(node.value)}"`;
  return 'an alias to nothing';
}
