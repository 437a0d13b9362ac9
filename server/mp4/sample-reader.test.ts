import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { readAudioConfig } from '../flv/audio-config.ts';
import { AAC, H264, TONE } from '../flv/flv.fixture.ts';
import { readMetadata } from '../flv/metadata.ts';
import { readTimestamp, type Tag, tagBody } from '../flv/tag.ts';
import { tagKind } from '../flv/tag-kind.ts';
import { readVideoBody } from '../flv/video-body.ts';
import { readVideoConfig } from '../flv/video-config.ts';
import { decodeAll, makeMp4, mux, type Packet, probe, probeJson } from './mp4.fixture.ts';
import { SAMPLE_READER_OUTPUT, SampleReader } from './sample-reader.ts';

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=128x96:rate=25'];
const h265 = (params: string) => [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-x265-params',
  `log-level=none:${params}`,
];
const YUV420 = ['-pix_fmt', 'yuv420p'];
const RECIPES: Readonly<Record<string, readonly string[]>> = {
  'H.265, B-frames, AAC 48 kHz': [...h265('bframes=3:keyint=25'), ...YUV420, ...AAC, '-ar', '48000'],
  'H.265 as hvc1, AAC 44.1 kHz': [...h265('bframes=0:keyint=10'), ...YUV420, '-tag:v', 'hvc1', ...AAC],
  'H.264 and AAC': [...H264, '-g', '25', ...AAC],
};

function read(mp4: Buffer, cuts: readonly number[] = []): Tag[] {
  const reader = new SampleReader({ nowMs: () => 7 });
  const tags: Tag[] = [];
  let from = 0;
  for (const cut of [...new Set(cuts), mp4.length].sort((a, b) => a - b)) {
    tags.push(...reader.push(mp4.subarray(from, cut)));
    from = cut;
  }
  reader.end();
  return tags;
}

function failure(mp4: Buffer): RelayError {
  const reader = new SampleReader();
  const attempts = [() => reader.push(mp4), () => reader.end()];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      expect(() => reader.push(Buffer.alloc(1))).toThrow(error);
      return error;
    }
  }
  throw new Error('expected a RelayError');
}

/** As ffprobe words it. */
function asPacket(tag: Tag): [number, number, number, boolean] {
  const body = tagBody(tag);
  if (tag.kind === 'audio') return [tag.timestampMs, tag.timestampMs, body.length - 2, true];
  const { compositionMs, dataOffset } = readVideoBody(body)!;
  return [tag.timestampMs + compositionMs, tag.timestampMs, body.length - dataOffset, tag.kind === 'keyframe'];
}

const rounded = ({ ptsMs, dtsMs, bytes, keyframe }: Packet) => [Math.round(ptsMs), Math.round(dtsMs), bytes, keyframe];

