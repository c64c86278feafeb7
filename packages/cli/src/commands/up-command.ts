/** `lead-router up`: what `npm start` does. */
import { Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../connect/cli-error.ts';
import { type CommandRun, examplesText } from './command.ts';
import { wholeNumber } from './whole-number.ts';

interface UpCommandOptions {
  readonly drain?: boolean;
  readonly leads?: number;
  readonly again?: boolean;
  readonly rate?: number;
  readonly data?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** @param end with the exit code: the live view has printed everything there is to say */
export function upCommand(runner: CommandRun, end: (code: ExitCode) => void): Command {
  return new Command('up')
    .description('the whole system on this machine with the sample streaming in, and a live view (the same as npm start)')
    .addHelpText(
      'after',
      examplesText([
        'up',
        'up --drain   # end after the sample; exit 0 only if the audit balances',
        'up --again   # after the sample was sent: 20,000 leads more',
        'up --leads 0 # nothing streams in',
      ]),
    )
    .option('--data <folder>', 'where state is kept (default: .data/default)')
    .option('--drain', 'end after the sample; exit 0 only if the audit balances')
    .addOption(
      new Option(
        '--leads <n>',
        'how many leads of the vendors, and a quarter of that from the CSV file, those sent before included; 0 for none (default: 20000, and the whole file)',
      ).argParser(wholeNumber('--leads', 0)),
    )
    .option('--again', 'send so many leads more than were sent before; without it, the sample of a data folder is sent once')
    .addOption(new Option('--rate <n>', 'leads a second, vendors and file together').argParser(wholeNumber('--rate')))
    .option('--rules <file>', 'rule set to begin with')
    .option('--json', 'one JSON object a line instead of the live view')
    .action(async (options: UpCommandOptions) => {
      // Loaded here: it brings the infrastructure and the sample with it, which no other command needs.
      const { DEFAULT_UP, up } = await import('../up/up.ts');
      const { contactsBeside } = await import('../up/start-sample.ts');
      const {
        drain = DEFAULT_UP.drain,
        rate = DEFAULT_UP.leadsPerSecond,
        data = DEFAULT_UP.dataFolder,
        rules,
        json = DEFAULT_UP.json,
        again = DEFAULT_UP.again,
      } = options;
      const { leads = DEFAULT_UP.leads } = options;
      const contacts = options.leads === undefined ? DEFAULT_UP.contacts : contactsBeside(leads);
      const code = await up(
        {
          drain,
          leads,
          again,
          contacts,
          leadsPerSecond: rate,
          dataFolder: data,
          json,
          ...(rules === undefined ? {} : { ruleSetFile: rules }),
        },
        runner.io.signal,
      );
      end(code === 0 ? EXIT.OK : EXIT.NEGATIVE);
    });
}
