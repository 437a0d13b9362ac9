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

  it('tells how keyframes came, and writes it only when that is another', async () => {
    const memory = await open();
    const main = memory.of('door', 'main');
    main.rhythm = { keyframeIntervalMs: 2_000, frameMs: 40 };
    main.sources = TRACKS;
    main.rhythm = { keyframeIntervalMs: 2_010, frameMs: 41 };
    memory.of('yard', 'sub').rhythm = { keyframeIntervalMs: null, frameMs: 66 };
    await memory.close();
    const again = await open();
    expect(again.of('door', 'main')).toMatchObject({
      sources: TRACKS,
      rhythm: { keyframeIntervalMs: 2_000, frameMs: 40 },
    });
    expect(again.of('yard', 'sub')).toMatchObject({
      sources: null,
      rhythm: { keyframeIntervalMs: null, frameMs: 66 },
    });
    expect(again.of('yard', 'main').rhythm).toBeNull();
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
