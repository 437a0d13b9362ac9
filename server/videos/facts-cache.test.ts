import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactsCache } from './facts-cache.ts';

let folder: string;
const log = pino({ level: 'silent' });
const broken = { broken: 'no video' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-facts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function loaded(): Promise<FactsCache> {
  const cache = new FactsCache(join(folder, 'deep', 'facts.json'), log);
  await cache.load();
  return cache;
}

describe('what is known of a video', () => {
  it('outlives a restart, for the same version of the file', async () => {
    const cache = await loaded();
    cache.set('a.mp4', 'v1', broken);
    cache.set('__proto__', 'v1', broken);
    cache.set('b.mp4', 'v1', broken);
    cache.keepOnly(new Set(['a.mp4', '__proto__']));
    await cache.close();
    const again = await loaded();
    expect(again.get('a.mp4', 'v1')).toEqual(broken);
    expect(again.get('a.mp4', 'v2')).toBeUndefined();
    expect(again.get('b.mp4', 'v1')).toBeUndefined();
    await again.close();
  });

  it.each(['', '{', '[]', 'null', '{"format":99,"entries":{}}', '{"format":1}'])(
    'is nothing in a file of %j',
    async (text) => {
      const path = join(folder, 'facts.json');
      await writeFile(path, text);
      const cache = new FactsCache(path, log);
      await cache.load();
      expect(cache.get('a.mp4', 'v1')).toBeUndefined();
      await cache.close();
    },
  );
});
