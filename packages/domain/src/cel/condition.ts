/**
 * One condition of a rule set, checked and compiled. Truth has three values (Kleene's logic, which is also CEL's rule for errors):
 * a part that needs an unknown value is unknown; `false && unknown` is false, `true || unknown` is true, everything else with
 * unknown in it is unknown; and a condition that is unknown as a whole is not met.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { Branch } from './condition-branches.ts';

/** undefined is "unknown". */
export type Truth = boolean | undefined;

export interface Condition {
  readonly source: string;
  readonly ast: ASTNode;
  /** Three-valued, for explanations and tests. */
  truth(facts: Facts): Truth;
  /** The truth of a part of this condition's tree; compiles the part, so for explanations only. */
  truthOf(part: ASTNode, facts: Facts): Truth;
  /** The same as `truth(facts) === true`, faster. */
  isMet(facts: Facts): boolean;
  /** What an index can use: met by the same facts as the condition. Worked out anew each time. */
  branches(): readonly Branch[];
}
