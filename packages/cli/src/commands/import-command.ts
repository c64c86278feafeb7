/** `lead-router import FILE.csv --mapping M.yaml --vendor V` */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isPartyName, MAX_NAME_LENGTH } from '@lead-router/contracts/topics.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { Connection } from '../connect/open-connection.ts';
import { fingerprintOf, readCheckpoint, writeCheckpoint } from '../import/checkpoint.ts';
import { createImportProgress } from '../import/import-progress.ts';
import { openIntakeSink } from '../import/intake-sink.ts';
import { fitMapping, type LineMapper } from '../import/map-line.ts';
import { DEFAULT_LAYOUT, type Mapping } from '../import/mapping.ts';
import { firstRecords, type OpenedColumns, openColumns } from '../import/open-columns.ts';
import { readMapping } from '../import/read-mapping.ts';
import { readRecords } from '../import/read-records.ts';
import { openRejects } from '../import/rejects-file.ts';
import { type ImportOptions, runImport } from '../import/run-import.ts';
import { suggestMapping } from '../import/suggest-mapping.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { formatImport, type ImportReport } from './format-import.ts';
import { formatFaults } from './rules-check.ts';

interface ImportCommandOptions extends SharedOptions {
  readonly mapping?: string;
  readonly vendor?: string;
  readonly suggest?: boolean;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly rejects?: string;
  readonly checkpoint?: string;
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
  const read = readMapping(source);
  if (!read.ok) {
    const text = `${await formatFaults(mappingFile, read.faults)}: nothing was imported`;
    return { exitCode: EXIT.NEGATIVE, json: { imported: false, faults: read.faults }, text };
  }
  const opened = await openColumns(file, read.mapping.layout);
  const fitted = fitMapping(read.mapping, opened.columns, vendor);
  if (!fitted.ok) {
    const text = fitted.faults.map((fault) => `${mappingFile}: ${fault}`).join('\n');
    return { exitCode: EXIT.NEGATIVE, json: { imported: false, faults: fitted.faults }, text };
  }
  const job: Job = { runner, file, vendor, source, mapping: read.mapping, opened, mapper: fitted.mapper, options };
  const report = connection === null ? await pass(job, {}) : await send(job, connection);
  const isGood = report.isComplete && report.rejected === 0;
  return { exitCode: isGood ? EXIT.OK : EXIT.NEGATIVE, json: report, text: formatImport(report) };
}

interface Job {
  readonly runner: CommandRun;
  readonly file: string;
  readonly vendor: string;
  /** Of the mapping. */
  readonly source: string;
  readonly mapping: Mapping;
  readonly opened: OpenedColumns;
  readonly mapper: LineMapper;
  readonly options: ImportCommandOptions;
}

async function send(job: Job, connection: Connection): Promise<ImportReport> {
  const { file, vendor, source, options } = job;
  const { run, kafka } = connection.system;
  const sink = await openIntakeSink(connection, vendor);
  const target = run?.dataFolder ?? kafka.brokers.join(',');
  const fingerprint = await fingerprintOf({ file, mapping: source, vendor, target });
  const local =
    run === null ? `${file}.${vendor}.import.json` : join(run.dataFolder, 'imports', `${basename(file)}.${fingerprint.slice(0, 12)}.json`);
  const path = resolve(options.checkpoint ?? local);
  const note = (done: { readonly records: number; readonly sent: number }, isDone: boolean): Promise<void> =>
    writeCheckpoint(path, { fingerprint, ...done, isDone });
  try {
    const before = options.restart === true ? null : await readCheckpoint(path, fingerprint);
    const report = await pass(job, {
      send: sink.send,
      ...(before === null ? {} : { from: before }),
      onDone: (done) => note(done, false),
    });
    if (report.isComplete) await note(report, true);
    return { ...report, topic: sink.topic, checkpoint: path, resumedAt: before?.records ?? null };
  } finally {
    await sink.close();
  }
}

async function pass(job: Job, how: Pick<ImportOptions, 'send' | 'from' | 'onDone'>): Promise<ImportReport> {
  const { runner, file, opened, mapper, options } = job;
  const rejectsFile = resolve(options.rejects ?? `${file}.rejects.csv`);
  if (rejectsFile === resolve(file)) throw usage('--rejects names the file itself: say where else the rejects go.');
  const { size } = await stat(file);
  const startedAt = performance.now();
  const progress = createImportProgress(runner.io.err, runner.io.isTerminal === true);
  let bytesRead = 0;
  const onRead = (bytes: number): void => {
    bytesRead += bytes;
  };
  const rejects = await openRejects({ path: rejectsFile, ...opened, ...opened.options });
  try {
    const counts = await runImport({
      ...how,
      records: withoutHeader(readRecords(file, { ...opened.options, onRead }), opened.hasHeader),
      mapper,
      rejects,
      signal: runner.io.signal,
      onProgress: ({ records, rejected }) =>
        progress.show({ bytesRead, bytesTotal: size, records, rejected, elapsedMs: performance.now() - startedAt }),
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      ...counts,
      vendor: job.vendor,
      file,
      isDryRun: how.send === undefined,
      seconds,
      rejectsFile: counts.rejected === 0 ? null : rejectsFile,
      filled: Object.fromEntries(mapper.filled),
      unmapped: mapper.unmapped,
      topic: null,
      checkpoint: null,
      resumedAt: null,
    };
  } finally {
    progress.end();
    await rejects.close();
  }
}

async function* withoutHeader<Row>(source: AsyncIterable<readonly Row[]>, hasHeader: boolean): AsyncGenerator<readonly Row[]> {
  let isFirst = hasHeader;
  for await (const rows of source) {
    if (rows.length === 0) continue;
    yield isFirst ? rows.slice(1) : rows;
    isFirst = false;
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
