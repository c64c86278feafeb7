/** What `rules check` finds beside faults: where it is, how bad it is, and what to do. */
import type { SourceRange } from '@marcbachmann/cel-js';
import { reportInside } from '../../cel/report-inside.ts';
import type { RuleSetFault } from '../../rule-set.ts';
import { entriesOf, isList, isMapping, itemsOf, type Place, type RuleSetDocument, report } from '../document.ts';

export const FINDING_KINDS = [
  'UNREACHABLE_RULE',
  'UNREACHABLE_GRADE',
  'UNREACHABLE_SCORE',
  'IMPOSSIBLE_CONDITION',
  'IMPOSSIBLE_PART',
  'GRADE_NEVER_GIVEN',
  'GRADE_WITHOUT_RULE',
  'POOL_NEVER_AVAILABLE',
  'AGENT_NEVER_AVAILABLE',
  'SKILL_NOBODY_HAS',
  'DESTINATION_WITHOUT_CHANNEL',
  'ACCEPTED_IN_VAIN',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

export interface RuleSetFinding extends RuleSetFault {
  readonly kind: FindingKind;
  /** An error never does what it was written for; a warning is worth a look. */
  readonly severity: 'ERROR' | 'WARNING';
  /** The rule, grade, score line, pool or destination, by its id or name. */
  readonly about: string;
}

export type Found = Pick<RuleSetFinding, 'kind' | 'severity' | 'message' | 'about'>;

/** Collects findings by their place in the document. */
export class Findings {
  readonly found: RuleSetFinding[] = [];
  readonly #document: RuleSetDocument;
  readonly #root: Place;
  /** By path: of ten thousand rules each is asked for. */
  readonly #items = new Map<string, readonly Place[]>();

  constructor(document: RuleSetDocument, root: Place) {
    // Faults of its own: the document has none, and is not to get any.
    this.#document = { ...document, faults: [] };
    this.#root = root;
  }

  /** `range`: characters of the condition that stands at the place. */
  add(place: Place, what: Found, inside?: { readonly source: string; readonly range: SourceRange | undefined }): void {
    if (inside === undefined) report(this.#document, place, { message: what.message });
    else reportInside(this.#document, place, { ...inside, message: what.message });
    const { kind, severity, about } = what;
    for (const fault of this.#document.faults.splice(0)) this.found.push({ ...fault, kind, severity, about });
  }

  /** The place of keys and list positions, as far as there is one. */
  placeOf(...path: readonly (string | number)[]): Place {
    let place = this.#root;
    for (const step of path) {
      const next = this.#childOf(place, step);
      if (next === undefined) return place;
      place = next;
    }
    return place;
  }

  /** Place of the item of a list that has this id, and as far into it as there is one. */
  placeOfId(section: string, id: string, ...path: readonly string[]): Place {
    const list = this.placeOf(section);
    const index = this.#itemsOf(list).findIndex((_item, at) => this.#idAt(section, at) === id);
    return index < 0 ? list : this.placeOf(section, index, ...path);
  }

  lineOf(place: Place): number | null {
    const offset = place.node?.range?.[0];
    return offset === undefined ? null : this.#document.lines.linePos(offset).line;
  }

  #itemsOf(place: Place): readonly Place[] {
    const known = this.#items.get(place.path);
    if (known !== undefined) return known;
    const items = isList(this.#document, place) ? itemsOf(this.#document, place) : [];
    this.#items.set(place.path, items);
    return items;
  }

  #idAt(section: string, index: number): string | null {
    const { node } = this.placeOf(section, index, 'id');
    return node === null ? null : String(node.toJSON());
  }

  #childOf(place: Place, step: string | number): Place | undefined {
    if (typeof step === 'number') return this.#itemsOf(place)[step];
    if (!isMapping(this.#document, place)) return undefined;
    return entriesOf(this.#document, place)?.find((entry) => entry.key === step)?.value;
  }
}
