import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeMp4 } from '../mp4/mp4.fixture.ts';
import { SampleReader } from '../mp4/sample-reader.ts';
import { decode, makeFlv, parse, toFile } from './flv.fixture.ts';
import { ParameterSets } from './parameter-sets.ts';
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from './tag.ts';
import { readVideoConfig } from './video-config.ts';

const clip = (size: string, profile: string) =>
  makeFlv(
    [
      '-f',
      'lavfi',
      '-i',
      `testsrc=size=${size}:rate=25`,
      '-c:v',
      'libx264',
      '-profile:v',
      profile,
      '-g',
      '10',
      '-bf',
      '0',
      '-pix_fmt',
      'yuv420p',
    ],
    1,
  );

const withBody = (tag: Tag, body: Buffer, atMs = tag.timestampMs): Tag => ({
  ...tag,
  timestampMs: atMs,
  bytes: serialiseTag(TAG_TYPE.video, atMs, body),
});

/** A keyframe with parameter sets in front of its slices, as `ffmpeg -c copy` passes them from a camera. */
function inBand(keyframe: Tag, nals: readonly Buffer[], atMs = keyframe.timestampMs): Tag {
  const body = tagBody(keyframe);
  const units = nals.flatMap((nal) => [Buffer.from([0, 0, nal.length >> 8, nal.length & 0xff]), nal]);
  return withBody(keyframe, Buffer.concat([body.subarray(0, 5), ...units, body.subarray(5)]), atMs);
}

const TRACKS = { audio: false, video: true };
const media = (tags: readonly Tag[]) => tags.filter((tag) => tag.kind === 'keyframe' || tag.kind === 'frame');

describe('ParameterSets', () => {
  it.each(['high', 'baseline'])('makes the header that a change of size in the stream needs: %s', async (profile) => {
    const before = parse(await clip('128x96', 'main'));
    const after = parse(await clip('192x144', profile));
    const wanted = readVideoConfig(after.find((tag) => tag.kind === 'video-header')!)!;
    const changed = media(after).map((tag) => {
      const atMs = tag.timestampMs + 1000;
      return tag.kind === 'keyframe'
        ? inBand(tag, [...wanted.sps, ...wanted.pps], atMs)
        : withBody(tag, tagBody(tag), atMs);
    });
    const sets = new ParameterSets();
    const out: Tag[] = [];
    for (const tag of [...before.filter((each) => each.kind !== 'video-end'), ...changed]) {
      const header = sets.observe(tag);
      out.push(...(header ? [header] : []), tag);
    }
    const headers = out.filter((tag) => tag.kind === 'video-header');
    expect(headers).toHaveLength(2);
    expect(headers[1]!.timestampMs).toBe(changed[0]!.timestampMs);
    const made = readVideoConfig(headers[1]!)!;
    expect(made).toMatchObject({ width: 192, height: 144, codecString: wanted.codecString });
    expect(made.record.equals(wanted.record)).toBe(true);
    const late = out.slice(out.indexOf(headers[1]!));
    expect((await decode(toFile(late, TRACKS), ['-f', 'null'])).complaints).toBe('');
    expect(parse(toFile(late, TRACKS))[0]!.kind).toBe('video-header');
  });

  it('is silent when the sets in the stream are those of the header, padded or not', async () => {
    const tags = parse(await clip('128x96', 'high'));
    const header = tags.find((tag) => tag.kind === 'video-header')!;
    const { sps, pps } = readVideoConfig(header)!;
    const keyframe = tags.find((tag) => tag.kind === 'keyframe')!;
    const sets = new ParameterSets();
    expect(sets.observe(keyframe)).toBeNull();
    expect(sets.observe(header)).toBeNull();
    expect(sets.observe(inBand(keyframe, [...sps, ...pps]))).toBeNull();
    expect(sets.observe(inBand(keyframe, [Buffer.concat([sps[0]!, Buffer.alloc(2)])]))).toBeNull();
  });

  it('adds a PPS with a new id and replaces one with a known id', async () => {
    const tags = parse(await clip('128x96', 'high'));
    const keyframe = tags.find((tag) => tag.kind === 'keyframe')!;
    const sets = new ParameterSets();
    sets.observe(tags.find((tag) => tag.kind === 'video-header')!);
    const added = sets.observe(inBand(keyframe, [Buffer.from([0x68, 0b01011111, 0x80])]))!;
    expect(readVideoConfig(added)!.pps).toHaveLength(2);
    const replaced = sets.observe(inBand(keyframe, [Buffer.from([0x68, 0b11011111, 0x80])]))!;
    expect(readVideoConfig(replaced)!.pps).toHaveLength(2);
    expect(sets.observe(keyframe)).toBeNull();
  });

  it('never throws', async () => {
    const tags = parse(await clip('128x96', 'high'));
    const header = tags.find((tag) => tag.kind === 'video-header')!;
    const { sps, pps } = readVideoConfig(header)!;
    const body = tagBody(inBand(tags.find((tag) => tag.kind === 'keyframe')!, [...sps, ...pps])).subarray(0, 120);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 5, max: 119 }), fc.nat(255)), { maxLength: 8 }), (damages) => {
        const copy = Buffer.from(body);
        for (const [at, value] of damages) copy[at] = value;
        const sets = new ParameterSets();
        sets.observe(header);
        const made = sets.observe(withBody({ kind: 'keyframe', timestampMs: 0, bytes: copy, arrivedAtMs: 0 }, copy));
        if (made) expect(readVideoConfig(made)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe('H.265', () => {
  const hevc = async (size: string) => {
    const file = await makeMp4(
      ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`],
      [
        ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=none'],
        ...['-tag:v', 'hev1', '-movflags', '+frag_every_frame+empty_moov+default_base_moof'],
      ],
      0.4,
    );
    return new SampleReader().push(file);
  };

  it('gets a new header too when its sets change inside the stream', async () => {
    const before = await hevc('128x96');
    const after = await hevc('192x144');
    const wanted = readVideoConfig(after.find((tag) => tag.kind === 'video-header')!)!;
    const keyframe = after.find((tag) => tag.kind === 'keyframe')!;
    const body = tagBody(keyframe);
    const units = [...wanted.vps, ...wanted.sps, ...wanted.pps].flatMap((nal) => [
      Buffer.from([0, 0, nal.length >> 8, nal.length & 0xff]),
      nal,
    ]);
    const changed = withBody(keyframe, Buffer.concat([body.subarray(0, 8), ...units, body.subarray(8)]));
    const sets = new ParameterSets();
    for (const tag of before) expect(sets.observe(tag)).toBeNull();
    const header = sets.observe(changed)!;
    const made = readVideoConfig(header)!;
    expect(made).toMatchObject({ codec: 'hevc', width: 192, height: 144, codecString: wanted.codecString });
    expect(made.sps).toEqual(wanted.sps);
    expect(sets.observe(changed)).toBeNull();
  });
});
