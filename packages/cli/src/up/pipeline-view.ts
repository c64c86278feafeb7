/** What `npm start` shows while it runs: one snapshot of the pipeline, as a screen for terminals and as a line for everything else. */
import type { HandOffs, LeadSummary, TimeToDecide } from '@lead-router/store/summary-store.ts';
import type { ImportProgress } from './import-contacts.ts';
import type { OutsideView } from './local-outside.ts';
import type { PipelineLag } from './pipeline-lag.ts';
import type { SampleProgress } from './sample-stream.ts';
import type { WorkProgress } from './work-sample.ts';

export interface Snapshot {
  readonly elapsedSeconds: number;
  readonly leadsPerSecond: number;
  readonly summary: LeadSummary;
  /** Over the last seconds. */
  readonly timeToAssign: TimeToDecide;
  /** Since the start. */
  readonly handOffs: HandOffs;
  /** Leads that somebody owns, by how their agent and, where a rule names several, their pool were chosen. */
  readonly strategies: ReadonlyMap<string, number>;
  readonly deadLetters: number;
  readonly lag: PipelineLag;
  readonly restarts: number;
  readonly sample: SampleProgress | null;
  readonly work: WorkProgress | null;
  readonly imported: ImportProgress | null;
  readonly outside: OutsideView;
}

/** One line, for logs and pipes. */
export function toLine(snapshot: Snapshot): string {
  const { summary } = snapshot;
  return [
    `${snapshot.elapsedSeconds.toFixed(0)} s`,
    `${summary.total} decided`,
    `${snapshot.leadsPerSecond.toFixed(0)}/s`,
    `time to assign p50 ${ms(snapshot.timeToAssign.p50Ms)} p99 ${ms(snapshot.timeToAssign.p99Ms)}`,
    `waiting ${summary.byStage.get('WAITING') ?? 0}`,
    `offered ${summary.byStage.get('OFFERED') ?? 0}`,
    `exceptions ${summary.byStage.get('EXCEPTION') ?? 0}`,
    `linked ${summary.byStage.get('LINKED') ?? 0}`,
    `activities ${sum(snapshot.work?.reported)}`,
    `handed on ${snapshot.handOffs.size === 0 ? 0 : table(snapshot.handOffs, ' ')}`,
    `chosen by ${snapshot.strategies.size === 0 ? 0 : table(snapshot.strategies, ' ')}`,
    `dead letters ${snapshot.deadLetters}`,
    `refused ${refusedOf(snapshot.sample)}`,
    `imported ${snapshot.imported?.sent ?? 0}`,
    `mails ${snapshot.outside.mails}`,
    `webhooks ${snapshot.outside.webhooks}`,
    `lag ${[...snapshot.lag].map(([service, lag]) => `${service} ${lag}`).join(' ')}`,
  ].join(' | ');
}

/** A screen of text, without control characters. */
export function toScreen(snapshot: Snapshot): string {
  const { summary, sample } = snapshot;
  const lines = [
    `lead router, running for ${snapshot.elapsedSeconds.toFixed(0)} s${snapshot.restarts > 0 ? `, ${snapshot.restarts} restarts of services` : ''}`,
    '',
    `  decided   ${number(summary.total)} leads, ${number(snapshot.leadsPerSecond)} a second`,
    `  to assign p50 ${ms(snapshot.timeToAssign.p50Ms)}, p99 ${ms(snapshot.timeToAssign.p99Ms)} (last ten seconds)`,
    ...(sample
      ? [
          `  sample    ${number(sample.sent)} sent, ${number(sample.repeats)} repeats, ${number(refusedOf(sample))} lines refused${sample.isDone ? ', all sent' : ''}`,
        ]
      : []),
    ...(snapshot.imported
      ? [`  imported  ${number(snapshot.imported.sent)} contacts from a CSV file${snapshot.imported.isDone ? ', all of them' : ''}`]
      : []),
    ...(snapshot.work ? [`  worked    ${table(snapshot.work.reported)}`] : []),
    `  handed on ${table(snapshot.handOffs)}`,
    `  stages    ${table(summary.byStage)}`,
    `  letters   ${number(snapshot.deadLetters)} dead letters`,
    `  lag       ${table(snapshot.lag)}`,
    ...outsideLines(snapshot.outside),
    '',
    `  grades        ${table(summary.byGrade)}`,
    `  destinations  ${table(summary.byDestination)}`,
    `  chosen by     ${table(snapshot.strategies)}`,
    '',
    '  pool                          owned  offered  waiting',
    ...[...summary.byPool]
      .sort(([, a], [, b]) => b.owned - a.owned)
      .map(([pool, { owned, offered, waiting }]) =>
        [`  ${pool.padEnd(28)}`, number(owned).padStart(6), number(offered).padStart(8), number(waiting).padStart(8)].join(' '),
      ),
  ];
  return lines.join('\n');
}

function outsideLines({ mails, webhooks, last, answerUrl }: OutsideView): readonly string[] {
  return [
    `  told      ${number(mails)} mails, ${number(webhooks)} webhooks`,
    ...last.map((line) => `    ${line}`),
    ...(answerUrl === null ? [] : [`    accept the last one: ${answerUrl}`]),
  ];
}

export function refusedOf(sample: SampleProgress | null): number {
  return sum(sample?.refused);
}

function sum(counts: ReadonlyMap<string, number> | undefined): number {
  return [...(counts?.values() ?? [])].reduce((total, count) => total + count, 0);
}

function table(counts: ReadonlyMap<string, number>, between = '   '): string {
  if (counts.size === 0) return 'none yet';
  return [...counts].map(([name, count]) => `${name.toLowerCase().replaceAll('_', ' ')} ${number(count)}`).join(between);
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function ms(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} ms`;
}
