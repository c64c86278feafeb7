/** What an import shows while it runs: a bar that is drawn over itself on a terminal, a line now and then elsewhere. */
import { count } from '../commands/text-table.ts';

export interface ImportState {
  /** Of the file, as it lies on the disk. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** Records that were dealt with. */
  readonly records: number;
  readonly rejected: number;
  /** Since the start, milliseconds. */
  readonly elapsedMs: number;
}

export interface ImportProgress {
  show(state: ImportState): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_CELLS = 24;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\u001b[K';

export function createImportProgress(write: (text: string) => void, isTerminal: boolean): ImportProgress {
  let lastMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    show: (state) => {
      if (state.elapsedMs - lastMs < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
      // A short import needs no lines.
      if (!isTerminal && lastMs < 0) {
        lastMs = state.elapsedMs;
        return;
      }
      lastMs = state.elapsedMs;
      isDrawn = isTerminal;
      write(isTerminal ? `${CLEAR_LINE}${bar(state)} ${words(state)}` : `${words(state)}\n`);
    },
    end: () => {
      if (isDrawn) write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

function shareOf({ bytesRead, bytesTotal }: ImportState): number {
  return bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
}

function bar(state: ImportState): string {
  const full = Math.round(shareOf(state) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`;
}

function words(state: ImportState): string {
  const { records, rejected, elapsedMs } = state;
  const share = shareOf(state);
  const perSecond = (records * 1_000) / Math.max(1, elapsedMs);
  const leftSeconds = share === 0 ? null : Math.ceil((elapsedMs / share - elapsedMs) / 1_000);
  const left = leftSeconds === null || leftSeconds < 1 ? '' : `, ${count(leftSeconds)} s left`;
  return `${Math.floor(share * 100)} %  ${count(records)} lines, ${count(Math.round(perSecond))}/s, ${count(rejected)} rejected${left}`;
}
