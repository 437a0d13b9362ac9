import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { findEncoder, trialArguments } from './encoder-trial.ts';
import { HARDWARE, hardwareEncoder, hardwareToTry, softwareEncoder } from './h264-encoder.ts';

const capabilities = (...encoders: string[]) =>
  ({
    version: { major: 5, minor: 1, text: '5.1' },
    timeoutOption: 'timeout',
    hevcInFlv: false,
    encoders: new Set(encoders),
  }) as const;

describe('the hardware that is tried', () => {
  it.each([
    ['auto', ['h264_vaapi', 'h264_nvenc', 'libx264'], ['nvenc', 'vaapi']],
    ['auto', ['libx264'], []],
    ['none', ['h264_vaapi'], []],
    ['vaapi', ['h264_vaapi', 'h264_nvenc'], ['vaapi']],
    ['qsv', ['h264_vaapi'], []],
  ] as const)('for %s of an ffmpeg with %j is %j', (choice, encoders, expected) => {
    expect(hardwareToTry(choice, capabilities(...encoders))).toEqual(expected);
  });

  it('is libx264 without any, or what there is of OpenH264', () => {
    expect(softwareEncoder(capabilities('libx264')).name).toBe('libx264');
    expect(softwareEncoder(capabilities('libopenh264')).name).toBe('libopenh264');
  });
});

describe('a trial', () => {
  it('runs one picture through the options that a camera’s pictures get', () => {
    for (const hardware of HARDWARE) {
      const encoder = hardwareEncoder(hardware);
      const line = trialArguments(encoder).join(' ');
      expect(line).toContain(['-c:v', encoder.name, ...encoder.options].join(' '));
      expect(line).toContain('-frames:v 1');
      for (const option of encoder.inputOptions) expect(line.indexOf(option)).toBeLessThan(line.indexOf(' -i '));
    }
  });

  const find = (path: string) =>
    findEncoder({
      path,
      hwaccel: 'auto',
      capabilities: capabilities('h264_nvenc', 'h264_vaapi', 'libx264'),
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
    });

  it('that succeeds decides for the hardware, the first in the order', async () => {
    expect((await find('true')).hardware).toBe('nvenc');
  });

  it.each(['false', '/nowhere/ffmpeg'])('that fails leaves the work to the processor: %s', async (path) => {
    expect(await find(path)).toMatchObject({ name: 'libx264', hardware: null });
  });
});
