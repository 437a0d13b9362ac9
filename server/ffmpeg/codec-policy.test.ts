import { describe, expect, it } from 'vitest';
import { type CodecQuestion, flvOutput, needsNewGuess } from './codec-policy.ts';
import type { SourceTracks } from './source-tracks.ts';

const capabilities = {
  version: { major: 5, minor: 1, text: '5.1.9' },
  timeoutOption: 'timeout',
  hevcInFlv: false,
  encoders: new Set(['libx264', 'aac']),
} as const;

const source = (video: string | null, audio: string | null, sampleRateHz = 48_000): SourceTracks => ({
  video: video === null ? null : { codec: video, width: 640, height: 360, fps: 25 },
  audio: audio === null ? null : { codec: audio, sampleRateHz, channels: 1 },
});
const plan = (tracks: SourceTracks | null, more: Partial<CodecQuestion> = {}) =>
  flvOutput({ source: tracks, profileOutput: null, capabilities, ...more });

describe('the plan', () => {
  it.each([
    [null, 'copy', 'copy'],
    [source('h264', 'aac'), 'copy', 'copy'],
    [source('h264', null), 'copy', 'none'],
    [source('h264', 'pcm_alaw', 8_000), 'copy', 'transcode'],
    [source('h264', 'aac_latm'), 'copy', 'transcode'],
    [source('hevc', 'aac'), 'transcode', 'copy'],
    [source('mjpeg', null), 'transcode', 'none'],
    [source('hevc', 'opus'), 'transcode', 'transcode'],
  ] as const)('for %j is video %s, audio %s', (tracks, video, audio) => {
    expect(plan(tracks)).toMatchObject({ video, audio });
  });

  it('encodes without B-frames, with a keyframe every 2 s, in 4:2:0', () => {
    const options = plan(source('hevc', null)).outputOptions.join(' ');
    expect(options).toContain('-c:v libx264 -preset veryfast -tune zerolatency -bf 0 -pix_fmt yuv420p');
    expect(options).toContain('-force_key_frames expr:gte(t,n_forced*2)');
    expect(options).toContain('-an');
  });

  it.each([
    [8_000, 48_000],
    [11_025, 44_100],
    [44_100, 44_100],
    [0, 48_000],
  ])('encodes audio of %i Hz at %i Hz', (from, to) => {
    expect(plan(source('h264', 'pcm_mulaw', from)).outputOptions.join(' ')).toContain(`-c:a aac -ar ${to} -ac 1`);
  });

  it('leaves the codecs to a profile that names them, and the muxer options as they are', () => {
    const { outputOptions, video } = plan(null, { profileOutput: ['-c:v', 'libx264', '-an'] });
    expect(video).toBe('profile');
    expect(outputOptions).not.toContain('copy');
    expect(outputOptions).toEqual(expect.arrayContaining(['-max_interleave_delta', '-c:v', 'libx264', '-an']));
    expect(plan(null, { profileOutput: [] }).video).toBe('copy');
  });

  it('encodes H.264 too once copying it has failed', () => {
    expect(plan(source('h264', 'aac'), { neverCopyVideo: true }).video).toBe('transcode');
  });
});

describe('a new guess', () => {
  it.each([
    [null, source('h264', 'aac'), false],
    [null, source('h264', null), false],
    [null, source('hevc', 'aac'), true],
    [null, source('h264', 'pcm_alaw'), true],
    [source('h264', null), source('h264', 'aac'), true],
    [source('hevc', 'opus'), source('h264', 'aac'), false],
    [source('h264', 'aac'), source(null, 'aac'), false],
  ])('planned for %j, found %j: %s', (assumed, actual, expected) => {
    expect(needsNewGuess(plan(assumed), actual)).toBe(expected);
  });

  it('is never needed for a profile', () => {
    expect(needsNewGuess(plan(null, { profileOutput: ['-c:v', 'libx264'] }), source('hevc', 'opus'))).toBe(false);
  });
});
