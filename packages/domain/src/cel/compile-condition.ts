/** Checks a CEL condition of the document and compiles it. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import { type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { checkCondition } from './check-condition.ts';
import { compileTruth } from './compile-closure.ts';
import type { Condition } from './condition.ts';
import type { FactName } from './fact-fields.ts';
import { necessaryTestOf } from './necessary-test.ts';
import { flatten } from './read-ast.ts';
import { reportInside } from './report-inside.ts';

export interface ConditionRequest {
  readonly document: RuleSetDocument;
  readonly place: Place;
  readonly environment: CelEnvironment;
  /** Facts that are not known yet where this condition is asked. */
  readonly notYet?: readonly FactName[];
}

/** null when there are faults; they are reported at their line and column. */
export function compileConditionAt(request: ConditionRequest): Condition | null {
  const { document, place, environment } = request;
  const source = textOf(document, place);
  if (source === null) return null;
  if (source.trim() === '') {
    report(document, place, { message: 'an empty condition would match by accident; write "true" if every lead is meant' });
    return null;
  }
  const result = checkCondition(source, environment, request.notYet ?? []);
  if ('faults' in result) {
    for (const fault of result.faults) reportInside(document, place, { source, ...fault });
    return null;
  }
  return compileCondition(source, environment);
}

/** Compiles a condition that is known to be right; throws cel-js' ParseError for one that is not. */
export function compileCondition(source: string, environment: CelEnvironment): Condition {
  const { ast } = environment.parse(source);
  const truth = compileTruth(ast, environment);
  const truthOf: Condition['truthOf'] = (part, facts) => compileTruth(part, environment)(facts);
  return { source, ast, truth, truthOf, isMet: compileIsMet(ast, environment), necessary: necessaryTestOf(ast) };
}

/** At the top, unknown and false are the same: `&&` and `||` need no third value. */
function compileIsMet(node: ASTNode, environment: CelEnvironment): (facts: Facts) => boolean {
  if (node.op === '&&') {
    const parts = flatten(node, '&&').map((part) => compileIsMet(part, environment));
    const [first, second, third, fourth] = parts;
    if (parts.length === 2 && first && second) return (facts) => first(facts) && second(facts);
    if (parts.length === 3 && first && second && third) return (facts) => first(facts) && second(facts) && third(facts);
    if (parts.length === 4 && first && second && third && fourth)
      return (facts) => first(facts) && second(facts) && third(facts) && fourth(facts);
    return (facts) => parts.every((part) => part(facts));
  }
  if (node.op === '||') {
    const parts = flatten(node, '||').map((part) => compileIsMet(part, environment));
    return (facts) => parts.some((part) => part(facts));
  }
  const truth = compileTruth(node, environment);
  return (facts) => truth(facts) === true;
}
