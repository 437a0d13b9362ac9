import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBody } from './content.ts';
import { SegmentDisk } from './segment-disk.ts';
import { SegmentWindow } from './segment-window.ts';
import { WindowDisk } from './window-disk.ts';

const START = 'abcd1234';

async function setUp({ before = async (_folder: string) => {}, maxQueuedBytes = 1e9 } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'sightline-segments-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'segments');
  await before(folder);
  const lines: string[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const disk = new SegmentDisk({ folder, start: START, maxQueuedBytes, log });
  await disk.load();
  return { folder, run: join(folder, `run-${START}`), disk, lines };
}

const bytes = (text: string) => Buffer.from(text);

describe('SegmentDisk', () => {
  it('writes a segment into a file that only its owner may read, and removes it', async () => {
    const { disk, run } = await setUp();
    const path = (await disk.store([bytes('one'), bytes('two')]))!;
    expect(await readFile(path, 'utf8')).toBe('onetwo');
    expect([(await stat(run)).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o700, 0o600]);
    disk.remove(path);
    await disk.close();
    expect(existsSync(run)).toBe(false);
  });

  it('removes what a relay left that was killed, and nothing else', async () => {
    const { folder, lines } = await setUp({
      before: async (where) => {
        for (const name of ['run-00000001', 'run-0a0b0c0d', 'run-of-mine', 'films']) {
          await mkdir(join(where, name), { recursive: true });
          await writeFile(join(where, name, '1.segment'), 'x');
        }
      },
    });
    expect((await readdir(folder)).sort()).toEqual(['films', `run-${START}`, 'run-of-mine']);
    expect(lines).toEqual(['HLS segments of an earlier run removed']);
  });

  it('says once that it cannot write, tries each segment, and says when it can again', async () => {
    const { disk, run, lines } = await setUp();
    await rm(run, { recursive: true });
    await writeFile(run, 'in the way');
    expect([await disk.store([bytes('a')]), await disk.store([bytes('b')])]).toEqual([null, null]);
    expect(disk.failing).toBe(true);
    await rm(run);
    const path = (await disk.store([bytes('c')]))!;
    expect(await readFile(path, 'utf8')).toBe('c');
    expect(disk.failing).toBe(false);
    expect(lines).toEqual([
      'HLS segments cannot be written to disk and stay in memory',
      'HLS segments are written to disk again',
    ]);
    await disk.close();
  });

  it('lets no more wait than it may when the disk is slow', async () => {
    const { disk, lines } = await setUp({ maxQueuedBytes: 10 });
    const first = disk.store([bytes('123456')]);
    const second = disk.store([bytes('123456')]);
    expect(disk.failing).toBe(true);
    expect([typeof (await first), await second]).toEqual(['string', null]);
    expect(typeof (await disk.store([bytes('123456')]))).toBe('string');
    expect(disk.failing).toBe(false);
    expect(lines).toHaveLength(2);
    await disk.close();
  });

  it('is failing, and throws nothing, where the folder cannot be made', async () => {
    const { disk } = await setUp({ before: (folder) => writeFile(folder, 'a file') });
    expect(disk.failing).toBe(true);
    expect(await disk.store([bytes('a')])).toBeNull();
    await disk.close();
    await disk.close();
  });
});

describe('WindowDisk', () => {
  const start = { init: 1, discontinuity: false, startedAtMs: 0, independent: true };
  const windowOn = (disk: Pick<SegmentDisk, 'store' | 'remove'>) => {
    const limits = { listed: 4, expired: 1, maxBytes: 1e9 };
    return new SegmentWindow(limits, { sequence: 5, discontinuitySequence: 0 }, (path) => disk.remove(path));
  };
  const add = (window: SegmentWindow, ...texts: string[]) => {
    window.begin(start);
    for (const text of texts) window.add({ durationMs: 1_000, independent: true, bytes: bytes(text) });
    window.complete();
  };

  it('moves each whole segment out once, from where its parts and any piece of them are read', async () => {
    const { disk } = await setUp();
    const window = windowOn(disk);
    const moved = new WindowDisk(window, disk);
    add(window, 'first', 'second');
    window.begin(start);
    window.add({ durationMs: 1_000, independent: true, bytes: bytes('open') });
    moved.changed();
    moved.changed();
    await expect.poll(() => window.diskBytes).toBe(11);
    expect(window.bytes).toBe(4);
    const parts = window.find(5)!.parts.map((part) => part.bytes);
    expect(await read(parts)).toBe('firstsecond');
    expect(await read(parts, 3, 7)).toBe('stse');
    expect(await read([parts[1]!])).toBe('second');
    expect(await read([parts[1]!], 1, 3)).toBe('ec');
    const body = (await openBody(parts))!;
    window.clear();
    await disk.close();
    expect(await openBody(parts), 'once it is gone').toBeNull();
    expect(await sent(body, 0, body.sizeBytes), 'who had begun reads on').toBe('firstsecond');
  });

  it('removes the file of a segment that left while it was written', async () => {
    const removed: string[] = [];
    let written: (path: string) => void = () => {};
    const disk = {
      store: () => new Promise<string>((resolve) => (written = resolve)),
      remove: (path: string) => void removed.push(path),
    };
    const window = windowOn(disk);
    const moved = new WindowDisk(window, disk);
    add(window, 'gone');
    moved.changed();
    window.clear();
    written('/disk/late');
    await expect.poll(() => removed).toEqual(['/disk/late']);
  });

  it('keeps what cannot be written in memory, and gives it', async () => {
    const disk = { store: async () => null, remove: () => {} };
    const window = windowOn(disk);
    add(window, 'kept');
    new WindowDisk(window, disk).changed();
    await Promise.resolve();
    expect(window).toMatchObject({ bytes: 4, diskBytes: 0 });
    expect(await read(window.find(5)!.parts.map((part) => part.bytes))).toBe('kept');
  });
});

async function read(contents: Parameters<typeof openBody>[0], start = 0, end?: number): Promise<string> {
  const body = (await openBody(contents))!;
  return sent(body, start, end ?? body.sizeBytes);
}

async function sent(
  body: NonNullable<Awaited<ReturnType<typeof openBody>>>,
  start: number,
  end: number,
): Promise<string> {
  const out = new PassThrough();
  const [result] = await Promise.all([text(out), body.send(out, start, end)]);
  return result;
}
