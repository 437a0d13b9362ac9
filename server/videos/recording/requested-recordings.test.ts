import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestedRecordings } from './requested-recordings.ts';

const log = pino({ level: 'silent' });
const NOW = 1_000_000;

describe('what was asked for by hand', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-requested-'));
    path = join(folder, 'state', 'requested.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const loaded = async () => {
    const requested = new RequestedRecordings(path, log);
    await requested.load(NOW);
    return requested;
  };

  it('is known to the next run, and forgotten when it is taken back', async () => {
    const first = await loaded();
    await first.set('yard', { manual: true, event: null });
    await first.set('door', { manual: false, event: { name: 'bell', untilMs: NOW + 1 } });
    const second = await loaded();
    expect(second.of('yard')).toEqual({ manual: true, event: null });
    expect(second.of('door')).toEqual({ manual: false, event: { name: 'bell', untilMs: NOW + 1 } });
    await second.set('yard', { manual: false, event: null });
    expect((await loaded()).of('yard')).toEqual({ manual: false, event: null });
    expect(await readdir(join(folder, 'state'))).toEqual(['requested.json']);
  });

  it('holds for an event until its post-roll is over', async () => {
    await (await loaded()).set('door', { manual: false, event: { name: null, untilMs: NOW } });
    expect((await loaded()).of('door').event).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '{"yard":7}', '{"yard":{"manual":"yes","event":{"untilMs":"soon"}}}'])(
    'is nothing where the file is damaged: %s',
    async (text) => {
      await (await loaded()).set('lab', { manual: true, event: null });
      await writeFile(path, text);
      expect((await loaded()).of('yard')).toEqual({ manual: false, event: null });
    },
  );
});
