/**
 * What a PromQL expression asks for: metrics, the label matchers on each, and the labels it groups by. No full parser: strings,
 * matchers, groupings and functions are told apart, which is all that a comparison with the catalogue needs. Prometheus itself parses
 * every expression in test/e2e/observe.test.ts.
 */

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Asked {
  readonly selectors: readonly Selector[];
  /** Of `by`, `without`, `on`, `ignoring`, `group_left`, `group_right`. */
  readonly groupings: readonly string[];
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const MATCHERS = /\{((?:"(?:\\.|[^"\\])*"|[^}"])*)\}/;
const MATCHER = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:\\.|[^"\\])*)"\s*$/;
/** What stands behind a digit is a duration or a power of ten. */
const SELECTOR = /(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\(|\{(?:"(?:\\.|[^"\\])*"|[^}"])*\})?/g;
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'by', 'without', 'on', 'ignoring']);

/** Throws for a matcher that it cannot read. */
export function readExpression(expression: string): Asked {
  const groupings: string[] = [];
  const rest = expression.replaceAll(GROUPING, (_all, names: string) => {
    groupings.push(...listed(names));
    return ' ';
  });
  const selectors: Selector[] = [];
  for (const [, name = '', after = ''] of rest.matchAll(SELECTOR)) {
    if (after === '(' || KEYWORDS.has(name.toLowerCase())) continue;
    selectors.push({ metric: name, matchers: matchersOf(after) });
  }
  return { selectors, groupings };
}

function matchersOf(braces: string): readonly Matcher[] {
  const inner = MATCHERS.exec(braces)?.[1] ?? '';
  return inner
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [, label, operator, value] = MATCHER.exec(part) ?? [];
      if (label === undefined || value === undefined || !isOperator(operator)) throw new Error(`not a label matcher: ${part}`);
      return { label, operator, value };
    });
}

const isOperator = (text: string | undefined): text is Matcher['operator'] =>
  text === '=' || text === '!=' || text === '=~' || text === '!~';

const listed = (names: string): readonly string[] =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
