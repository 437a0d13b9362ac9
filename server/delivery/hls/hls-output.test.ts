import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import type { SampleReceiver } from '../fmp4/sample-stream.ts';
import { TestCamera, testInit } from '../fmp4/samples.fixture.ts';
import { HlsOutput } from './hls-output.ts';
import type { HlsOutputOptions } from './hls-output-options.ts';
import type { ReloadQuery } from './reload-query.ts';
import { RhythmMemory } from './rhythm-memory.ts';
import type { Rhythm } from './segment-plan.ts';

const LIMITS = {
  segmentMs: 2_000,
  partMs: 250,
  maxSegmentMs: 12_000,
  window: 5,
  keepExpired: 2,
  maxBytes: 1e9,
  idleTimeoutMs: 10_000,
};
const RHYTHM: Rhythm = { keyframeIntervalMs: 2_000, frameMs: 40 };
const ASK: ReloadQuery = { sequence: null, part: null, skip: false };

/** What the camera would be: hands samples to whoever has been added. */
class TestSource {
  receiver: SampleReceiver | null = null;
  starts = 0;
  refusal: RelayError | null = null;

  add(receiver: SampleReceiver): void {
    this.starts++;
    if (this.refusal !== null) receiver.end(this.refusal);
    else this.receiver = receiver;
  }

  remove(): void {
    this.receiver = null;
  }
}

function setUp(more: Partial<HlsOutputOptions> = {}, remembered: Rhythm | null = RHYTHM) {
  const source = new TestSource();
  const camera = new TestCamera();
  const memory = {
    rhythm: remembered,
    recall: () => memory.rhythm,
    remember: (_camera: string, rhythm: Rhythm) => {
      memory.rhythm = rhythm;
    },
  };
  const output = new HlsOutput({
    camera: 'yard',
    rendition: { stream: 'main', profile: 'auto', hevc: false, audio: true, container: 'fmp4' },
    samples: source,
    limits: LIMITS,
    connectTimeoutMs: 5_000,
    maxWaiting: 60,
    start: 'abcd',
    first: { sequence: 100, discontinuitySequence: 7 },
    memory,
    log: pino({ level: 'silent' }),
    ...more,
  });
  let fedMs = 0;
  const feed = (lengthMs: number) => {
    for (const endMs = fedMs + lengthMs; fedMs < endMs; fedMs += 40) {
      source.receiver?.take([camera.picture(fedMs, { keyframe: fedMs % 2_000 === 0 })]);
    }
  };
  const signal = new AbortController().signal;
  const playlist = (query: Partial<ReloadQuery> = {}) =>
    output.playlist({ ...ASK, ...query }, new AbortController().signal);
  return { source, camera, memory, output, feed, playlist, signal };
}

