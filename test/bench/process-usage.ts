/** CPU time and peak memory of processes with all their children, from /proc: what a run cost, by process. Linux only. */
import { readdir, readFile } from 'node:fs/promises';

export interface Usage {
  /** User and system time, seconds, of the process and of the children it has now or has waited for. */
  readonly cpuSeconds: number;
  /** Sum of the peaks of resident memory, bytes; shared pages count in each. */
  readonly peakBytes: number;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ticks: number;
}

export async function usageOf(pid: number): Promise<Usage> {
  const processes = await allProcesses();
  let ticks = 0;
  let peakBytes = 0;
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = processes.get(next);
    if (!found) continue;
    ticks += found.ticks;
    peakBytes += await peakOf(next);
    for (const [child, { parent }] of processes) if (parent === next) open.push(child);
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, peakBytes };
}

async function allProcesses(): Promise<ReadonlyMap<number, ProcessTimes>> {
  const processes = new Map<number, ProcessTimes>();
  const entries = await readdir('/proc');
  await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null);
        if (text === null) return;
        // The name stands in parentheses and may hold anything; fields are counted after it.
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const [parent, ...times] = [fields[1], fields[11], fields[12], fields[13], fields[14]].map(Number);
        processes.set(Number(entry), { parent: parent ?? 0, ticks: times.reduce((sum, time) => sum + time, 0) });
      }),
  );
  return processes;
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
