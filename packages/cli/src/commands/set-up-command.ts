/** `lead-router set-up`: an empty Kafka, registry and Postgres made ready for the services, or brought up to a new release. */
import { isPartyName } from '@lead-router/contracts/topics.ts';
import { listVendors, putVendor } from '@lead-router/store/vendor-store.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { Connection } from '../connect/open-connection.ts';
import { prepareCluster } from '../setup/prepare-cluster.ts';
import { SAMPLE_RULE_SET } from '../up/system.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { wholeNumber } from './whole-number.ts';

interface SetUpOptions extends SharedOptions {
  readonly vendors: readonly string[];
  readonly systems: readonly string[];
  readonly ruleSet: string;
  readonly replicas?: number;
  readonly zone: string;
}

/** Of a cluster's topics, as far as it has brokers. */
const MAX_REPLICAS = 3;

export function setUpCommand(runner: CommandRun): Command {
  return command('set-up', {
    summary:
      'make Kafka, the schema registry and Postgres ready for the services: topics, schemas, tables, vendors, a first rule set; changes only what is missing',
    examples: [
      'set-up --vendors acme-media,leadwave --systems crm --rule-set rules.yaml',
      'set-up   # after an update, before its services start',
    ],
  })
    .option('--vendors <names>', 'vendors, separated by commas: each gets an intake topic and a row', partyNames, [])
    .option('--systems <names>', 'systems that report activities, separated by commas: each gets an intake topic', partyNames, [])
    .option('--zone <zone>', 'time zone of new vendors, in which their daily caps count', 'UTC')
    .option('--rule-set <file>', 'published and activated if no rule set is active yet', SAMPLE_RULE_SET)
    .option('--replicas <count>', 'copies of each topic (default: as many as there are brokers, at most 3)', wholeNumber('replicas'))
    .action((options: SetUpOptions) =>
      runner.connected(options, ['kafka', 'registry', 'postgres'], async (connection) => {
        const { kafka, pool, schemas, system } = connection;
        await prepareCluster({
          kafka,
          pool,
          schemas,
          databaseUrl: system.database.url.reveal(),
          databaseSsl: { mode: system.database.ssl, ca: system.database.sslCa },
          vendors: options.vendors,
          systems: options.systems,
          replicationFactor: options.replicas ?? Math.min(MAX_REPLICAS, system.kafka.brokers.length),
          ruleSetFile: options.ruleSet,
          onProgress: (line) => runner.io.err(`${line}\n`),
        });
        const newVendors = await addVendors(connection, options);
        const said =
          newVendors.length === 0 ? [] : [`new vendors: ${newVendors.join(', ')}; make keys with \`lead-router vendors key NAME\``];
        return { exitCode: EXIT.OK, json: { newVendors }, text: [...said, 'ready for the services'].join('\n') };
      }),
    );
}

/** Known ones stay as they are: their caps are somebody's decision. */
async function addVendors({ pool }: Connection, { vendors, zone }: SetUpOptions): Promise<readonly string[]> {
  const known = new Set((await listVendors(pool)).map(({ vendor }) => vendor));
  const added = vendors.filter((vendor) => !known.has(vendor));
  if (added.length > 0 && !isZone(zone))
    throw new CliError('LR_CLI_USAGE', `--zone: there is no time zone ${zone}; give one like America/New_York`, { exitCode: EXIT.USAGE });
  for (const vendor of added) await putVendor(pool, { vendor, name: vendor, zone, dailyCap: null, isActive: true });
  return added;
}

function partyNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = names.find((name) => !isPartyName(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is no name: it has a-z, 0-9 and inner hyphens, at most 48.`);
  return [...new Set(names)];
}

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
