/** Names that may stand once in a list: the second one is a fault that says where the first stands. */
import { type Place, type RuleSetDocument, report } from './document.ts';

export interface NamesOf {
  /** What bears the name: `pool`. */
  readonly what: string;
  /** Where it may stand once, when that is not the whole document: ` in this pool`. */
  readonly within?: string;
  /** What to do instead, or why not: `: join their conditions with ||`. */
  readonly advice?: string;
}

/** Asked with each name of the list in its order; false: it stood before, which is told. */
export function uniqueNames(
  document: RuleSetDocument,
  { what, within = '', advice = '' }: NamesOf,
): (name: string, place: Place) => boolean {
  const firsts = new Map<string, Place>();
  return (name, place) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, place);
      return true;
    }
    report(document, place, { message: `${what} "${name}" stands twice${within}${firstLine(document, first)}${advice}` });
    return false;
  };
}

function firstLine({ lines }: RuleSetDocument, { node }: Place): string {
  return node?.range ? `, first in line ${lines.linePos(node.range[0]).line}` : '';
}
