import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { AAC, H264, makeFlv, PICTURE, type ProbedPacket, parse, probePackets, TONE, toFile } from './flv.fixture.ts';
import { flvHeader, serialiseTag, TAG_TYPE, type Tag, tagBody } from './tag.ts';
import { TagParser } from './tag-parser.ts';
import { readVideoBody } from './video-body.ts';

const RECIPES: Readonly<Record<string, readonly string[]>> = {
  'picture and tone': [...PICTURE, ...TONE, ...H264, '-g', '10', ...AAC],
  'B-frames': [...PICTURE, ...TONE, '-c:v', 'libx264', '-bf', '3', '-g', '25', '-pix_fmt', 'yuv420p', ...AAC],
  'video only': [...PICTURE, ...H264, '-g', '5'],
  'audio only': [...TONE, ...AAC],
  'MP3 and Sorenson': [...PICTURE, ...TONE, '-c:v', 'flv1', '-g', '12', '-c:a', 'libmp3lame'],
  'after 2^24 ms': [...PICTURE, ...TONE, ...H264, ...AAC, '-output_ts_offset', '16776.5'],
};

/** Feeds a file cut at the given places. */
function parseInPieces(flv: Buffer, cuts: readonly number[]): Tag[] {
  const parser = new TagParser();
  const tags: Tag[] = [];
  let from = 0;
  for (const cut of [...new Set(cuts)].sort((a, b) => a - b)) {
    tags.push(...parser.push(flv.subarray(from, cut)));
    from = cut;
  }
  tags.push(...parser.push(flv.subarray(from)));
  parser.end();
  return tags;
}

/** A tag as ffprobe words it; null for what ffprobe does not show as a packet. */
function asPacket(tag: Tag): ProbedPacket | null {
  const body = tagBody(tag);
  if (tag.kind === 'audio') {
    const size = body.length - (body[0]! >> 4 === 10 ? 2 : 1);
    return { codec_type: 'audio', pts: tag.timestampMs, dts: tag.timestampMs, size: String(size), flags: 'K_' };
  }
  if (tag.kind !== 'keyframe' && tag.kind !== 'frame') return null;
  const video = readVideoBody(body)!;
  return {
    codec_type: 'video',
    dts: tag.timestampMs,
    pts: tag.timestampMs + video.compositionMs,
    size: String(body.length - video.dataOffset),
    flags: tag.kind === 'keyframe' ? 'K_' : '__',
  };
}

function corruption(work: () => unknown): RelayError {
  try {
    work();
  } catch (error) {
    if (error instanceof RelayError && error.code === 'corrupt') return error;
    throw error;
  }
  throw new Error('expected a RelayError');
}

