import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import { testInit } from '../fmp4/samples.fixture.ts';
import { allSegmentsIn, isPending, LIMITS, RHYTHM, STILL, segmentsIn, setUp } from './hls-output.fixture.ts';
import { TsWriter } from './ts-writer.ts';

describe('HlsOutput', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('starts the camera with the first playlist and answers with the first part, before it the first picture held', async () => {
    const { output, source, feed, playlist, signal } = setUp();
    expect(source.starts).toBe(0);
    const [variant, media] = [output.variant(signal), playlist()];
    expect(source.starts).toBe(1);
    feed(200);
    expect(await isPending(media)).toBe(true);
    feed(40);
    const text = await media;
    expect(allSegmentsIn(text)).toEqual([STILL]);
    expect(text).toContain(`#EXTINF:2,\nmain-abcd-${STILL}.m4s\n`);
    expect(text).toContain('#EXT-X-PART:DURATION=0.24,URI="main-abcd-100.0.m4s",INDEPENDENT=YES\n');
    expect(text.match(/EXT-X-PART:/g), 'of the still no parts are told').toHaveLength(1);
    expect(await variant).toMatchObject({ uri: 'main.m3u8', codecs: 'avc1.64001e,mp4a.40.2', width: 640, fps: 25 });
    output.close();
  });

  it('answers a consumer that knows no parts with the first picture held, and goes on with whole segments', async () => {
    const rendition = { stream: 'main', profile: 'auto', hevc: false, audio: true, container: 'ts' } as const;
    const { feed, playlist, output } = setUp({ rendition, newWriter: () => new TsWriter() });
    const media = playlist();
    feed(200);
    expect(await isPending(media)).toBe(true);
    feed(40);
    expect(await media).toMatch(/#EXTINF:2,\nmain-abcd-99\.ts\n$/);
    feed(1_840);
    expect(await playlist()).toMatch(/99\.ts\n#EXT-X-PROGRAM-DATE-TIME:.*\n#EXTINF:2,\nmain-abcd-100\.ts\n$/);
    output.close();
  });

  it('answers for a camera it does not know when the frame rate shows, keeps its promise and notes the rhythm', async () => {
    const { feed, playlist, notes, output } = setUp({}, null);
    const media = playlist();
    feed(200);
    expect(await isPending(media)).toBe(true);
    feed(40);
    const text = await media;
    expect(text).toContain('#EXT-X-TARGETDURATION:6\n');
    expect(text).toContain('HOLD-BACK=18,');
    expect(allSegmentsIn(text)).toEqual([STILL]);
    expect(text).toContain('#EXT-X-PART:DURATION=0.24,URI="main-abcd-100.0.m4s",INDEPENDENT=YES\n');
    feed(4_000);
    expect(notes.rhythm).toMatchObject(RHYTHM);
    feed(26_000);
    const later = await playlist();
    expect(later).toContain('#EXT-X-TARGETDURATION:6\n');
    expect(later).toContain('#EXT-X-INDEPENDENT-SEGMENTS\n');
    expect(segmentsIn(later), 'three target durations though five segments were wanted').toHaveLength(9);
    output.close();
  });

  it('cuts without a keyframe where the promise to an unknown camera proves too small, and says so next time', async () => {
    const { playlist, source, camera, output, notes } = setUp({}, null);
    const media = playlist();
    source.receiver!.take(camera.pictures(0, 400, { intervalMs: 60_000 }));
    expect(await media).toContain('#EXT-X-TARGETDURATION:6\n');
    expect(output.outgrown).toBe(false);
    for (let atMs = 400; atMs < 15_000; atMs += 40) source.receiver!.take([camera.picture(atMs)]);
    const text = await playlist();
    expect(text).not.toContain('INDEPENDENT-SEGMENTS');
    expect([...text.matchAll(/EXTINF:([\d.]+),/g)].map((match) => Number(match[1]))).toEqual([2, 6.48, 6.48]);
    expect(output.outgrown, 'a transcoded variant is worth offering').toBe(true);
    expect(notes.rhythm).toMatchObject({ keyframeIntervalMs: null });
    output.close();
  });

  it('chooses anew what it promises after a rest longer than all that it kept', async () => {
    const { feed, playlist, output } = setUp({}, null);
    const ask = async () => {
      const text = playlist();
      feed(2_600);
      return /TARGETDURATION:(\d+)/.exec(await text)?.[1];
    };
    const idleMs = 18_000;
    expect(await ask()).toBe('6');
    feed(6_000);
    vi.advanceTimersByTime(idleMs + 1_000);
    expect(output.running).toBe(false);
    expect(await ask(), 'somebody may hold the playlist').toBe('6');
    feed(2_000);
    vi.advanceTimersByTime(idleMs + 12_000);
    expect(output.running).toBe(false);
    expect(await ask()).toBe('2');
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
    expect(output.bytes).toEqual({ memory: 0, disk: 0 });
    expect(output.segment(101)).toBeNull();
    const second = playlist();
    feed(5_700);
    const text = await second;
    expect(source.starts).toBe(2);
    // The segment that was being made had been told of by its parts, and a picture is held again.
    expect(segmentsIn(text)).toEqual([104, 105, 106]);
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
