import { beforeAll, describe, expect, it } from 'vitest';
import { arrivalTag } from '../flv/arrival-mark.ts';
import { AAC, H264, makeFlv, parse, TONE } from '../flv/flv.fixture.ts';
import type { Tag } from '../flv/tag.ts';
import { childBoxes } from './box-reader.ts';
import { at, type Cut, decodeAll, mux, type Packet, probe, probeJson, remux } from './mp4.fixture.ts';
import { Muxer } from './muxer.ts';

const picture = (size = '128x96') => ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`];
const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-pix_fmt', 'yuv420p'];
const RATE_48 = ['-ar', '48000', '-ac', '2'];

const RECIPES: Readonly<Record<string, readonly string[]>> = {
  'H.264 and AAC 44.1 kHz': [...picture(), ...TONE, ...H264, '-g', '25', ...AAC],
  'B-frames and AAC 48 kHz': [...picture(), ...TONE, ...B_FRAMES, '-g', '25', ...AAC, ...RATE_48],
  'odd sizes, open GOP': [...picture('130x98'), ...B_FRAMES, '-x264-params', 'open-gop=1', '-g', '12'],
  'no sound': [...picture(), ...H264, '-g', '5'],
  'sound alone, 16 kHz': [...TONE, ...AAC, '-ar', '16000'],
};
const CUTS: Readonly<Record<string, Cut>> = {
  'at keyframes': 'keyframe',
  'after every sample': 'sample',
  'every 200 ms': (sample, open) => open.length > 0 && sample.ptsMs - open[0]!.ptsMs >= 200,
};

const tracksOf = (tags: readonly Tag[]) => ({
  video: tags.some((tag) => tag.kind === 'keyframe'),
  audio: tags.some((tag) => tag.kind === 'audio-header'),
});

/**
 * Milliseconds are exact in the picture; ffmpeg keeps FLV's rounding in the sound, we do not. It has no edit list in an
 * empty moov, so it puts the first sample of each track at time 0 wherever that was.
 */
function expectSame(ours: { video: Packet[]; audio: Packet[] }, theirs: { video: Packet[]; audio: Packet[] }): void {
  const plain = ({ ptsMs, dtsMs, bytes, keyframe }: Packet, index: number) =>
    index === 0 ? [bytes, keyframe] : [Math.round(ptsMs), Math.round(dtsMs), bytes, keyframe];
  expect(ours.video.map(plain)).toEqual(theirs.video.map(plain));
  expect(ours.audio.map(({ bytes }) => bytes)).toEqual(theirs.audio.map(({ bytes }) => bytes));
  ours.audio.forEach(({ ptsMs, dtsMs }, index) => {
    if (index > 0) expect(Math.abs(ptsMs - theirs.audio[index]!.ptsMs)).toBeLessThanOrEqual(2);
    expect(dtsMs).toBe(ptsMs);
  });
}

/** ISO/IEC 14496-12 section 8.16.5, version 1. */
function readReferenceTime(prft: Buffer): { trackId: number; mediaTicks: number; atMs: number } {
  expect(prft[0]).toBe(1);
  const seconds = prft.readUInt32BE(8) - 2_208_988_800;
  const atMs = seconds * 1000 + Math.round((prft.readUInt32BE(12) / 2 ** 32) * 1000);
  return { trackId: prft.readUInt32BE(4), mediaTicks: Number(prft.readBigUInt64BE(16)), atMs };
}

describe('Muxer', () => {
  const files = new Map<string, Buffer>();
  const theirs = new Map<string, Awaited<ReturnType<typeof probe>>>();
  const tagsOf = (name: string) => parse(files.get(name)!);
  beforeAll(async () => {
    for (const [name, args] of Object.entries(RECIPES)) {
      const flv = await makeFlv(args);
      files.set(name, flv);
      theirs.set(name, await probe(await remux(flv)));
    }
    files.set('large', await makeFlv([...picture('320x240'), ...TONE, ...H264, '-g', '25', ...AAC]));
  }, 60_000);

  describe.each(Object.keys(RECIPES))('%s', (name) => {
    it.each(Object.keys(CUTS))('gives ffprobe the packets of ffmpeg’s own muxer, cut %s', async (cut) => {
      const tags = tagsOf(name);
      const { files: out, muxer } = mux(tags, CUTS[cut]!, { tracks: tracksOf(tags) });
      expect(out).toHaveLength(1);
      expect(muxer.droppedTags).toBe(0);
      expectSame(await probe(out[0]!), theirs.get(name)!);
    });

    it('decodes without an error, every picture of it', async () => {
      const tags = tagsOf(name);
      const pictures = tags.filter((tag) => tag.kind === 'keyframe' || tag.kind === 'frame').length;
      const decoded = await decodeAll(mux(tags, 'sample', { tracks: tracksOf(tags) }).files[0]!);
      if (pictures > 0) expect(decoded).toBe(pictures);
    });
  });

  it('says what playlists need to know', () => {
    const { init } = mux(tagsOf('H.264 and AAC 44.1 kHz'), 'keyframe').muxer;
    expect(init).toMatchObject({ version: 1, video: { width: 128, height: 96 }, audio: { sampleRateHz: 44_100 } });
    expect(init!.codecs).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
    expect(init!.mimeType).toBe(`video/mp4; codecs="${init!.codecs}"`);
  });

  it('gives each sample at once, before the next has come', () => {
    const tags = tagsOf('H.264 and AAC 44.1 kHz');
    const muxer = new Muxer({ tracks: { audio: true, video: true } });
    for (const tag of tags) {
      const isMedia = tag.kind === 'keyframe' || tag.kind === 'frame' || tag.kind === 'audio';
      expect(muxer.push(tag)).toHaveLength(isMedia ? 1 : 0);
    }
  });

  it('leaves the sound out where it is not wanted', async () => {
    const { files: out } = mux(tagsOf('H.264 and AAC 44.1 kHz'), 'keyframe', {
      tracks: { audio: true, video: true },
      audio: false,
    });
    const { streams } = await probeJson(out[0]!, ['-show_streams']);
    expect(streams).toHaveLength(1);
    expect(await decodeAll(out[0]!)).toBe(50);
  });

  it('makes a new init segment when the resolution changes, at the keyframe', async () => {
    const first = tagsOf('H.264 and AAC 44.1 kHz').filter((tag) => tag.kind !== 'video-end');
    const second = tagsOf('large').map((tag) => at(tag, tag.timestampMs + 2_050));
    const { files: out, samples } = mux([...first, ...second], 'keyframe');
    expect(out).toHaveLength(2);
    expect(samples.find((sample) => sample.init.version === 2)).toMatchObject({ keyframe: true, sourceNumber: 1 });
    const sizes = await Promise.all(out.map((file) => probeJson(file, ['-show_streams'])));
    expect(sizes.map(({ streams }) => streams![0]!.width)).toEqual([128, 320]);
    expect(await Promise.all(out.map(decodeAll))).toEqual([50, 50]);
  });

  it('keeps the init segment when a restarted camera sends the same headers', () => {
    const tags = tagsOf('H.264 and AAC 44.1 kHz').filter((tag) => tag.kind !== 'video-end');
    const { samples, files: out } = mux([...tags, ...tags.map((tag) => at(tag, tag.timestampMs + 2_040))], 'keyframe');
    expect(out).toHaveLength(1);
    expect(new Set(samples.map((sample) => sample.sourceNumber))).toEqual(new Set([0, 1]));
  });

  it.each(Object.keys(CUTS))('keeps presentation times and decode order over gaps, cut %s', async (cut) => {
    const tags = tagsOf('B-frames and AAC 48 kHz').map((tag) =>
      at(tag, tag.timestampMs + (tag.timestampMs > 700 ? 400 : 0) + (tag.timestampMs > 1_500 ? 4_000 : 0)),
    );
    const { files: out, samples } = mux(tags, CUTS[cut]!);
    const { video, audio } = await probe(out[0]!);
    const expected = samples.filter((sample) => sample.track === 'video').map((sample) => sample.ptsMs);
    expect(video.map((packet) => Math.round(packet.ptsMs))).toEqual(expected);
    for (const packets of [video, audio]) {
      const times = packets.map((packet) => packet.dtsMs);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
    expect(await decodeAll(out[0]!)).toBe(video.length);
  });

  it('takes sound that comes half a second late as it is', async () => {
    const tags = tagsOf('H.264 and AAC 44.1 kHz');
    const order = (tag: Tag) => tag.timestampMs + (tag.kind === 'audio' ? 500 : 0);
    const late = [...tags].sort((a, b) => order(a) - order(b));
    expectSame(await probe(mux(late, 'sample').files[0]!), await probe(mux(tags, 'keyframe').files[0]!));
  });

  it('begins without a sound that was announced and does not come, and takes it in at a keyframe', () => {
    const tags = tagsOf('no sound');
    const sound = tagsOf('H.264 and AAC 44.1 kHz');
    const header = sound.find((tag) => tag.kind === 'audio-header')!;
    const audio = sound.filter((tag) => tag.kind === 'audio' && tag.timestampMs > 1_150);
    const merged = [...tags, at(header, 1_130), ...audio].sort((a, b) => a.timestampMs - b.timestampMs);
    const { samples } = mux(merged, 'keyframe', { tracks: { audio: true, video: true }, audioWaitMs: 300 });
    const second = samples.find((sample) => sample.init.version === 2)!;
    expect(samples[0]!.init).toMatchObject({ version: 1, audio: null });
    expect(second).toMatchObject({ track: 'video', keyframe: true, ptsMs: 1_200 });
    expect(second.init.codecs).toContain('mp4a');
    expect(samples.filter((sample) => sample.track === 'video')).toHaveLength(50);
  });

  it('holds the picture back only until the announced sound says what it is', () => {
    const tags = tagsOf('H.264 and AAC 44.1 kHz');
    const header = tags.find((tag) => tag.kind === 'audio-header')!;
    const others = tags.filter((tag) => tag !== header);
    const { samples } = mux(
      [...others, at(header, 190)].sort((a, b) => a.timestampMs - b.timestampMs),
      'keyframe',
    );
    expect(new Set(samples.map((sample) => sample.init.version))).toEqual(new Set([1]));
    expect(samples).toHaveLength(tags.filter((tag) => /^(keyframe|frame|audio)$/.test(tag.kind)).length);
  });

  it('writes the arrival time of each keyframe, the mark’s before the tag’s own', async () => {
    const arrivedAtMs = Date.UTC(2026, 4, 3, 12, 0, 0, 250);
    const tags = tagsOf('H.264 and AAC 44.1 kHz').flatMap((tag) => {
      const stamped = { ...tag, arrivedAtMs: arrivedAtMs + tag.timestampMs };
      return tag.kind === 'keyframe' ? [arrivalTag(stamped), { ...stamped, arrivedAtMs: 1 }] : [stamped];
    });
    const { files: out, fragments } = mux(tags, 'sample');
    const keyframes = fragments.filter((fragment) => fragment.independent);
    expect(keyframes.map((each) => each.arrivedAtMs - each.ptsMs)).toEqual([arrivedAtMs, arrivedAtMs]);
    const marks = childBoxes(out[0]!).filter((box) => box.type === 'prft');
    expect(marks.map(({ content }) => readReferenceTime(content))).toEqual(
      keyframes.map(({ ptsMs }) => ({ trackId: 1, mediaTicks: ptsMs * 90, atMs: arrivedAtMs + ptsMs })),
    );
    expect(await decodeAll(out[0]!)).toBe(50);
  });

  it('leaves out pictures before the first keyframe, and codecs it does not carry', async () => {
    const [headers, media] = [tagsOf('no sound').slice(0, 2), tagsOf('no sound').slice(3)];
    const cut = mux([...headers, ...media], 'keyframe', { tracks: { audio: false, video: true } });
    expect(cut.muxer.droppedTags).toBe(4);
    expect(cut.samples[0]!.keyframe).toBe(true);
    const foreign = parse(await makeFlv([...picture(), ...TONE, '-c:v', 'flv1', '-c:a', 'libmp3lame'], 1));
    const nothing = mux(foreign, 'keyframe');
    expect(nothing.samples).toHaveLength(0);
    expect(nothing.muxer.init).toBeNull();
    expect(nothing.muxer.droppedTags).toBeGreaterThan(20);
  });
});
