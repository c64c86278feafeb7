/** What `npm start` runs. */
import { parseArgs } from 'node:util';
import { DEFAULT_UP, up } from './up/up.ts';

const USAGE = `npm start -- [--drain] [--leads N] [--rate N] [--data FOLDER] [--rules FILE]

  --drain        end after the sample; exit 0 only if the audit balances
  --leads N      how many leads of the sample (default ${DEFAULT_UP.leads}; 0 for none)
  --rate N       leads a second, all vendors together (default ${DEFAULT_UP.leadsPerSecond})
  --data FOLDER  where state is kept (default ${DEFAULT_UP.dataFolder}; npm run clean removes it)
  --rules FILE   rule set to begin with (default deploy/rule-sets/sample/rules.yaml)
`;

const EXIT_USAGE = 64;

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(1);
    ending.abort();
  });
}

try {
  const { values } = parseArgs({
    options: {
      drain: { type: 'boolean', default: false },
      leads: { type: 'string', default: String(DEFAULT_UP.leads) },
      rate: { type: 'string', default: String(DEFAULT_UP.leadsPerSecond) },
      data: { type: 'string', default: DEFAULT_UP.dataFolder },
      rules: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const code = await up(
    {
      drain: values.drain,
      leads: wholeNumber('--leads', values.leads),
      leadsPerSecond: wholeNumber('--rate', values.rate),
      dataFolder: values.data,
      ...(values.rules === undefined ? {} : { ruleSetFile: values.rules }),
    },
    ending.signal,
  );
  process.exit(code);
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage || error instanceof RangeError ? USAGE : ''}`);
  process.exit(isUsage || error instanceof RangeError ? EXIT_USAGE : 1);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${option} takes a whole number, not "${text}"`);
  return value;
}
