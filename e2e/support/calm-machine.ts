/**
 * Waits, before a test that holds something to a time, until this machine has its cores to itself: the host of a virtual
 * machine may give them to others, and then nothing here can keep a time. Elsewhere than on Linux nothing is known of
 * it, and nothing waited for.
 */
import { readFileSync } from 'node:fs';
import { sleep } from './wait.ts';

/** Since the machine started, in ticks. */
export interface CpuTicks {
  /** Used, or wanted and not had. */
  readonly wanted: number;
  /** Of these, what the host gave to others. */
  readonly stolen: number;
}

/** Of the time wanted. */
const TOO_MUCH_STOLEN = 0.15;
const SPIN_MS = 250;
const LOOK_EVERY_MS = 5_000;
/** For all tests of a process together: a machine that never has time is tested as it is. */
const MOST_WAITING_MS = 300_000;

/** Pure: the first line of `/proc/stat` (proc(5)): user, nice, system, idle, iowait, irq, softirq, steal. */
export function parseCpuTicks(text: string): CpuTicks {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = text
    .slice(0, text.indexOf('\n'))
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { wanted: user + nice + system + irq + softirq + stolen, stolen };
}

/** Pure: the share of the time wanted between two readings that others had; 0 where nothing was wanted. */
export function stolenShare(before: CpuTicks, after: CpuTicks): number {
  const wanted = after.wanted - before.wanted;
  return wanted === 0 ? 0 : (after.stolen - before.stolen) / wanted;
}

let waitedMs = 0;
/** When the test before this one began. */
let last: CpuTicks | null = null;

/** Resolves when the machine has time, at once if it had it since the last call. */
export async function untilCalm(): Promise<void> {
  const now = read();
  if (now === null) return;
  let share = last === null ? shareOfSpin(now) : stolenShare(last, now);
  while (share > TOO_MUCH_STOLEN && waitedMs < MOST_WAITING_MS) {
    await sleep(LOOK_EVERY_MS);
    waitedMs += LOOK_EVERY_MS;
    share = shareOfSpin(read()!);
  }
  last = read();
}

/** Nothing is stolen from a machine that wants nothing: it has to work for a moment to find out. */
function shareOfSpin(before: CpuTicks): number {
  const endMs = performance.now() + SPIN_MS;
  while (performance.now() < endMs);
  return stolenShare(before, read()!);
}

function read(): CpuTicks | null {
  return process.platform === 'linux' ? parseCpuTicks(readFileSync('/proc/stat', 'utf8')) : null;
}
