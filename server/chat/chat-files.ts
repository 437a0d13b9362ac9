/** How stored chat lies on disk: one file of JSON lines per room and day of stream time (UTC). Pure, and line reading. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { ChatEntry } from '../protocol.ts';
import { isEntryId } from './history.ts';

const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

const DAY_MS = 86_400_000;
let lastDay = { number: 0, text: '1970-01-01' };

/** Pure: the UTC day of a time, as in `2026-11-21`. Of most messages it is the day of the one before. */
export function dayOf(timeMs: number): string {
  const number = Math.floor(timeMs / DAY_MS);
  if (number !== lastDay.number) lastDay = { number, text: new Date(timeMs).toISOString().slice(0, 10) };
  return lastDay.text;
}

export const dayFile = (day: string): string => `${day}.jsonl`;

/** Pure: the day of a day file's name, undefined for other files. */
export function dayOfFile(name: string): string | undefined {
  return DAY_FILE.exec(name)?.[1];
}

/** Pure: a stored line, undefined when it is damaged (a line that was cut by a crash, say). */
export function readLine(line: string): ChatEntry | undefined {
  try {
    const value = JSON.parse(line) as Partial<ChatEntry> | null;
    const { type, id, atMs, streamTimeMs, text, sender } = value ?? {};
    const known = type === 'message' || type === 'danmaku';
    if (!known || typeof text !== 'string' || typeof atMs !== 'number' || typeof streamTimeMs !== 'number') return;
    if (typeof id !== 'string' || !isEntryId(id) || typeof sender?.name !== 'string') return;
    return value as ChatEntry;
  } catch {
    return;
  }
}

/** The entries of a file in the order in which they were written. Nothing when there is no such file. */
export async function* readEntries(path: string): AsyncGenerator<ChatEntry> {
  const input = createReadStream(path, 'utf8');
  const missing = new Promise<void>((resolve) => input.once('error', () => resolve()));
  const opened = new Promise<void>((resolve) => input.once('ready', () => resolve()));
  await Promise.race([missing, opened]);
  if (input.errored) return;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) {
      const entry = readLine(line);
      if (entry !== undefined) yield entry;
    }
  } finally {
    lines.close();
    input.destroy();
  }
}

/** The entries in the last `bytes` of a file; `whole` when that is all of it. */
export async function readTail(
  path: string,
  bytes: number,
): Promise<{ readonly entries: ChatEntry[]; readonly whole: boolean }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - start);
    await file.read(buffer, 0, buffer.length, start);
    const lines = buffer.toString('utf8').split('\n');
    const entries = (start > 0 ? lines.slice(1) : lines).map(readLine).filter((entry) => entry !== undefined);
    return { entries, whole: start === 0 };
  } finally {
    await file.close();
  }
}
