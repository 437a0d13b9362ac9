import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceMemory } from './source-memory.ts';

const TRACKS = { video: { codec: 'hevc', width: 640, height: 360, fps: 25 }, audio: null };

describe('what cameras sent', () => {
  let dataDir: string;
  const log = pino({ level: 'silent' });
  const open = async () => {
    const memory = new SourceMemory({ dataDir, log });
    await memory.load();
    return memory;
  };
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sightline-sources-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('is known again after a restart, by camera and stream', async () => {
    const memory = await open();
    expect(memory.of('door', 'main').sources).toBeNull();
    memory.of('door', 'main').sources = TRACKS;
    await memory.close();
    const again = await open();
    expect(again.of('door', 'main').sources).toEqual(TRACKS);
    expect(again.of('door', 'sub').sources).toBeNull();
    expect(again.of('yard', 'main').sources).toBeNull();
  });

  it.each(['', '[]', '{"door/main": {"video": "hevc"}}', '{"door/main": {"video": {"codec": 7}, "audio": null}}'])(
    'is forgotten when the file is damaged: %s',
    async (text) => {
      const memory = await open();
      memory.of('door', 'main').sources = TRACKS;
      await memory.close();
      const path = join(dataDir, 'cameras', 'sources.json');
      expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('door/main');
      await writeFile(path, text);
      expect((await open()).of('door', 'main').sources).toBeNull();
    },
  );
});
