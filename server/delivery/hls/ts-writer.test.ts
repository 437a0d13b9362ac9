import { beforeAll, describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, parse, TONE } from '../../flv/flv.fixture.ts';
import { decodeAll, makeMp4, probe, probeJson } from '../../mp4/mp4.fixture.ts';
import { Muxer } from '../../mp4/muxer.ts';
import type { Sample } from '../../mp4/sample.ts';
import { SAMPLE_READER_OUTPUT, SampleReader } from '../../mp4/sample-reader.ts';
import { TS_PACKET_BYTES } from './ts-packets.ts';
import { TsWriter } from './ts-writer.ts';

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=130x98:rate=25'];
const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-pix_fmt', 'yuv420p', '-g', '25'];

async function samplesOf(args: readonly string[], audio: boolean): Promise<Sample[]> {
  const muxer = new Muxer({ tracks: { audio, video: true } });
  return parse(await makeFlv(args)).flatMap((tag) => muxer.push(tag));
}

/** As the segmenter would: some samples at a time, all by one writer. */
function write(samples: readonly Sample[], atOnce: number): Buffer[] {
  const writer = new TsWriter();
  const pieces: Buffer[] = [];
  for (let at = 0; at < samples.length; at += atOnce) pieces.push(writer.write(samples.slice(at, at + atOnce)).bytes);
  return pieces;
}

const presentedMs = (sample: Sample) => (sample.decodeTicks + sample.compositionTicks) / 90;

describe('TsWriter', () => {
  let samples: Sample[];
  beforeAll(async () => {
    samples = await samplesOf([...PICTURE, ...TONE, ...B_FRAMES, ...AAC], true);
  });
  const video = () => samples.filter(({ track }) => track === 'video');

  it('gives ffprobe every picture and frame of sound, at its time', async () => {
    const { video: pictures, audio } = await probe(Buffer.concat(write(samples, 13)));
    const firstMs = pictures[0]!.dtsMs - video()[0]!.decodeTicks / 90;
    const times = pictures.map(({ ptsMs, dtsMs }) => [Math.round(ptsMs - firstMs), Math.round(dtsMs - firstMs)]);
    expect(times).toEqual(video().map((sample) => [presentedMs(sample), sample.decodeTicks / 90]));
    expect(pictures.map(({ keyframe }) => keyframe)).toEqual(video().map(({ keyframe }) => keyframe));
    expect(audio).toHaveLength(samples.length - video().length);
    const { streams } = await probeJson(Buffer.concat(write(samples, 13)), ['-show_streams']);
    expect(streams!.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
  });

  it('decodes without an error', async () => {
    expect(await decodeAll(Buffer.concat(write(samples, 50)))).toBe(video().length);
  });

  it('lets a consumer begin at any write that opens with a keyframe', async () => {
    const second = samples.findLastIndex(({ track, keyframe }) => track === 'video' && keyframe);
    const [, later] = [new TsWriter().write(samples.slice(0, second)), new TsWriter().write(samples.slice(second))];
    expect(await decodeAll(later!.bytes)).toBe(samples.slice(second).filter(({ track }) => track === 'video').length);
  });

  it('counts packets on from one write to the next, in packets of 188 bytes', async () => {
    const stream = Buffer.concat(write(samples, 7));
    expect(stream.length % TS_PACKET_BYTES).toBe(0);
    const counters = new Map<number, number>();
    for (let at = 0; at < stream.length; at += TS_PACKET_BYTES) {
      expect(stream[at]).toBe(0x47);
      const pid = stream.readUInt16BE(at + 1) & 0x1fff;
      const counter = stream[at + 3]! & 0x0f;
      const before = counters.get(pid);
      if (before !== undefined) expect(counter).toBe((before + 1) & 0x0f);
      counters.set(pid, counter);
    }
    expect([...counters.keys()]).toEqual([0, 0x1000, 0x100, 0x101]);
  });

  it('carries H.265', async () => {
    const h265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=25:bframes=2'];
    const mp4 = await makeMp4([...PICTURE, ...h265, '-pix_fmt', 'yuv420p'], SAMPLE_READER_OUTPUT);
    const muxer = new Muxer({ tracks: { audio: false, video: true } });
    const stream = Buffer.concat(
      write(
        new SampleReader().push(mp4).flatMap((tag) => muxer.push(tag)),
        25,
      ),
    );
    expect((await probeJson(stream, ['-show_streams'])).streams).toMatchObject([{ codec_name: 'hevc' }]);
    expect(await decodeAll(stream)).toBe(50);
  });

  it('carries pictures without sound', async () => {
    const silent = await samplesOf([...PICTURE, ...H264, '-g', '25'], false);
    expect(await decodeAll(Buffer.concat(write(silent, 25)))).toBe(50);
  });
});
