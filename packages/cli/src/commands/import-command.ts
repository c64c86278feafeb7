/** `lead-router import FILE.csv --mapping M.yaml --vendor V` */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isPartyName, MAX_NAME_LENGTH } from '@lead-router/contracts/topics.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { Connection } from '../connect/open-connection.ts';
import { type FileImport, openImport, type PassReport, passFile, sendFile } from '../import/import-file.ts';
import { createImportProgress } from '../import/import-progress.ts';
import { openIntakeSink } from '../import/intake-sink.ts';
import { DEFAULT_LAYOUT } from '../import/mapping.ts';
import { firstRecords, openColumns } from '../import/open-columns.ts';
import { pacedSend } from '../import/paced-send.ts';
import { suggestMapping } from '../import/suggest-mapping.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { formatImport, type ImportReport } from './format-import.ts';
import { formatFaults } from './rules-check.ts';
import { wholeNumber } from './whole-number.ts';

interface ImportCommandOptions extends SharedOptions {
  readonly mapping?: string;
  readonly vendor?: string;
  readonly suggest?: boolean;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly rejects?: string;
  readonly checkpoint?: string;
  readonly rate?: number;
}

const SUGGEST_LINES = 200;

export function importCommand(runner: CommandRun): Command {
  return command('import', {
    summary:
      "leads of a CSV file, in any layout and packed by gzip or not, into a vendor's intake topic; goes on where it was killed (exit 1 if lines were rejected)",
    examples: [
      'import leads.csv --suggest > mapping.yaml',
      'import leads.csv --mapping mapping.yaml --vendor demo --dry-run   # what would happen, without any system',
      'import leads.csv --mapping mapping.yaml --vendor demo',
      'import leads.csv.rejects.csv --mapping mapping.yaml --vendor demo   # after mending what was rejected',
    ],
  })
    .argument('<file>', 'CSV, with a header or with columns named in the mapping')
    .option('--mapping <file>', 'YAML: which column becomes which field (docs/import.md)')
    .option('--vendor <name>', 'who sends these leads', vendorArgument)
    .option('--suggest', 'print a first mapping, made from the header and the first lines, and do nothing else')
    .option('--dry-run', 'map and check every line, write the rejects, send nothing')
    .option('--restart', 'begin anew, whatever an earlier run has written down')
    .option('--rejects <file>', 'where the lines go that cannot be imported (default: FILE.rejects.csv)')
    .option('--checkpoint <file>', 'where it is written down how far it came (default: in the data folder, else FILE.VENDOR.import.json)')
    .addOption(new Option('--rate <n>', 'leads a second at most (default: as many as Kafka takes)').argParser(wholeNumber('--rate')))
    .action((file: string, options: ImportCommandOptions) => runAction(runner, file, options));
}

function runAction(runner: CommandRun, file: string, options: ImportCommandOptions): Promise<void> {
  if (options.suggest === true) return runner.run(options, () => suggest(file, options));
  // What can be said without a system is said without one.
  const lacking = options.mapping === undefined || options.vendor === undefined;
  return options.dryRun === true || lacking
    ? runner.run(options, () => importFile({ runner, file, options, connection: null }))
    : runner.connected(options, ['kafka', 'registry'], (connection) => importFile({ runner, file, options, connection }));
}

async function suggest(file: string, options: ImportCommandOptions): Promise<Answer> {
  const { columns, options: read } = await openColumns(file, DEFAULT_LAYOUT);
  const records = await firstRecords(file, { options: read, most: SUGGEST_LINES + 1 });
  const samples = records.slice(1).map(({ cells }) => cells);
  const isUtf8 = !samples.flat().some((cell) => cell.includes('\ufffd'));
  const yaml = suggestMapping({ file, columns, delimiter: read.delimiter, encoding: isUtf8 ? 'utf-8' : 'windows-1252', samples });
  if (options.mapping === undefined) return { exitCode: EXIT.OK, json: { mapping: yaml }, text: yaml.trimEnd() };
  await writeFile(options.mapping, yaml, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    throw usage(`${options.mapping} cannot be written (${cause.code}): an existing mapping is not replaced.`, cause);
  });
  return {
    exitCode: EXIT.OK,
    json: { mapping: yaml, file: options.mapping },
    text: `${options.mapping}: look at it, then try it with --dry-run`,
  };
}

