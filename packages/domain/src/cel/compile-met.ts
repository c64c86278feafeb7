/** Whether a condition, or its opposite, is met: at the top, unknown is the same as not met, so `&&` and `||` need no third value. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { compileTruth } from './compile-closure.ts';
import { flatten } from './read-ast.ts';

export type Met = (facts: Facts) => boolean;

/** The same as `compileTruth(node, environment)(facts) === true`, faster. */
export function compileMet(node: ASTNode, environment: CelEnvironment): Met {
  if (node.op === '&&') return everyMet(flatten(node, '&&').map((part) => compileMet(part, environment)));
  if (node.op === '||') {
    const parts = flatten(node, '||').map((part) => compileMet(part, environment));
    return (facts) => parts.some((part) => part(facts));
  }
  const truth = compileTruth(node, environment);
  return (facts) => truth(facts) === true;
}

/** False, and known to be so: what `!` of it needs. */
export function compileRefuted(node: ASTNode, environment: CelEnvironment): Met {
  const truth = compileTruth(node, environment);
  return (facts) => truth(facts) === false;
}

/** Asked from the first to the last, no further than the first that is not met. */
export function everyMet(parts: readonly Met[]): Met {
  const [first, second, third, fourth] = parts;
  if (parts.length === 1 && first) return first;
  if (parts.length === 2 && first && second) return (facts) => first(facts) && second(facts);
  if (parts.length === 3 && first && second && third) return (facts) => first(facts) && second(facts) && third(facts);
  if (parts.length === 4 && first && second && third && fourth)
    return (facts) => first(facts) && second(facts) && third(facts) && fourth(facts);
  return (facts) => parts.every((part) => part(facts));
}
