/** `lead-router status` */
import type { PoolCounts } from '@lead-router/store/summary-store.ts';
import type { Command } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { readStatus, type Status } from './read-status.ts';
import { count, countList, instant, textTable } from './text-table.ts';

export function statusCommand(runner: CommandRun): Command {
  return command('status', {
    summary: 'what runs and at which address, its health and lag, and where the leads are (exit 1 if something is not well)',
    examples: ['status', 'status --json | jq -r .addresses.gatewayUrl'],
  }).action((options: SharedOptions) =>
    runner.connected(options, [], async (connection) => {
      const status = await readStatus(connection);
      return { exitCode: status.isWell ? EXIT.OK : EXIT.NEGATIVE, json: status, text: formatStatus(status) };
    }),
  );
}

const TITLES = { kafka: 'Kafka', registry: 'schema registry', postgres: 'Postgres' } as const;

function formatStatus(status: Status): string {
  const { runs } = status;
  return [
    runs === null
      ? 'lead router, as the environment names it'
      : `lead router, started ${instant(runs.startedAt)} by process ${runs.pid}, data in ${runs.dataFolder}`,
    '',
    ...partLines(status),
    '',
    ...serviceLines(status),
    '',
    ...lagLines(status),
    '',
    ...leadLines(status),
  ].join('\n');
}

function partLines({ parts, addresses }: Status): readonly string[] {
  const rows = parts.map(({ part, address, fault }) => [TITLES[part], address, fault === null ? 'answers' : `DOWN: ${fault}`]);
  const gateway = addresses.gatewayUrl === null ? [] : [['gateway', addresses.gatewayUrl, 'OpenAPI at /openapi.json']];
  return textTable([{ title: 'part' }, { title: 'address' }, { title: '' }], [...rows, ...gateway]);
}

function serviceLines({ services }: Status): readonly string[] {
  if (services.length === 0) return ['no service reports itself'];
  const columns = [
    { title: 'service' },
    { title: 'ready' },
    { title: 'rules', isNumber: true },
    { title: 'pid', isNumber: true },
    { title: 'health and metrics' },
  ];
  const rows = services.map(({ instance, ready, compiledVersion, pid, metricsUrl }) => [
    instance,
    ready === null ? 'reports' : ready ? 'yes' : 'NO',
    compiledVersion === null ? '-' : String(compiledVersion),
    pid === null ? '-' : String(pid),
    metricsUrl ?? '-',
  ]);
  const problems = services.flatMap(({ instance, problems, logFile }) =>
    problems.map((problem) => `  ${instance}: ${problem}${logFile === null ? '' : ` (log: ${logFile})`}`),
  );
  return [...textTable(columns, rows), ...problems];
}

function lagLines({ readers, deadLetters }: Status): readonly string[] {
  if (readers === null) return ['lag and dead letters: unknown while Kafka is down'];
  const columns = [{ title: 'reader' }, { title: 'topic' }, { title: 'lag', isNumber: true }];
  const buried = Object.entries(deadLetters ?? {}).filter(([, letters]) => letters > 0);
  return [
    ...textTable(
      columns,
      readers.map(({ service, topic, lag }) => [service, topic, count(lag)]),
    ),
    '',
    `dead letters  ${countList(buried)}`,
  ];
}

function leadLines({ leads, ruleSet, earlyActivities }: Status): readonly string[] {
  if (leads === null) return ['leads and rule set: unknown while Postgres is down'];
  const allOf = ({ owned, offered, waiting }: PoolCounts): number => owned + offered + waiting;
  const pools = Object.entries(leads.byPool).sort(([, a], [, b]) => allOf(b) - allOf(a));
  const rules =
    ruleSet === null
      ? 'none is active: `lead-router rules publish FILE`'
      : `${ruleSet.name}, version ${ruleSet.version}${activation(ruleSet)}`;
  return [
    `rule set      ${rules}`,
    `leads         ${count(leads.total)}: ${countList(Object.entries(leads.byStage))}`,
    `grades        ${countList(Object.entries(leads.byGrade))}`,
    `destinations  ${countList(Object.entries(leads.byDestination))}`,
    ...earlyLines(earlyActivities),
    ...(pools.length === 0 ? [] : ['']),
    ...textTable(
      [{ title: 'pool' }, ...['owned', 'offered', 'waiting'].map((title) => ({ title, isNumber: true }))],
      pools.map(([pool, { owned, offered, waiting }]) => [pool, count(owned), count(offered), count(waiting)]),
    ),
  ];
}

/** Nothing to say where all is in order: each activity has found its lead. */
function earlyLines(early: Status['earlyActivities']): readonly string[] {
  if (early === null || early.oldestKeptAt === null) return [];
  return [
    `activities    ${count(early.activities)} wait for ${count(early.leads)} leads that have not come, since ${instant(early.oldestKeptAt)}`,
  ];
}

function activation({ activatedAt, activatedBy }: NonNullable<Status['ruleSet']>): string {
  return activatedAt === null ? '' : `, active since ${instant(activatedAt)} by ${activatedBy ?? '?'}`;
}
