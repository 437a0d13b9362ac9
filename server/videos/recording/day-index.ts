/**
 * The index of a day's folder: one JSON line for each finished file, so that a start need not open them all. A file
 * without a line was being written when a relay was killed, and is mended.
 */
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readFileName } from './file-names.ts';
import type { RecordedFile } from './recorded-file.ts';

export const INDEX_NAME = 'index.jsonl';

/** As it stands in the file; times in ISO 8601, for people who look. */
interface DayLine extends Omit<RecordedFile, 'camera' | 'path' | 'startedAtMs' | 'endedAtMs'> {
  readonly from: string;
  readonly to: string;
}

/** Adds a finished file to its day. */
export async function addToDay(file: RecordedFile): Promise<void> {
  const { camera: _camera, path, startedAtMs, endedAtMs, ...rest } = file;
  const line: DayLine = {
    ...rest,
    from: new Date(startedAtMs).toISOString(),
    to: new Date(endedAtMs).toISOString(),
  };
  await appendFile(join(dirname(path), INDEX_NAME), `${JSON.stringify(line)}\n`);
}

/** What a day's folder holds: files that the index knows, and paths of those that it does not. */
export async function readDay(folder: string): Promise<{ known: RecordedFile[]; unknown: string[] }> {
  const names = (await readdir(folder)).filter((name) => readFileName(name) !== null);
  const lines = await readFile(join(folder, INDEX_NAME), 'utf8').catch(() => '');
  const byName = new Map(lines.split('\n').flatMap((line) => readLine(line, folder)));
  return {
    known: names.flatMap((name) => byName.get(name) ?? []),
    unknown: names.filter((name) => !byName.has(name)).map((name) => join(folder, name)),
  };
}

/** Pure: nothing for a line that a full disk or a power cut has damaged. */
function readLine(text: string, folder: string): [string, RecordedFile][] {
  try {
    const line = JSON.parse(text) as Partial<DayLine>;
    const { name, from, to, durationMs, bytes, codecs, width, height, reason } = line;
    const named = typeof name === 'string' ? readFileName(name) : null;
    const startedAtMs = Date.parse(from ?? '');
    const endedAtMs = Date.parse(to ?? '');
    const numbers = [startedAtMs, endedAtMs, durationMs, bytes];
    if (named === null || !numbers.every((each) => Number.isFinite(each))) return [];
    const file: RecordedFile = {
      camera: named.camera,
      name: name!,
      path: join(folder, name!),
      startedAtMs,
      endedAtMs,
      durationMs: durationMs!,
      bytes: bytes!,
      codecs: codecs ?? '',
      width: width ?? 0,
      height: height ?? 0,
      reason: reason ?? null,
    };
    return [[file.name, file]];
  } catch {
    return [];
  }
}
