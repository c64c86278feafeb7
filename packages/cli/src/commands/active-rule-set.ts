/** The rule set that decides now, compiled. */
import { closestWord } from '@lead-router/domain/rule-set/did-you-mean.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { activeRuleSetVersion, loadRuleSet } from '@lead-router/store/rule-set-store.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';

/** Rejects with a CliError when none is active. */
export async function readActiveRuleSet(pool: PostgresPool): Promise<RuleSet> {
  const version = await activeRuleSetVersion(pool);
  const document = version === null ? null : await loadRuleSet(pool, version);
  if (document === null) throw notFound('no rule set is active: `lead-router rules publish FILE` makes one so.');
  return compilePublished(document);
}

/** The name that was probably meant, or all there are. */
export function adviceFor(name: string, known: readonly string[]): string {
  const near = closestWord(name, known);
  return near === null ? `there are: ${[...known].sort().join(', ') || 'none'}` : `did you mean ${near}?`;
}

export function notFound(message: string): CliError {
  return new CliError('LR_CLI_NOT_FOUND', message, { exitCode: EXIT.NEGATIVE });
}
