/** `lead-router audit` */
import type { Command } from 'commander';
import { formatAudit } from '../audit/format-audit.ts';
import { runAudit } from '../audit/run-audit.ts';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';

interface AuditOptions extends SharedOptions {
  readonly atRest?: boolean;
}

export function auditCommand(runner: CommandRun): Command {
  return command('audit', {
    summary: 'prove that every lead was decided once, and that Kafka and Postgres agree (exit 1 if they do not)',
    examples: ['audit', 'audit --at-rest   # also fail while something is in flight', 'audit --json | jq .places'],
  })
    .option('--at-rest', 'something in flight is a fault: for when nothing flows any more')
    .action((options: AuditOptions) =>
      runner.connected(options, ['kafka', 'registry', 'postgres'], async ({ kafka, pool, schemas }) => {
        const report = await runAudit({ kafka, pool, schemas, onProgress: (line) => runner.io.err(`${line}\n`) });
        const isGood = report.balances && (options.atRest !== true || report.inFlight === 0);
        return { exitCode: isGood ? EXIT.OK : EXIT.NEGATIVE, json: report, text: formatAudit(report) };
      }),
    );
}
