import { describe, expect, it } from 'vitest';
import type { RelayError } from '../errors.ts';
import { ffprobePath, fileArgument, readFacts } from './media-probe.ts';

const h264 = { codec_type: 'video', codec_name: 'h264', width: 640, height: 360, avg_frame_rate: '30000/1001' };
const aac = { codec_type: 'audio', codec_name: 'aac', sample_rate: '48000', channels: 2 };

describe('what ffprobe says', () => {
  it('is read', () => {
    const format = { format_name: 'mov,mp4,m4a,3gp,3g2,mj2', duration: '12.345000', bit_rate: '2000000' };
    expect(readFacts({ format, streams: [aac, h264] }, '/x/a.mp4')).toEqual({
      container: 'mp4',
      durationMs: 12_345,
      bitrate: 2_000_000,
      video: { codec: 'h264', width: 640, height: 360, fps: 29.97 },
      audio: { codec: 'aac', sampleRateHz: 48_000, channels: 2 },
    });
  });

  it.each([
    ['mov,mp4,m4a,3gp,3g2,mj2', 'a.MOV', 'quicktime'],
    ['matroska,webm', 'a.mkv', 'matroska'],
    ['matroska,webm', 'a.webm', 'webm'],
    ['mpegts', 'a.ts', 'mpegts'],
  ])('of %s in %s is %s', (format_name, path, container) => {
    expect(readFacts({ format: { format_name }, streams: [h264] }, path).container).toBe(container);
  });

  it('is nothing of a duration or a rate where the file says none', () => {
    const video = { ...h264, avg_frame_rate: '0/0', r_frame_rate: '25/1' };
    const facts = readFacts({ format: { format_name: 'flv', duration: 'N/A' }, streams: [video] }, 'a.flv');
    expect(facts).toMatchObject({ durationMs: null, bitrate: null, audio: null, video: { fps: 25 } });
  });

  it.each([
    ['nothing', {}],
    ['sound alone', { streams: [aac] }],
    ['sound with a cover', { streams: [aac, { ...h264, disposition: { attached_pic: 1 } }] }],
    ['a picture without a size', { streams: [{ ...h264, width: 0 }] }],
  ])('of %s is no video', (_case, output) => {
    try {
      readFacts(output, 'a.mp4');
      expect.unreachable();
    } catch (error) {
      expect((error as RelayError).code).toBe('not-a-video');
    }
  });
});

describe('ffprobe', () => {
  it.each([
    ['ffmpeg', 'ffprobe'],
    ['/opt/ff/bin/ffmpeg', '/opt/ff/bin/ffprobe'],
    ['ffmpeg6', 'ffprobe6'],
    ['/opt/wrapper', 'ffprobe'],
  ])('of %s is %s', (ffmpeg, ffprobe) => expect(ffprobePath(ffmpeg)).toBe(ffprobe));

  it('takes a name that looks like an option or an address for a file', () => {
    expect(fileArgument('/x/http:a.mp4')).toBe('file:/x/http:a.mp4');
  });
});