interface ImportRequest {
  readonly runner: CommandRun;
  readonly file: string;
  readonly options: ImportCommandOptions;
  /** null: a dry run. */
  readonly connection: Connection | null;
}

async function importFile({ runner, file, options, connection }: ImportRequest): Promise<Answer> {
  const { mapping: mappingFile, vendor } = requireOptions(options);
  const source = await readFile(mappingFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw usage(`${mappingFile} cannot be read (${cause.code}): make one with \`lead-router import ${file} --suggest\`.`, cause);
  });
  const opened = await openImport({ file, vendor, source });
  if (opened.kind === 'MAPPING_FAULTS') {
    const text = `${await formatFaults(mappingFile, opened.faults)}: nothing was imported`;
    return { exitCode: EXIT.NEGATIVE, json: { imported: false, faults: opened.faults }, text };
  }
  if (opened.kind === 'COLUMN_FAULTS') {
    const text = opened.faults.map((fault) => `${mappingFile}: ${fault}`).join('\n');
    return { exitCode: EXIT.NEGATIVE, json: { imported: false, faults: opened.faults }, text };
  }
  const report = await goThrough(opened.job, { runner, file, options, connection });
  const isGood = report.isComplete && report.rejected === 0;
  return { exitCode: isGood ? EXIT.OK : EXIT.NEGATIVE, json: report, text: formatImport(report) };
}

async function goThrough(job: FileImport, { runner, file, options, connection }: ImportRequest): Promise<ImportReport> {
  const rejectsFile = resolve(options.rejects ?? `${file}.rejects.csv`);
  if (rejectsFile === resolve(file)) throw usage('--rejects names the file itself: say where else the rejects go.');
  const progress = createImportProgress(runner.io.err, runner.io.isTerminal === true);
  const pass = { rejectsFile, signal: runner.io.signal, onProgress: progress.show };
  const { mapper, vendor } = job;
  const reportOf = (report: PassReport): ImportReport => ({
    ...{ topic: null, checkpoint: null, resumedAt: null, ...report },
    ...{ vendor, file, isDryRun: connection === null, filled: Object.fromEntries(mapper.filled), unmapped: mapper.unmapped },
  });
  try {
    if (connection === null) return reportOf(await passFile(job, pass));
    const sink = await openIntakeSink(connection, vendor);
    try {
      const { checkpoint, restart, rate } = options;
      const { run, kafka } = connection.system;
      const dataFolder = run?.dataFolder ?? null;
      const send = rate === undefined ? sink.send : pacedSend(sink.send, { leadsPerSecond: () => rate, signal: runner.io.signal });
      const report = await sendFile(job, {
        ...{ ...pass, send, dataFolder, target: dataFolder ?? kafka.brokers.join(',') },
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(restart === undefined ? {} : { restart }),
      });
      return { ...reportOf(report), topic: sink.topic };
    } finally {
      await sink.close();
    }
  } finally {
    progress.end();
  }
}

function requireOptions({ mapping, vendor }: ImportCommandOptions): { readonly mapping: string; readonly vendor: string } {
  if (mapping === undefined) throw usage('--mapping is missing: name the mapping, or make a first one with --suggest.');
  if (vendor === undefined) throw usage('--vendor is missing: name who sends these leads.');
  return { mapping, vendor };
}

function vendorArgument(text: string): string {
  if (isPartyName(text)) return text;
  throw new InvalidArgumentError(`A vendor's name has a-z, 0-9 and inner hyphens, at most ${MAX_NAME_LENGTH}.`);
}

function usage(message: string, cause?: unknown): CliError {
  return new CliError('LR_CLI_USAGE', message, { exitCode: EXIT.USAGE, cause });
}