describe('SampleReader', () => {
  const files = new Map<string, Buffer>();
  beforeAll(async () => {
    for (const [name, args] of Object.entries(RECIPES)) {
      files.set(name, await makeMp4([...PICTURE, ...TONE], [...args, ...SAMPLE_READER_OUTPUT]));
    }
  }, 60_000);

  describe.each(Object.keys(RECIPES))('%s', (name) => {
    it('reads the packets that ffprobe reads', async () => {
      const tags = read(files.get(name)!);
      const { video, audio } = await probe(files.get(name)!);
      const pictures = tags.filter((tag) => tag.kind === 'keyframe' || tag.kind === 'frame');
      expect(pictures.map(asPacket)).toEqual(video.map(rounded));
      expect(tags.filter((tag) => tag.kind === 'audio').map(asPacket)).toEqual(audio.map(rounded));
    });

    it('writes tags that say what they are, headers first', () => {
      const tags = read(files.get(name)!);
      expect(tags.slice(0, 3).map((tag) => tag.kind)).toEqual(['metadata', 'video-header', 'audio-header']);
      expect(readMetadata(tags[0]!)).toMatchObject({ width: 128, height: 96 });
      expect(readVideoConfig(tags[1]!)).toMatchObject({ width: 128, height: 96, nalLengthBytes: 4 });
      expect(readVideoConfig(tags[1]!)!.codecString).toMatch(name.startsWith('H.265') ? /^hvc1\.1\.6\.L30/ : /^avc1\./);
      expect(readAudioConfig(tags[2]!)).toMatchObject({ codecString: 'mp4a.40.2' });
      for (const tag of tags) {
        expect(tagKind(tag.bytes[0]!, tagBody(tag))).toBe(tag.kind);
        expect(readTimestamp(tag.bytes)).toBe(tag.timestampMs);
        expect(tag.arrivedAtMs).toBe(7);
      }
    });

    it('gives the same tags at any chunk boundaries', () => {
      const mp4 = files.get(name)!;
      const whole = Buffer.concat(read(mp4).map((tag) => tag.bytes));
      const positions = fc.array(fc.nat(mp4.length), { maxLength: 60 });
      fc.assert(
        fc.property(positions, (cuts) => Buffer.concat(read(mp4, cuts).map((tag) => tag.bytes)).equals(whole)),
        { numRuns: 25 },
      );
    });

    it('keeps the parameter sets, and in MP4 says that they are complete', () => {
      const [, header] = read(files.get(name)!);
      const { record } = readVideoConfig(header!)!;
      const again = read(mux(read(files.get(name)!), 'keyframe').files[0]!)[1]!;
      const written = readVideoConfig(again)!;
      expect([written.vps, written.sps, written.pps]).toEqual([
        readVideoConfig(header!)!.vps,
        readVideoConfig(header!)!.sps,
        readVideoConfig(header!)!.pps,
      ]);
      if (name.startsWith('H.265')) expect(written.record[23]! & 0xbf).toBe(0x80 | 32);
      else expect(written.record.equals(record)).toBe(true);
    });

    it('decodes after the way through tags and back into MP4', async () => {
      const { files: out } = mux(read(files.get(name)!), 'keyframe');
      expect(await decodeAll(out[0]!)).toBe(50);
      const { streams } = await probeJson(out[0]!, ['-show_streams']);
      expect(streams![0]!.codec_tag_string).toBe(name.startsWith('H.265') ? 'hvc1' : 'avc1');
      const { video } = await probe(out[0]!);
      expect(video.map(rounded)).toEqual((await probe(files.get(name)!)).video.map(rounded));
    });
  });

  it('gives a frame as soon as its last byte is in', () => {
    const mp4 = files.get('H.265 as hvc1, AAC 44.1 kHz')!;
    const reader = new SampleReader();
    let frames = 0;
    for (let at = 0; at < mp4.length; at++) {
      const tags = reader.push(mp4.subarray(at, at + 1));
      const media = tags.filter((tag) => tag.kind !== 'metadata' && !tag.kind.endsWith('-header'));
      for (const tag of media)
        expect(
          mp4
            .subarray(0, at + 1)
            .subarray(-4)
            .equals(tagBody(tag).subarray(-4)),
        ).toBe(true);
      frames += media.length;
    }
    expect(frames).toBeGreaterThan(100);
    expect(reader.header).toEqual({ audio: true, video: true });
  });

  it('reads what the muxer writes, times of many weeks included', () => {
    const tags = read(files.get('H.265, B-frames, AAC 48 kHz')!);
    const weeksMs = 2 ** 32 * 3;
    const later = tags.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + weeksMs }));
    const again = read(mux(later, 'keyframe').files[0]!);
    const media = (each: Tag) => each.kind === 'keyframe' || each.kind === 'frame';
    expect(again.filter(media).map((tag) => tag.bytes)).toEqual(tags.filter(media).map((tag) => tag.bytes));
  });

  it('refuses other codecs by name', async () => {
    const mp4 = await makeMp4(PICTURE, ['-c:v', 'mpeg4', ...SAMPLE_READER_OUTPUT], 1);
    expect(failure(mp4)).toMatchObject({ code: 'codec', message: expect.stringContaining('mp4v') });
  });

  it('refuses a file that is not fragmented, and what is no MP4', async () => {
    const whole = await makeMp4([...PICTURE], [...H264, '-movflags', '+faststart+frag_keyframe'], 1);
    expect(() => read(whole)).not.toThrow();
    expect(failure(Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0')).code).toBe('corrupt');
    expect(
      failure(Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from('ftyp\xff\xff\xff\xffmoof', 'latin1')])).code,
    ).toBe('corrupt');
  });

  it('says so when the stream ends in the middle', () => {
    const mp4 = files.get('H.264 and AAC')!;
    for (const length of [4, 20, 600, mp4.length - 1]) expect(failure(mp4.subarray(0, length)).code).toBe('corrupt');
  });

  it('never throws anything but a RelayError, and never makes large things of small ones, whatever the damage', () => {
    const mp4 = files.get('H.265, B-frames, AAC 48 kHz')!.subarray(0, 20_000);
    const damage = fc.array(fc.tuple(fc.nat(mp4.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, (changes) => {
        const broken = Buffer.from(mp4);
        for (const [at, value] of changes) broken[at] = value;
        const reader = new SampleReader();
        try {
          const bytes = reader.push(broken).reduce((sum, tag) => sum + tag.bytes.length, 0);
          expect(bytes).toBeLessThan(4 * broken.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RelayError);
          expect(['corrupt', 'codec']).toContain((error as RelayError).code);
        }
      }),
      { numRuns: 300 },
    );
  });
});
