import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DerivedFiles } from './derived-files.ts';

let folder: string;
let made: number;
const log = pino({ level: 'silent' });
const filesOf = (maxBytes = 1_000) => new DerivedFiles({ folder, extension: '.jpg', maxBytes, log });
const make = async (path: string) => {
  made += 1;
  await writeFile(path, 'x'.repeat(100));
};

beforeEach(async () => {
  made = 0;
  folder = join(await mkdtemp(join(tmpdir(), 'sightline-derived-')), 'made');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

async function read(files: DerivedFiles, name: string, version = 'v1'): Promise<string> {
  const handle = await files.open(name, version, make);
  try {
    return readFileSync(handle.fd, 'utf8');
  } finally {
    handle.close();
  }
}

describe('what is made of a video', () => {
  it('is made once, however many ask, and anew for another version', async () => {
    const files = filesOf();
    const texts = await Promise.all([read(files, 'a'), read(files, 'a'), read(files, 'a')]);
    expect(texts[0]).toHaveLength(100);
    expect(made).toBe(1);
    await read(filesOf(), 'a');
    expect(made).toBe(1);
    await read(files, 'a', 'v2');
    expect(made).toBe(2);
  });

  it('is forgotten with it', async () => {
    const files = filesOf();
    await read(files, 'a');
    await read(files, 'b');
    await files.forget('a');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('goes when there is too much, the one that was asked for longest ago first', async () => {
    const files = filesOf(250);
    await read(files, 'old');
    await read(files, 'older');
    for (const name of await readdir(folder)) {
      const usedAt = new Date(Date.now() - 3_600_000);
      await utimes(join(folder, name), usedAt, usedAt);
    }
    await read(files, 'old');
    await read(files, 'new');
    await files.close();
    made = 0;
    await read(files, 'old');
    await read(files, 'new');
    expect(made).toBe(0);
    await read(files, 'older');
    expect(made).toBe(1);
  });

  it('is nothing when making it fails, and is tried anew', async () => {
    const files = filesOf();
    const failing = files.open('a', 'v1', async (path) => {
      await writeFile(path, 'half');
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(await readdir(folder)).toEqual([]);
    expect(await read(files, 'a')).toHaveLength(100);
  });

  it('is cleared of what a killed run left half made', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'left.jpg.part'), 'half');
    const files = filesOf();
    await read(files, 'a');
    await files.close();
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
