/** Where `npm start` shows itself: a screen that is redrawn on a terminal, plain lines everywhere else. */
import { type Snapshot, toLine, toScreen } from './pipeline-view.ts';

export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  show(snapshot: Snapshot): void;
  close(): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): boolean;
}

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';
const KEPT_LINES = 6;
/** Lines instead of a screen come less often. */
const LINE_EVERY_MS = 2_000;

export function createScreen(output: Output): Screen {
  const said: string[] = [];
  let isDrawn = false;
  let lastLineAt = 0;
  return {
    say: (line) => {
      said.push(line);
      if (!isDrawn) output.write(`${line}\n`);
    },
    show: (snapshot) => {
      if (output.isTTY) {
        isDrawn = true;
        const text = [toScreen(snapshot), '', ...said.slice(-KEPT_LINES), '', 'Ctrl-C stops everything.'].join('\n');
        output.write(`${CLEAR}${cropped(text, output.rows)}\n`);
        return;
      }
      const now = Date.now();
      if (now - lastLineAt < LINE_EVERY_MS) return;
      lastLineAt = now;
      output.write(`${toLine(snapshot)}\n`);
    },
    close: () => {
      if (isDrawn) output.write('\n');
      isDrawn = false;
    },
  };
}

function cropped(text: string, rows: number | undefined): string {
  const lines = text.split('\n');
  return rows === undefined || lines.length < rows ? text : lines.slice(0, rows - 1).join('\n');
}
