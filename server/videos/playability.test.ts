import { describe, expect, it } from 'vitest';
import { needsLook, playability } from './playability.ts';

const file = (container: string, video: string, audio: string | null) =>
  playability({
    container,
    video: { codec: video, width: 1, height: 1, fps: 1 },
    audio: audio === null ? null : { codec: audio, sampleRateHz: 1, channels: 1 },
  });

describe('a browser', () => {
  it.each([
    ['mp4', 'h264', 'aac'],
    ['mp4', 'h264', null],
    ['mp4', 'hevc', 'opus'],
    ['webm', 'vp8', 'vorbis'],
    ['webm', 'av1', null],
  ])('plays %s with %s and %s as it is', (container, video, audio) =>
    expect(file(container!, video!, audio ?? null)).toEqual({ kind: 'direct' }),
  );

  it.each([
    ['mpegts', 'h264', 'aac', 'copy'],
    ['matroska', 'hevc', 'opus', 'copy'],
    ['matroska', 'h264', null, 'copy'],
    ['quicktime', 'h264', 'aac', 'copy'],
    ['webm', 'h264', 'aac', 'copy'],
    ['flv', 'h264', 'pcm_alaw', 'aac'],
    ['mp4', 'h264', 'ac3', 'aac'],
    ['matroska', 'vp9', 'vorbis', 'aac'],
  ] as const)('needs %s with %s and %s repacked, the sound by %s', (container, video, audio, by) => {
    expect(file(container, video, audio)).toEqual({ kind: 'remux', audio: by });
  });

  it.each([
    ['avi', 'mpeg4', 'mp3', 'MPEG-4 Part 2 video in AVI files'],
    ['avi', 'mjpeg', null, 'Motion JPEG'],
    ['mpeg', 'mpeg2video', 'mp2', 'MPEG-2 video in MPEG program stream files'],
    ['matroska', 'vp8', 'vorbis', 'VP8 video in Matroska files'],
    ['mp4', 'constructor', null, 'constructor'],
  ])('cannot play %s with %s and %s, and is told why', (container, video, audio, words) => {
    const how = file(container, video, audio);
    expect(how.kind).toBe('no');
    expect(how).toHaveProperty('reason', expect.stringContaining(words));
  });

  it('gets MP4 and WebM unread, whatever else is looked into first', () => {
    expect(['mp4', 'm4v', 'webm', 'mkv', 'ts', 'mov'].map(needsLook)).toEqual([false, false, false, true, true, true]);
  });
});
