/** What is wrong with the YAML itself, in words for whoever wrote it: the parser's are about its own workings, and some of its places are far off. */
import { type Document, isAlias, isNode, isScalar, visit, type YAMLError } from 'yaml';
import { didYouMean } from './did-you-mean.ts';

export interface YamlFault {
  readonly message: string;
  /** Characters from the document's start. */
  readonly offset: number;
  /** What stands behind it is read all the same, and may have faults of its own. */
  readonly isWhole: boolean;
}

/** One a place: what follows from a fault at the same spot is left out. */
export function yamlFaults(yaml: Document, text: string): readonly YamlFault[] {
  const faults = [...yaml.errors.map((error) => describe(yaml, text, error)), ...aliasFaults(yaml)];
  return faults.filter(({ offset }, index) => faults.findIndex((one) => one.offset === offset) === index);
}

function describe(yaml: Document, text: string, { code, message, pos }: YAMLError): YamlFault {
  const [offset] = pos;
  const isWhole = code === 'DUPLICATE_KEY' || code === 'MULTIPLE_DOCS';
  switch (code) {
    case 'TAB_AS_INDENT':
      return { offset, isWhole, message: 'indent with spaces: YAML takes no tabs there' };
    case 'DUPLICATE_KEY':
      return {
        offset,
        isWhole,
        message: `key ${JSON.stringify(/^[^:\s]*/.exec(text.slice(offset))?.[0] ?? '')} stands twice in this mapping${firstLine(yaml, text, offset)}`,
      };
    case 'MULTIPLE_DOCS':
      return {
        offset,
        isWhole,
        message: 'a rule set is one document: take out this line and what follows, or keep that in a file of its own',
      };
    case 'MISSING_CHAR': {
      const opened = openedQuote(yaml, offset);
      return opened === null
        ? { offset, isWhole, message }
        : { offset: opened, isWhole, message: 'the quote that opens here is never closed' };
    }
    default:
      return { offset, isWhole, message };
  }
}

/** In which line the key stands first that stands again at the offset. */
function firstLine(yaml: Document, text: string, offset: number): string {
  let first: number | null = null;
  visit(yaml, {
    Map: (_key, { items }) => {
      const keys = items.flatMap(({ key }) => (isScalar(key) && key.range ? [{ value: key.value, at: key.range[0] }] : []));
      const again = keys.find(({ at }) => at === offset);
      if (again === undefined) return;
      first = keys.find(({ value }) => value === again.value)?.at ?? null;
      return visit.BREAK;
    },
  });
  return first === null ? '' : `, first in line ${text.slice(0, first).split('\n').length}`;
}

/** Where the quoted text begins that goes on until there. */
function openedQuote(yaml: Document, end: number): number | null {
  let from: number | null = null;
  visit(yaml, (_key, node) => {
    if (isScalar(node) && node.type?.startsWith('QUOTE') && node.range && node.range[1] === end) from = node.range[0];
  });
  return from;
}

/** Aliases of what is not there would count as nothing written. */
function aliasFaults(yaml: Document): readonly YamlFault[] {
  const anchors: string[] = [];
  const faults: YamlFault[] = [];
  visit(yaml, (_key, node) => {
    if (isNode(node) && !isAlias(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.push(node.anchor);
    if (!isAlias(node) || anchors.includes(node.source)) return;
    const message = `no anchor "&${node.source}" stands before this alias${didYouMean(node.source, anchors)}`;
    faults.push({ offset: node.range?.[0] ?? 0, isWhole: true, message });
  });
  return faults;
}
