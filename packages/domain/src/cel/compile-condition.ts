/** Checks a CEL condition of the document and compiles it. */
import { type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { checkCondition } from './check-condition.ts';
import { compileTruth } from './compile-closure.ts';
import { compileMet } from './compile-met.ts';
import type { Condition } from './condition.ts';
import { branchesOf } from './condition-branches.ts';
import type { FactName } from './fact-fields.ts';
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

/**
 * Compiles a condition that is known to be right; throws cel-js' ParseError for one that is not. Its closures are made when they are first
 * asked: rules are found through the index, so most conditions of a large rule set never need theirs.
 */
export function compileCondition(source: string, environment: CelEnvironment): Condition {
  const { ast } = environment.parse(source);
  const condition: { -readonly [K in keyof Condition]: Condition[K] } = {
    source,
    ast,
    truth: (facts) => {
      condition.truth = compileTruth(ast, environment);
      return condition.truth(facts);
    },
    truthOf: (part, facts) => compileTruth(part, environment)(facts),
    isMet: (facts) => {
      condition.isMet = compileMet(ast, environment);
      return condition.isMet(facts);
    },
    branches: () => branchesOf(ast, environment),
  };
  return condition;
}
