/** Where `npm start` shows itself: a screen that is redrawn on a terminal, plain lines everywhere else. */
import type { AuditReport } from '../audit/audit-report.ts';
import { formatAudit } from '../audit/format-audit.ts';
import { refusedOf, type Snapshot, toLine, toScreen } from './pipeline-view.ts';

export interface Screen {
  say(line: string): void;
  /** Says it, and keeps it in sight. */
  keep(line: string): void;
  show(snapshot: Snapshot): void;
  /** The last word of a drain. */
  finish(summary: DrainSummary): void;
  close(): void;
}

export interface DrainSummary {
  readonly snapshot: Snapshot;
  readonly audit: AuditReport;
}

interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): boolean;
}

const CLEAR = '\u001b[H\u001b[2J';
const KEPT_LINES = 4;
/** Lines instead of a screen come less often. */
const LINE_EVERY_MS = 2_000;

export function createScreen(output: Output): Screen {
  const said: string[] = [];
  const kept: string[] = [];
  let isDrawn = false;
  let lastLineAt = 0;
  return {
    say: (line) => {
      said.push(line);
      if (!isDrawn) output.write(`${line}\n`);
    },
    keep: (line) => {
      kept.push(line);
      if (!isDrawn) output.write(`${line}\n`);
    },
    show: (snapshot) => {
      if (output.isTTY) {
        isDrawn = true;
        const text = ['Ctrl-C stops everything.', ...kept, ...said.slice(-KEPT_LINES), '', toScreen(snapshot)].join('\n');
        output.write(`${CLEAR}${cropped(text, output.rows)}\n`);
        return;
      }
      const now = Date.now();
      if (now - lastLineAt < LINE_EVERY_MS) return;
      lastLineAt = now;
      output.write(`${toLine(snapshot)}\n`);
    },
    finish: ({ snapshot, audit }) => {
      const refused = snapshot.sample?.refused ?? new Map<string, number>();
      const lines = [toScreen(snapshot), `refused requests: ${refusedOf(snapshot.sample)} lines${reasons(refused)}`, formatAudit(audit)];
      output.write(`\n${lines.join('\n\n')}\n`);
    },
    close: () => {
      if (isDrawn) output.write('\n');
      isDrawn = false;
      output.write('stopping\n');
    },
  };
}

/** For scripts: one JSON object a line, each with its `event`. */
export function createJsonLines(output: Output): Screen {
  const write = (event: string, fields: object) => {
    output.write(
      `${JSON.stringify({ event, ...fields }, (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value))}\n`,
    );
  };
  return {
    say: (message) => write('progress', { message }),
    keep: (message) => write('progress', { message }),
    show: (snapshot) => write('snapshot', snapshot),
    finish: (summary) => write('summary', summary),
    close: () => write('stopping', {}),
  };
}

function reasons(refused: ReadonlyMap<string, number>): string {
  return refused.size === 0 ? '' : ` (${[...refused].map(([code, count]) => `${code} ${count}`).join(', ')})`;
}

function cropped(text: string, rows: number | undefined): string {
  const lines = text.split('\n');
  return rows === undefined || lines.length < rows ? text : lines.slice(0, rows - 1).join('\n');
}
