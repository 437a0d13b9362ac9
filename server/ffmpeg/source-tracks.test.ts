import { expect, it } from 'vitest';
import { SourceTracksReader } from './source-tracks.ts';
import { StderrLines } from './stderr-lines.ts';

function read(dump: string) {
  const reader = new SourceTracksReader();
  for (const line of dump.split('\n')) {
    const tracks = reader.push(line);
    if (tracks) return tracks;
  }
  return reader.end();
}

it('reads the first video and audio of the input, not of the output', () => {
  const dump = `Input #0, rtsp, from 'rtsp://127.0.0.1:18554/alaw':
  Metadata:
    title           : Stream #0:9: Video: fake, 1x1
  Duration: N/A, start: 0.000000, bitrate: N/A
  Stream #0:0: Video: h264 (Constrained Baseline), yuv420p(tv, smpte170m, progressive), 640x360 [SAR 1:1 DAR 16:9], 25 tbr, 90k tbn
  Stream #0:1: Audio: pcm_alaw, 8000 Hz, mono, s16, 64 kb/s
Output #0, flv, to 'pipe:':
  Stream #0:0: Video: hevc, 1920x1080`;
  expect(read(dump)).toEqual({
    video: { codec: 'h264', width: 640, height: 360, fps: 25 },
    audio: { codec: 'pcm_alaw', sampleRateHz: 8000, channels: 1 },
  });
});

it.each([
  ['Video: hevc (Rext), yuv444p12le(tv, smpte170m), 640x360 [SAR 1:1 DAR 16:9], 29.97 fps, 25 tbr', 'hevc', 640, 29.97],
  ['Video: mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown), 640x360, 90k tbr, 90k tbn', 'mjpeg', 640, 0],
  ['Video: h264, none, 90k tbr, 90k tbn', 'h264', 0, 0],
])('%s', (text, codec, width, fps) => {
  const tracks = read(`Input #0, rtsp, from 'x':\n  Stream #0:0[0x1](und): ${text}`);
  expect(tracks).toMatchObject({ video: { codec, width, fps }, audio: null });
});

it('says nothing without an input', () => {
  expect(read('rtsp://h/x: Connection refused')).toBeNull();
});

it('keeps the first and last lines of a flood, none twice', () => {
  const lines = new StderrLines();
  const complete = lines.push('one\ntwo\r\nthr');
  expect([...complete, ...lines.push('ee\r'), ...lines.end()]).toEqual(['one', 'two', 'three']);
  expect(lines.all).toEqual(['one', 'two', 'three']);
  for (let i = 0; i < 1000; i++) lines.push(`${i}\n`);
  expect(lines.all.slice(0, 4)).toEqual(['one', 'two', 'three', '0']);
  expect(lines.all.at(-1)).toBe('999');
  expect(new Set(lines.all).size).toBe(80);
  lines.push('x'.repeat(1_000_000));
  expect(lines.end()[0]?.length).toBe(2000);
});
