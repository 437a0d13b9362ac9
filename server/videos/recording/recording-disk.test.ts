import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordingSchema } from '../../config/schema/record.ts';
import { missingBytes } from '../disk-space.ts';
import { Catalog } from './catalog.ts';
import { dayName, fileName } from './file-names.ts';
import { LibraryLinks } from './library-links.ts';
import { RecordingDisk } from './recording-disk.ts';

const FILE_BYTES = 1_000;
const log = pino({ level: 'silent' });

describe('a disk that is full', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-disk-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Three finished files of today, and a disk on which every file takes room. */
  async function start(whenFull: 'stop' | 'deleteOldest', roomBytes: number, prepare = async (_folder: string) => {}) {
    const camera = join(folder, 'yard');
    const startsMs = [3, 2, 1].map((hours) => Date.now() - hours * 3_600_000);
    for (const startedAtMs of startsMs) {
      const day = join(camera, dayName(startedAtMs));
      const name = fileName('yard', startedAtMs);
      await mkdir(day, { recursive: true });
      await writeFile(join(day, name), Buffer.alloc(FILE_BYTES));
      const [from, to] = [startedAtMs, startedAtMs + 60_000].map((ms) => new Date(ms).toISOString());
      const line = { name, from, to, durationMs: 60_000, bytes: FILE_BYTES };
      await writeFile(join(day, 'index.jsonl'), `${JSON.stringify(line)}\n`, { flag: 'a' });
    }
    const files = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.mp4'));
    const catalog = new Catalog();
    const disk = new RecordingDisk({
      catalog,
      links: new LibraryLinks(null, log),
      rules: {},
      config: recordingSchema.parse({ whenFull, minFreeBytes: 1_000 }),
      folder,
      freeBytes: async () => roomBytes - (await files()).length * FILE_BYTES,
      log,
    });
    await prepare(folder);
    await disk.load();
    const tidy = async () => {
      disk.tidy(true);
      await disk.settled();
    };
    return { disk, catalog, files, startsMs, tidy };
  }

  // To root no folder is closed: there this shows only that folders without recordings do not matter.
  it('knows its recordings beside folders that nobody may read', async () => {
    const { catalog } = await start('stop', 10_000, async (root) => {
      for (const name of ['lost+found', 'aaa', 'yard/2026-01-01', 'zzz']) await mkdir(join(root, name), { mode: 0 });
    });
    expect(catalog.finished).toHaveLength(3);
  });

  it('stops recording and deletes nothing, when it is told so', async () => {
    const { disk, files, tidy } = await start('stop', 3_500);
    await tidy();
    expect(disk.refusal).toMatchObject({ state: 'disk-full' });
    expect(await files()).toHaveLength(3);
  });

  it('makes room with the oldest, when it is told that', async () => {
    const { disk, catalog, startsMs, tidy } = await start('deleteOldest', 3_500);
    await tidy();
    expect(disk.refusal).toBeNull();
    expect(catalog.finished.map(({ startedAtMs }) => startedAtMs)).toEqual(startsMs.slice(1));
  });

  it('stops all the same when the oldest are being read', async () => {
    const { disk, catalog, files, tidy } = await start('deleteOldest', 3_500);
    const releases = catalog.finished.map(({ name }) => catalog.hold(name));
    await tidy();
    expect(disk.refusal).toMatchObject({ state: 'disk-full' });
    expect(await files()).toHaveLength(3);
    for (const release of releases) release();
  });

  it('counts as full until there is a little more room', () => {
    expect(missingBytes(1_000, 1_000, false)).toBe(0);
    expect(missingBytes(999, 1_000, false)).toBe(1);
    expect(missingBytes(1_000, 1_000, true)).toBe(50);
    expect(missingBytes(0, 0, true)).toBe(0);
  });
});
