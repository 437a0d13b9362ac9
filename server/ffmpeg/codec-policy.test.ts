import { describe, expect, it } from 'vitest';
import { needsNewGuess, type PullQuestion, planPull, planTranscode, viewerRoad } from './codec-policy.ts';
import { hardwareEncoder, softwareEncoder } from './h264-encoder.ts';
import type { SourceTracks } from './source-tracks.ts';

const old = {
  version: { major: 5, minor: 1, text: '5.1.9' },
  timeoutOption: 'timeout',
  hevcInFlv: false,
  encoders: new Set(['libx264', 'aac', 'h264_vaapi']),
} as const;
const young = { ...old, version: { major: 7, minor: 1, text: '7.1' }, hevcInFlv: true };

const source = (video: string | null, audio: string | null, sampleRateHz = 48_000): SourceTracks => ({
  video: video === null ? null : { codec: video, width: 640, height: 360, fps: 25 },
  audio: audio === null ? null : { codec: audio, sampleRateHz, channels: 1 },
});
const plan = (tracks: SourceTracks | null, more: Partial<PullQuestion> = {}) =>
  planPull({ source: tracks, profileOutput: null, capabilities: old, hevcOnBus: true, ...more });

describe('the way to a viewer', () => {
  it.each([
    [null, [], 'flv', 'copy'],
    [null, [], 'mp4', 'repackage'],
    ['h264', [], 'flv', 'copy'],
    ['h264', ['h264'], 'mp4', 'repackage'],
    ['h264', ['hevc'], 'mp4', 'repackage'],
    ['hevc', [], 'flv', 'transcode'],
    ['hevc', [], 'mp4', 'transcode'],
    ['hevc', ['h264'], 'mp4', 'transcode'],
    ['hevc', ['h264', 'hevc'], 'mp4', 'repackage'],
    ['hevc', ['hevc'], 'flv', 'copy'],
  ] as const)('of %s to an engine that says it plays %j, in %s: %s', (sends, plays, container, road) => {
    expect(viewerRoad({ sends, plays, container })).toBe(road);
  });
});

