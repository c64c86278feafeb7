/**
 * Everything about a rule set that compiles and still is not what anybody meant. Proved, so that nothing is said of what works: a
 * condition outside of what can be proved counts as possible.
 */
import type { CelEnvironment } from '../../cel/cel-environment.ts';
import type { Scorecard } from '../../scoring/score-lead.ts';
import type { Place, RuleSetDocument } from '../document.ts';
import type { CompiledRule } from '../read-rules.ts';
import { type Accepted, withoutAccepted } from './accepted.ts';
import { Findings, type RuleSetFinding } from './findings.ts';
import { type LintedPools, lintPools } from './lint-pools.ts';
import { lintRules } from './lint-rules.ts';
import { lintScoring } from './lint-scoring.ts';
import { lintSkills } from './lint-skills.ts';

export interface LintSubject extends LintedPools {
  readonly document: RuleSetDocument;
  readonly root: Place;
  readonly environment: CelEnvironment;
  readonly rules: readonly CompiledRule[];
  readonly scorecard: Scorecard;
  readonly accepted: readonly Accepted[];
}

/** In the order of the document. Takes seconds for rule sets of ten thousand rules. */
export function lintRuleSet(subject: LintSubject): readonly RuleSetFinding[] {
  const findings = new Findings(subject.document, subject.root);
  const domains = lintScoring(findings, subject.scorecard, subject);
  lintRules(findings, subject, { environment: subject.environment, domains });
  lintPools(findings, subject);
  lintSkills(findings, subject);
  return [...withoutAccepted(findings, subject.accepted)].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
