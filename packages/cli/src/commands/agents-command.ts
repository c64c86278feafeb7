/** `lead-router agents list|away|back` */
import { userInfo } from 'node:os';
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type AgentPresence, listPresence, putPresence } from '@lead-router/store/presence-store.ts';
import { Command, Option } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { adviceFor, notFound, readActiveRuleSet } from './active-rule-set.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { futureArgument } from './instant-argument.ts';
import { instant, textTable } from './text-table.ts';

interface PresenceOptions extends SharedOptions {
  readonly by: string;
  readonly reason?: string;
  readonly until?: number;
}

interface AgentLine {
  readonly agentId: string;
  readonly name: string;
  readonly pools: readonly { readonly poolId: string; readonly weight: number; readonly active: boolean }[];
  readonly isAway: boolean;
  /** null: nobody has ever said anything. */
  readonly presence: AgentPresence | null;
}

export function agentsCommand(runner: CommandRun): Command {
  return new Command('agents')
    .description('agents: who there is, who is away, who is back')
    .addCommand(listCommand(runner))
    .addCommand(presenceCommand(runner, true))
    .addCommand(presenceCommand(runner, false));
}

function listCommand(runner: CommandRun): Command {
  return command('list', {
    summary: 'every agent of the active rule set with its pools and weights, and who is away',
    examples: ['agents list', 'agents list --json | jq ".agents[] | select(.isAway)"'],
  }).action((options: SharedOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) => {
      const agents = await readAgents(pool, Date.now());
      return { exitCode: EXIT.OK, json: { agents }, text: formatAgents(agents) };
    }),
  );
}

function presenceCommand(runner: CommandRun, isAway: boolean): Command {
  const name = isAway ? 'away' : 'back';
  const made = command(name, {
    summary: isAway
      ? 'an agent is away, for a while or until told to be back: for what neither hours nor leave of the rule set say'
      : 'an agent is there again',
    examples: isAway
      ? ['agents away ann --reason "dentist" --until 2h', 'agents away ann --until 2026-12-24T12:00:00Z']
      : ['agents back ann'],
  })
    .argument('<agent>', 'id of the agent, as in the rule set')
    .addOption(new Option('--by <name>', 'who says so, for the record').default(userInfo().username))
    .option('--reason <text>', 'why, for the record');
  if (isAway)
    made.addOption(
      new Option('--until <time>', 'when it ends by itself: a time, or 30m, 2h, 3d from now').argParser(futureArgument('--until')),
    );
  return made.action((agentId: string, options: PresenceOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) => {
      const { by, reason, until } = options;
      const agents = await readAgents(pool, Date.now());
      const agent = agents.find((one) => one.agentId === agentId);
      if (agent === undefined) {
        const ids = agents.map((one) => one.agentId);
        throw notFound(`the active rule set has no agent "${agentId}": ${adviceFor(agentId, ids)}`);
      }
      const presence = { agentId, isAway, awayUntil: until ?? null, reason: reason ?? null, changedBy: by };
      await putPresence(pool, presence, poolTimerId);
      const till = until === undefined ? '' : ` until ${instant(until)}`;
      const pools = agent.pools.map(({ poolId }) => poolId).join(', ');
      return { exitCode: EXIT.OK, json: { ...presence, wasAway: agent.isAway }, text: `${agentId} is ${name}${till} (pools: ${pools})` };
    }),
  );
}

async function readAgents(pool: PostgresPool, now: number): Promise<readonly AgentLine[]> {
  const [ruleSet, presences] = await Promise.all([readActiveRuleSet(pool), listPresence(pool)]);
  return agentsOf(ruleSet, presences, now);
}

/** Sorted by id. */
export function agentsOf(ruleSet: RuleSet, presences: readonly AgentPresence[], now: number): readonly AgentLine[] {
  const byId = new Map<string, AgentLine>();
  for (const { poolId, agents } of ruleSet.pools.values()) {
    for (const { agentId, name, weight, active } of agents) {
      const presence = presences.find((one) => one.agentId === agentId) ?? null;
      const isAway = presence?.isAway === true && (presence.awayUntil === null || now < presence.awayUntil);
      const pools = [...(byId.get(agentId)?.pools ?? []), { poolId, weight, active }];
      byId.set(agentId, { agentId, name, pools, isAway, presence });
    }
  }
  return [...byId.values()].sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
}

export function formatAgents(agents: readonly AgentLine[]): string {
  const columns = [
    { title: 'agent' },
    { title: 'pools' },
    { title: '' },
    { title: 'since' },
    { title: 'until' },
    { title: 'by' },
    { title: 'reason' },
  ];
  const rows = agents.map(({ agentId, pools, isAway, presence }) => [
    agentId,
    pools.map(({ poolId, weight, active }) => `${poolId} ${active ? weight : 'inactive'}`).join(', '),
    isAway ? 'AWAY' : '',
    ...(presence === null || !isAway
      ? []
      : [
          instant(presence.changedAt),
          presence.awayUntil === null ? 'back' : instant(presence.awayUntil),
          presence.changedBy,
          presence.reason ?? '',
        ]),
  ]);
  return rows.length === 0 ? 'the active rule set has no agents' : textTable(columns, rows).join('\n');
}
