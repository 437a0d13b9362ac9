/** Numbers about processes and about lists of numbers. Printing them is `report.ts`. */
import { readFileSync } from 'node:fs';

/** The kernel's clock tick for /proc, which is 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface SelfUsage {
  /** User and system time of all threads since the process began, in seconds. */
  readonly cpuS: number;
  readonly rssBytes: number;
  /** What JavaScript holds after a collection: heap, and buffers outside it. */
  readonly heldBytes: number;
}

/** The calling process's own usage. Collects garbage first when `collect` is set, which needs `--expose-gc`. */
export async function selfUsage(collect: boolean): Promise<SelfUsage> {
  const { user, system } = process.cpuUsage();
  const cpuS = (user + system) / 1e6;
  if (collect) {
    // Buffers are freed by finalizers that run after the collection which found them.
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuS, rssBytes: rss, heldBytes: heapUsed + external };
}

export interface ProcessUsage {
  readonly cpuS: number;
  /** Proportional set size: what is shared with others counts in part, so that a sum over processes is true. */
  readonly pssBytes: number;
}

/** Another process's usage, without that of its children; zeros when it is gone. */
export function usageOf(pid: number): ProcessUsage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuS = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const pssKb = Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0);
    return { cpuS, pssBytes: pssKb * 1024 };
  } catch {
    return { cpuS: 0, pssBytes: 0 };
  }
}

/** The processes that `pid` started and what those started in turn, as far as they still run. */
export function descendantsOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    const children = list === '' ? [] : list.split(' ').map(Number);
    return children.flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    return [];
  }
}

/** The sum over processes. */
export function usageOfAll(pids: readonly number[]): ProcessUsage {
  const usages = pids.map(usageOf);
  return {
    cpuS: usages.reduce((sum, { cpuS }) => sum + cpuS, 0),
    pssBytes: usages.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
  };
}

/** Pure: the least value that `percent` of the values do not exceed; NaN for none. NaNs among them are left out. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** Pure. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