describe('TagParser', () => {
  const files = new Map<string, Buffer>();
  beforeAll(async () => {
    for (const [name, args] of Object.entries(RECIPES)) files.set(name, await makeFlv(args));
  }, 60_000);

  it.each(Object.keys(RECIPES))('reads the same packets as ffprobe: %s', async (name) => {
    const flv = files.get(name)!;
    const packets = parse(flv)
      .map(asPacket)
      .filter((packet) => packet !== null);
    const expected = (await probePackets(flv)).map(({ codec_type, pts, dts, size, flags }) => ({
      codec_type,
      pts,
      dts,
      size,
      flags,
    }));
    expect(packets).toEqual(expected);
  });

  it.each(Object.keys(RECIPES))('gives the same bytes back at any chunk boundaries: %s', (name) => {
    const flv = files.get(name)!;
    const whole = parse(flv).map((tag) => [tag.kind, tag.timestampMs]);
    fc.assert(
      fc.property(fc.array(fc.nat(flv.length), { maxLength: 60 }), (cuts) => {
        const tags = parseInPieces(flv, cuts);
        expect(tags.map((tag) => [tag.kind, tag.timestampMs])).toEqual(whole);
        expect(Buffer.concat([flv.subarray(0, 13), ...tags.map((tag) => tag.bytes)]).equals(flv)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same tags one byte at a time, and serialising them anew changes nothing', () => {
    const flv = files.get('picture and tone')!;
    const parser = new TagParser();
    const tags = [...flv].flatMap((byte) => parser.push(Buffer.from([byte])));
    parser.end();
    expect(parser.header).toEqual({ audio: true, video: true });
    expect(toFile(tags).equals(flv)).toBe(true);
    for (const tag of tags)
      expect(serialiseTag(tag.bytes[0]!, tag.timestampMs, tagBody(tag)).equals(tag.bytes)).toBe(true);
    expect(tags.slice(0, 3).map((tag) => tag.kind)).toEqual(['metadata', 'video-header', 'audio-header']);
    expect(tags.at(-1)!.kind).toBe('video-end');
  });

  it('never gives anything but tags or a typed error for damaged files, and stays dead', () => {
    const flv = files.get('picture and tone')!;
    const damage = fc.record({ at: fc.nat(flv.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 8 }), fc.nat(flv.length), (damages, length) => {
        const copy = Buffer.from(flv.subarray(0, length));
        for (const { at, value } of damages) if (at < length) copy[at] = value;
        const parser = new TagParser();
        try {
          for (let at = 0; at < copy.length; at += 1000) parser.push(copy.subarray(at, at + 1000));
          parser.end();
        } catch (error) {
          expect(error).toBeInstanceOf(RelayError);
          expect((error as RelayError).code).toBe('corrupt');
          expect(corruption(() => parser.push(flv))).toBe(error);
          expect(corruption(() => parser.end())).toBe(error);
        }
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 13, maxLength: 400 }), (noise) => {
        corruption(() => new TagParser().push(Buffer.from(noise)));
        const parser = new TagParser();
        parser.push(flvHeader({ audio: true, video: true }));
        try {
          parser.push(Buffer.from(noise));
          parser.end();
        } catch (error) {
          expect((error as RelayError).code).toBe('corrupt');
        }
      }),
    );
  });

  it('says what is wrong and where', () => {
    const header = flvHeader({ audio: false, video: true });
    const tag = serialiseTag(TAG_TYPE.video, 0, Buffer.alloc(20, 0x27));
    const broken = (at: number, value: number): string => {
      const copy = Buffer.from(tag);
      copy[at] = value;
      return corruption(() => new TagParser().push(Buffer.concat([header, tag, copy]))).message;
    };
    expect(broken(0, 10)).toMatch(/unknown tag type 10 \(at byte 48\)/);
    expect(broken(10, 1)).toMatch(/StreamID is not 0 \(at byte 56\)/);
    expect(broken(34, 9)).toMatch(/PreviousTagSize 9 after a tag of 31 bytes \(at byte 79\)/);
    expect(broken(1, 255)).toMatch(/over the cap of 8388608 \(at byte 48\)/);
    expect(corruption(() => new TagParser().push(Buffer.from('<html><body>no</body>'))).message).toMatch(/"FLV"/);
    const parser = new TagParser();
    parser.push(Buffer.concat([header, tag.subarray(0, 15)]));
    expect(corruption(() => parser.end()).message).toMatch(/20 bytes short \(at byte 13\)/);
  });

  it('holds little more than the tags that are kept, and copies each byte once', () => {
    const header = flvHeader({ audio: true, video: true });
    const big = serialiseTag(TAG_TYPE.video, 0, Buffer.alloc(2_000_000, 0x17));
    const small = serialiseTag(TAG_TYPE.audio, 0, Buffer.alloc(300, 0xaf));
    const parser = new TagParser();
    parser.push(header);
    const kept: Tag[] = [];
    const stream = Buffer.concat([small, big, small]);
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < stream.length; at += 65_536) {
        kept.push(...parser.push(Buffer.from(stream.subarray(at, at + 65_536))));
      }
    }
    const pinned = [...new Set(kept.map((tag) => tag.bytes.buffer))].reduce(
      (sum, memory) => sum + memory.byteLength,
      0,
    );
    const wanted = kept.reduce((sum, tag) => sum + tag.bytes.length, 0);
    expect(pinned - wanted).toBeLessThanOrEqual(65_536);
  });

  it('gives headers memory of their own, because they are kept for hours', () => {
    for (const tag of parse(files.get('picture and tone')!)) {
      if (tag.kind.endsWith('header') || tag.kind === 'metadata')
        expect(tag.bytes.buffer.byteLength).toBe(tag.bytes.length);
    }
  });
});

describe('tag kinds', () => {
  const kindOf = (type: number, body: readonly number[] | Buffer): string => {
    const parser = new TagParser();
    parser.push(flvHeader({ audio: true, video: true }));
    return parser.push(serialiseTag(type, 0, Buffer.from(body)))[0]!.kind;
  };
  const enhanced = (packet: number, key: boolean, fourCc = 'hvc1') =>
    Buffer.concat([Buffer.from([0x80 | (key ? 0x10 : 0x20) | packet]), Buffer.from(fourCc), Buffer.alloc(8)]);

  it.each([
    ['AVC sequence header', [0x17, 0, 0, 0, 0, 1], 'video-header'],
    ['AVC keyframe', [0x17, 1, 0, 0, 0, 1], 'keyframe'],
    ['AVC frame', [0x27, 1, 0, 0, 0, 1], 'frame'],
    ['AVC end', [0x17, 2, 0, 0, 0], 'video-end'],
    ['legacy H.265 header', [0x1c, 0, 0, 0, 0, 1], 'video-header'],
    ['legacy H.265 keyframe', [0x1c, 1, 0, 0, 0, 1], 'keyframe'],
    ['enhanced SequenceStart', enhanced(0, true), 'video-header'],
    ['enhanced CodedFrames, key', enhanced(1, true), 'keyframe'],
    ['enhanced CodedFramesX', enhanced(3, false), 'frame'],
    ['enhanced AV1, key', enhanced(1, true, 'av01'), 'keyframe'],
    ['enhanced end', enhanced(2, true), 'video-end'],
    ['enhanced metadata', enhanced(4, true), 'frame'],
    ['an empty body', [], 'frame'],
  ])('%s', (_name, body, kind) => {
    expect(kindOf(TAG_TYPE.video, body)).toBe(kind);
  });

  it('tells audio headers and script names apart', () => {
    expect(kindOf(TAG_TYPE.audio, [0xaf, 0, 0x12, 0x10])).toBe('audio-header');
    expect(kindOf(TAG_TYPE.audio, [0xaf, 1, 0x12])).toBe('audio');
    expect(kindOf(TAG_TYPE.audio, [0x2f, 0, 0x12])).toBe('audio');
    expect(kindOf(TAG_TYPE.script, Buffer.from('\x02\0\nonMetaData\x05'))).toBe('metadata');
    expect(kindOf(TAG_TYPE.script, Buffer.from('\x02\0\nonTextData\x05'))).toBe('script');
  });
});
