import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAudioConfig } from './audio-config.ts';
import { AAC, H264, makeFlv, PICTURE, parse, TONE } from './flv.fixture.ts';
import { readMetadata } from './metadata.ts';
import { serialiseTag, TAG_TYPE, type Tag } from './tag.ts';
import { readVideoConfig } from './video-config.ts';

function header(kind: 'video-header' | 'audio-header', body: Buffer): Tag {
  const type = kind === 'audio-header' ? TAG_TYPE.audio : TAG_TYPE.video;
  return { kind, timestampMs: 0, bytes: serialiseTag(type, 0, body), arrivedAtMs: 0 };
}

const picture = (size: string) => ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`];

/** The hvcC record that ffmpeg writes into MP4. */
function hevcRecord(size: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-hevc-'));
  try {
    const path = join(folder, 'a.mp4');
    const coded = [
      '-frames:v',
      '2',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none',
      '-pix_fmt',
      'yuv420p',
      '-tag:v',
      'hvc1',
    ];
    execFileSync('ffmpeg', ['-v', 'error', ...picture(size), ...coded, path]);
    const file = readFileSync(path);
    const at = file.indexOf('hvcC');
    return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('readVideoConfig', () => {
  it.each([
    ['1920x1080', ['-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p'], /^avc1\.6400/],
    ['642x362', ['-c:v', 'libx264', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p'], /^avc1\.42c0/],
    ['322x180', ['-c:v', 'libx264', '-flags', '+ildct+ilme', '-pix_fmt', 'yuv420p'], /^avc1\.6400/],
    ['100x98', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p'], /^avc1\.f400/],
    [
      '130x70',
      ['-c:v', 'libx264', '-profile:v', 'high', '-x264-params', 'cqm=jvt', '-pix_fmt', 'yuv420p'],
      /^avc1\.6400/,
    ],
  ])('reads size and codec string: %s %j', async (size, codec, codecString) => {
    const tags = parse(await makeFlv([...picture(size), ...codec], 0.1));
    const config = readVideoConfig(tags.find((tag) => tag.kind === 'video-header')!)!;
    expect(`${config.width}x${config.height}`).toBe(size);
    expect(config.codecString).toMatch(codecString);
    expect(config).toMatchObject({ codec: 'h264', nalLengthBytes: 4 });
    expect([config.sps.length, config.pps.length]).toEqual([1, 1]);
    expect(readMetadata(tags[0]!)).toMatchObject({ width: config.width, height: config.height, framerate: 25 });
  });

  it('reads H.265 in the enhanced and the legacy form', () => {
    const record = hevcRecord('642x362');
    for (const prefix of [Buffer.from('\x90hvc1', 'latin1'), Buffer.from([0x1c, 0, 0, 0, 0])]) {
      const config = readVideoConfig(header('video-header', Buffer.concat([prefix, record])))!;
      expect(config).toMatchObject({ codec: 'hevc', width: 642, height: 362, nalLengthBytes: 4 });
      expect(config.codecString).toMatch(/^hvc1\.1\.6\.L\d+\.90$/);
      expect([config.vps.length, config.sps.length, config.pps.length]).toEqual([1, 1, 1]);
    }
  });

  it('names AV1', () => {
    const config = readVideoConfig(header('video-header', Buffer.from('\x90av01\x81\x04\x0c\x00', 'latin1')));
    expect(config).toMatchObject({ codec: 'av1', codecString: 'av01.0.04M.08', width: 0, height: 0 });
  });

  it('never throws', async () => {
    const tag = parse(await makeFlv([...PICTURE, ...H264], 0.1)).find((each) => each.kind === 'video-header')!;
    const avc = tag.bytes.subarray(11, -4);
    const hevc = Buffer.concat([Buffer.from('\x90hvc1', 'latin1'), hevcRecord('128x96')]);
    const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(avc, hevc), damage, fc.nat(200), (body, damages, length) => {
        const copy = Buffer.from(body.subarray(0, length));
        for (const [at, value] of damages) if (at > 0 && at < copy.length) copy[at] = value;
        const config = readVideoConfig(header('video-header', copy));
        if (config) expect(config.width).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readAudioConfig', () => {
  it.each([
    [44100, 1],
    [48000, 2],
    [16000, 1],
    [48000, 6],
  ])('reads %d Hz, %d channels', async (rate, channels) => {
    const tags = parse(await makeFlv([...TONE, ...AAC, '-ar', String(rate), '-ac', String(channels)], 0.2));
    expect(readAudioConfig(tags.find((tag) => tag.kind === 'audio-header')!)).toMatchObject({
      codec: 'aac',
      codecString: 'mp4a.40.2',
      sampleRateHz: rate,
      channels,
      samplesPerFrame: 1024,
    });
  });

  it('reads HE-AAC v2 and explicit rates', () => {
    // 29, 24 kHz, mono core; extension 48 kHz, core 2.
    const he = header('audio-header', Buffer.from([0xaf, 0, 0xeb, 0x09, 0x88, 0x00]));
    expect(readAudioConfig(he)).toMatchObject({ codecString: 'mp4a.40.29', sampleRateHz: 48000, channels: 2 });
    const explicit = header('audio-header', Buffer.from([0xaf, 0, 0x17, 0x80, 0x2e, 0xe0, 0x08]));
    expect(readAudioConfig(explicit)?.sampleRateHz).toBe(24_000);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (noise) => {
        readAudioConfig(header('audio-header', Buffer.concat([Buffer.from([0xaf, 0]), noise])));
      }),
    );
    expect(readAudioConfig(header('audio-header', Buffer.alloc(0)))).toBeNull();
  });
});

describe('readMetadata', () => {
  it('ignores damage and nonsense', () => {
    const metadata = (body: string): Tag => ({
      ...header('video-header', Buffer.from(body, 'latin1')),
      kind: 'metadata',
    });
    expect(readMetadata(metadata('\x02\0\x0aonMetaData'))).toBeNull();
    expect(readMetadata(metadata('\x02\0\x0aonMetaData\x03\0\x05width\x02\0\x01a\0\0\x09'))).toEqual({});
    expect(readMetadata(metadata('\x02\0\x0aonMetaData\x03\0\x05wid'))).toBeNull();
  });
});