describe('the plan of a pull', () => {
  it.each([
    [null, 'copy', 'copy', 'flv'],
    [source('h264', 'aac'), 'copy', 'copy', 'flv'],
    [source('h264', null), 'copy', 'none', 'flv'],
    [source('h264', 'pcm_alaw', 8_000), 'copy', 'transcode', 'flv'],
    [source('h264', 'pcm_mulaw', 8_000), 'copy', 'transcode', 'flv'],
    [source('h264', 'adpcm_g726', 8_000), 'copy', 'transcode', 'flv'],
    [source('h264', 'pcm_s16be', 16_000), 'copy', 'transcode', 'flv'],
    [source('h264', 'mp3'), 'copy', 'transcode', 'flv'],
    [source('h264', 'aac_latm'), 'copy', 'transcode', 'flv'],
    [source('hevc', 'aac'), 'copy', 'copy', 'mp4'],
    [source('hevc', 'opus'), 'copy', 'transcode', 'mp4'],
    [source('mjpeg', null), 'transcode', 'none', 'flv'],
    [source('mpeg4', 'aac'), 'transcode', 'copy', 'flv'],
  ] as const)('for %j is video %s, audio %s, as %s', (tracks, video, audio, format) => {
    expect(plan(tracks)).toMatchObject({ video, audio, format });
  });

  it('puts H.265 into FLV where ffmpeg can', () => {
    expect(plan(source('hevc', 'aac'), { capabilities: young })).toMatchObject({ video: 'copy', format: 'flv' });
  });

  it('encodes H.265 where nobody behind the pull could', () => {
    expect(plan(source('hevc', null), { hevcOnBus: false })).toMatchObject({ video: 'transcode', format: 'flv' });
  });

  it('encodes without B-frames, with a keyframe every 2 s, in 4:2:0', () => {
    const options = plan(source('mjpeg', null)).outputOptions.join(' ');
    expect(options).toContain('-c:v libx264 -preset veryfast -tune zerolatency -bf 0 -pix_fmt yuv420p');
    expect(options).toContain('-force_key_frames expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+2))');
    expect(options).toContain('-an');
  });

  it('encodes with the hardware that is given, and opens its device', () => {
    const { inputOptions, outputOptions } = plan(source('mjpeg', null), { encoder: hardwareEncoder('vaapi') });
    expect(inputOptions).toContain('-vaapi_device');
    expect(outputOptions.join(' ')).toContain(
      '-vf crop=2*trunc(iw/2):2*trunc(ih/2),format=nv12,hwupload -c:v h264_vaapi',
    );
    expect(plan(source('h264', null), { encoder: hardwareEncoder('vaapi') }).inputOptions).toEqual([]);
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

  it.each([
    [source('h264', 'pcm_alaw'), 'none'],
    [source('h264', 'aac'), 'copy'],
    [source('h264', null), 'none'],
    [null, 'copy'],
  ] as const)('for %j whose sound is missing is audio %s', (tracks, audio) => {
    const missing = plan(tracks, { soundIsMissing: true });
    expect(missing.audio).toBe(audio);
    expect(needsNewGuess(missing, tracks ?? source('h264', 'aac'), old)).toBe(false);
  });

  it('encodes H.264 too once copying it has failed, or when a smaller picture is wanted', () => {
    expect(plan(source('h264', 'aac'), { neverCopyVideo: true }).video).toBe('transcode');
    const small = plan(source('h264', 'aac'), { maxHeight: 360 });
    expect(small.video).toBe('transcode');
    expect(small.outputOptions.join(' ')).toContain("-vf scale=w=-2:h='2*trunc(min(ih,360)/2)'");
  });
});

describe('a new guess', () => {
  it.each([
    [null, source('h264', 'aac'), false],
    [null, source('h264', null), false],
    [null, source('hevc', 'aac'), true],
    [null, source('mjpeg', null), true],
    [null, source('h264', 'pcm_alaw'), true],
    [source('h264', null), source('h264', 'aac'), true],
    [source('hevc', 'opus'), source('h264', 'aac'), false],
    [source('hevc', 'aac'), source('mjpeg', 'aac'), true],
    [source('mjpeg', null), source('hevc', null), false],
    [source('h264', 'aac'), source(null, 'aac'), false],
  ])('planned for %j, found %j: %s', (assumed, actual, expected) => {
    expect(needsNewGuess(plan(assumed), actual, old)).toBe(expected);
  });

  it('is not needed for H.265 where ffmpeg puts it into FLV', () => {
    const assumed = plan(null, { capabilities: young });
    expect(needsNewGuess(assumed, source('hevc', 'aac'), young)).toBe(false);
  });

  it('is never needed for a profile', () => {
    const profile = plan(null, { profileOutput: ['-c:v', 'libx264'] });
    expect(needsNewGuess(profile, source('hevc', 'opus'), old)).toBe(false);
  });
});

describe('the plan of a transcode', () => {
  const question = { capabilities: old, encoder: softwareEncoder(old), profileOutput: null, maxHeight: null };

  it('reads the hub on standard input, keeps its clock and copies the sound', () => {
    const { inputOptions, outputOptions } = planTranscode(question);
    expect(inputOptions.join(' ')).toContain('-f mov');
    expect(outputOptions.join(' ')).toContain('-copyts -fps_mode passthrough');
    expect(outputOptions.join(' ')).toContain('-c:v libx264');
    expect(outputOptions.join(' ')).toContain('-c:a copy');
  });

  it('scales before the hardware takes the picture over', () => {
    const { outputOptions } = planTranscode({ ...question, encoder: hardwareEncoder('vaapi'), maxHeight: 360 });
    expect(outputOptions.join(' ')).toContain("-vf scale=w=-2:h='2*trunc(min(ih,360)/2)',format=nv12,hwupload");
  });

  it('leaves everything but tracks and muxer to a profile of the configuration', () => {
    const { outputOptions } = planTranscode({ ...question, profileOutput: ['-c:v', 'libx264', '-crf', '30'] });
    expect(outputOptions.slice(-4)).toEqual(['-c:v', 'libx264', '-crf', '30']);
    expect(outputOptions).not.toContain('-tune');
  });
});
