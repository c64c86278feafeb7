/** `lead-router vendors list|key` */
import { randomBytes } from 'node:crypto';
import { listVendors, putApiKey } from '@lead-router/store/vendor-store.ts';
import { Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { textTable } from './text-table.ts';

interface KeyOptions extends SharedOptions {
  readonly label: string;
  readonly scope: readonly string[];
}

const KEY_BYTES = 32;
/** What the gateway asks for; the last one speaks for any lead. */
const SCOPES = ['leads:write', 'leads:read', 'activities:write'];

const COLUMNS = [{ title: 'vendor' }, { title: 'zone' }, { title: 'daily cap', isNumber: true }, { title: 'active' }];

export function vendorsCommand(runner: CommandRun): Command {
  return new Command('vendors').description('vendors: list, make keys').addCommand(listCommand(runner)).addCommand(keyCommand(runner));
}

function listCommand(runner: CommandRun): Command {
  return command('list', { summary: 'who may send leads', examples: ['vendors list'] }).action((options: SharedOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) => {
      const vendors = await listVendors(pool);
      const rows = vendors.map(({ vendor, zone, dailyCap, isActive }) => [
        vendor,
        zone,
        String(dailyCap ?? 'none'),
        isActive ? 'yes' : 'no',
      ]);
      return { exitCode: EXIT.OK, json: { vendors }, text: textTable(COLUMNS, rows).join('\n') || 'no vendors' };
    }),
  );
}

function keyCommand(runner: CommandRun): Command {
  return command('key', {
    summary: 'make a new API key of a vendor and print it, once: only its hash is kept; earlier keys stay valid',
    examples: ['vendors key acme-media --label "web forms"', 'vendors key crm --scope activities:write --scope leads:read'],
  })
    .argument('<vendor>', 'its name')
    .option('--label <text>', 'for people, to tell the keys apart', 'made on the command line')
    .addOption(
      new Option('--scope <scope...>', 'what it opens; activities:write only for systems that may speak for any lead')
        .choices(SCOPES)
        .default(['leads:write']),
    )
    .action((vendor: string, options: KeyOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        const known = (await listVendors(pool)).map((one) => one.vendor);
        if (!known.includes(vendor)) {
          const message = `there is no vendor ${vendor}; there are: ${known.join(', ') || 'none'}. \`lead-router set-up --vendors ${vendor}\` makes it.`;
          throw new CliError('LR_CLI_NOT_FOUND', message, { exitCode: EXIT.NEGATIVE });
        }
        const apiKey = randomBytes(KEY_BYTES).toString('base64url');
        await putApiKey(pool, { vendor, apiKey, label: options.label, scopes: options.scope, expiresAt: null });
        return { exitCode: EXIT.OK, json: { vendor, apiKey, scopes: options.scope }, text: apiKey };
      }),
    );
}