/** Whether it has settled yet. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise.catch(() => null), Promise.resolve(open)])) === open;
}

const segmentsIn = (text: string) => [...text.matchAll(/^main-abcd-(\d+)\.m4s$/gm)].map((match) => Number(match[1]));

describe('HlsOutput', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('starts the camera with the first playlist and answers when a segment is whole', async () => {
    const { output, source, feed, playlist, signal } = setUp();
    expect(source.starts).toBe(0);
    const [variant, media] = [output.variant(signal), playlist()];
    expect(source.starts).toBe(1);
    feed(2_000);
    expect(await isPending(media)).toBe(true);
    feed(40);
    expect(segmentsIn(await media)).toEqual([100]);
    expect(await variant).toMatchObject({ uri: 'main.m3u8', codecs: 'avc1.64001e,mp4a.40.2', width: 640, fps: 25 });
    output.close();
  });

  it('waits for the rhythm of a camera it does not know, and remembers it', async () => {
    const { feed, playlist, memory, output } = setUp({}, null);
    const media = playlist();
    feed(4_000);
    expect(await isPending(media)).toBe(true);
    feed(40);
    expect(await media).toContain('#EXT-X-TARGETDURATION:2\n');
    expect(memory.rhythm).toEqual(RHYTHM);
    output.close();
  });

  it('promises the longest segments for a camera whose keyframes do not come', async () => {
    const { playlist, source, camera, output } = setUp({}, null);
    const media = playlist();
    source.receiver!.take(camera.pictures(0, 12_600, { intervalMs: 60_000 }));
    expect(await media).toContain('#EXT-X-TARGETDURATION:12\n');
    output.close();
  });

  it('keeps the target duration over sleeping, and goes on with its numbers behind a discontinuity', async () => {
    const { feed, playlist, output, source } = setUp();
    const first = playlist();
    feed(6_400);
    expect(segmentsIn(await first)).toEqual([100, 101, 102]);
    vi.advanceTimersByTime(LIMITS.idleTimeoutMs + 1_000);
    expect(source.receiver).toBeNull();
    expect(output.running).toBe(false);
    expect(output.bytes).toBe(0);
    expect(output.segment(101)).toBeNull();
    const second = playlist();
    feed(5_700);
    const text = await second;
    expect(source.starts).toBe(2);
    // The segment that was being made had been told of by its parts.
    expect(segmentsIn(text)).toEqual([104, 105]);
    expect(text).toContain('#EXT-X-TARGETDURATION:2\n');
    expect(text).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:7\n#EXT-X-DISCONTINUITY\n');
    output.close();
  });

  it('does not sleep while it is asked, nor while somebody waits', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    for (let n = 0; n < 5; n++) {
      vi.advanceTimersByTime(LIMITS.idleTimeoutMs - 1_000);
      expect(output.segment(100)).not.toBeNull();
    }
    expect(output.running).toBe(true);
    output.close();
  });

  it('holds a reload until the part is there, and answers at once for what is there already', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    expect(await playlist({ sequence: 100, part: null })).toContain('main-abcd-100.m4s\n');
    const part = playlist({ sequence: 101, part: 0 });
    const whole = playlist({ sequence: 101, part: null });
    feed(80);
    expect(await part).toContain('main-abcd-101.0.m4s",INDEPENDENT');
    feed(1_700);
    expect(await isPending(whole)).toBe(true);
    feed(100);
    expect(segmentsIn(await whole)).toEqual([100, 101]);
    output.close();
  });

  it('takes a part behind a segment’s last for the first of the next segment', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const beyond = playlist({ sequence: 100, part: 40 });
    expect(await isPending(beyond)).toBe(true);
    feed(80);
    expect(await beyond).toContain('main-abcd-101.0.m4s",INDEPENDENT');
    output.close();
  });

  it('refuses what is too far ahead', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_480);
    await first;
    const refused = { code: 'bad-request' };
    await expect(playlist({ sequence: 103 })).rejects.toMatchObject(refused);
    await expect(playlist({ sequence: 101, part: 20 })).rejects.toMatchObject(refused);
    expect(await isPending(playlist({ sequence: 102 }))).toBe(true);
    expect(await isPending(playlist({ sequence: 101, part: 10 }))).toBe(true);
    output.close();
  });

  it('gives a reload up after three target durations', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const reload = playlist({ sequence: 101 });
    const answer = expect(reload).rejects.toMatchObject({ code: 'stalled', status: 503 });
    await vi.advanceTimersByTimeAsync(6_100);
    await answer;
    output.close();
  });

  it('answers a request for the hinted part when it comes, and for others at once that there are none', async () => {
    const { feed, playlist, output, signal } = setUp();
    const first = playlist();
    feed(2_200);
    expect(await first).toContain('PRELOAD-HINT:TYPE=PART,URI="main-abcd-101.0.m4s"');
    const hinted = output.part(101, 0, signal);
    expect(await isPending(hinted)).toBe(true);
    expect(await output.part(101, 1, signal)).toBeNull();
    expect(await output.part(99, 0, signal)).toBeNull();
    feed(80);
    expect(Buffer.isBuffer(await hinted)).toBe(true);
    output.close();
  });

  it('answers 404 for a hinted part when the segment ends without it', async () => {
    const { feed, playlist, output, signal, source, camera } = setUp();
    const first = playlist();
    feed(2_240);
    await first;
    const hinted = output.part(101, 1, signal);
    camera.sourceNumber = 1;
    source.receiver!.take([camera.picture(2_400, { keyframe: true })]);
    expect(await hinted).toBeNull();
    output.close();
  });

  it('keeps expired segments a while, then knows them no more', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(18_100);
    await first;
    expect(segmentsIn(await playlist())).toEqual([104, 105, 106, 107, 108]);
    expect([101, 102, 103].map((sequence) => output.segment(sequence) !== null)).toEqual([false, true, true]);
    output.close();
  });

  it('says why the camera cannot be shown, and tries again with the next request', async () => {
    const { source, playlist, output, feed } = setUp();
    const first = playlist();
    const reason = new RelayError('refused');
    source.receiver!.end(reason);
    await expect(first).rejects.toBe(reason);
    source.refusal = new RelayError('unauthorized');
    await expect(playlist()).rejects.toMatchObject({ code: 'unauthorized' });
    source.refusal = null;
    const third = playlist();
    feed(2_100);
    expect(segmentsIn(await third)).toEqual([100]);
    output.close();
  });

  it('answers 50 reloads in one go, and refuses more than may wait', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const held = Array.from({ length: 60 }, () => playlist({ sequence: 101, part: 0, skip: true }));
    await Promise.resolve();
    await expect(playlist({ sequence: 101 })).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    feed(80);
    const texts = await Promise.all(held);
    expect(new Set(texts).size).toBe(1);
    output.close();
  });

  it('forgets a request whose client has left', async () => {
    const { output } = setUp();
    const left = new AbortController();
    const asked = output.variant(left.signal);
    left.abort();
    await expect(asked).rejects.toThrow();
    output.close();
  });

  it('numbers an init segment anew only when it is another', async () => {
    const { playlist, output, source, camera } = setUp();
    const first = playlist();
    source.receiver!.take(camera.pictures(0, 2_000));
    camera.init = testInit();
    source.receiver!.take(camera.pictures(2_000, 2_000));
    camera.init = testInit({ version: 3, width: 1280 });
    source.receiver!.take(camera.pictures(4_000, 4_100));
    await first;
    const maps = [...(await playlist()).matchAll(/init(\d)/g)].map((match) => match[1]);
    expect(maps).toEqual(['1', '2']);
    expect([output.init(1), output.init(2), output.init(3)].map((init) => init !== null)).toEqual([true, true, false]);
    output.close();
  });
});

describe('RhythmMemory', () => {
  it('remembers over a restart of the relay, and takes a damaged file for an empty one', async () => {
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
    const dataDir = await mkdtemp('/tmp/sightline-rhythm-');
    const options = { dataDir, log: pino({ level: 'silent' }) };
    try {
      const before = new RhythmMemory(options);
      await before.load();
      before.remember('yard', RHYTHM);
      await before.close();
      const after = new RhythmMemory(options);
      await after.load();
      expect(after.recall('yard')).toEqual(RHYTHM);
      await writeFile(`${dataDir}/hls/rhythms.json`, '{"yard": {"frameMs": "x"}, "door": 3');
      const damaged = new RhythmMemory(options);
      await damaged.load();
      expect(damaged.recall('yard')).toBeNull();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
