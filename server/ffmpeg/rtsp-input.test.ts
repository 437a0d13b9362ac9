import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FfmpegCapabilities } from './capabilities.ts';
import { rtspInput, socketTimeoutMs } from './rtsp-input.ts';

const five: FfmpegCapabilities = {
  version: { major: 5, minor: 1, text: '5.1.9' },
  timeoutOption: 'timeout',
  hevcInFlv: false,
  encoders: new Set(['libx264']),
};
const build = (url: string, more: { username?: string; password?: string; input?: string[] } = {}) =>
  rtspInput({ url, transport: 'tcp', input: [], ...more }, five, 10_000);

describe('the URL', () => {
  it.each([
    ['rtsp://10.0.0.2/x', 'rtsp://10.0.0.2/x'],
    ['rtsp://10.0.0.2:554/path?x=a@b', 'rtsp://10.0.0.2:554/path?x=a@b'],
    ['rtsp://u:p@10.0.0.2/x', 'rtsp://u:p@10.0.0.2/x'],
    ['rtsp://u@10.0.0.2/x', 'rtsp://u:@10.0.0.2/x'],
    ['rtsp://u:p%40ss@10.0.0.2/x', 'rtsp://u:p%40ss@10.0.0.2/x'],
    ['rtsp://u:50%@10.0.0.2/x', 'rtsp://u:50%25@10.0.0.2/x'],
    ['rtsp://u:p@ss:w/rd#1@10.0.0.2:554/path?x=a@b', 'rtsp://u:p%40ss%3Aw%2Frd%231@10.0.0.2:554/path?x=a@b'],
    ['rtsp://u:p@ss/wrd@10.0.0.2/x', 'rtsp://u:p%40ss%2Fwrd@10.0.0.2/x'],
    ['rtsp://u:p@cam/x?mail=a@b.org', 'rtsp://u:p@cam/x?mail=a@b.org'],
    ['rtsp://u:p@cam/live@hd', 'rtsp://u:p@cam/live@hd'],
    ['rtsp://u:p@10.0.0.2/live@hd.sdp', 'rtsp://u:p@10.0.0.2/live@hd.sdp'],
    ['rtsps://u:pä@[fe80::1]:322/x', 'rtsps://u:p%C3%A4@[fe80::1]:322/x'],
  ])('%s becomes %s', (url, expected) => {
    expect(build(url).input).toBe(expected);
  });

  it.each([
    '-i',
    '-f lavfi',
    'http://h/x',
    'file:///etc/passwd',
    'rtsp:/h',
    'rtsp://',
    'rtsp://-x/',
    'rtsp://h/a b',
    'concat:a|b',
  ])('refuses %s without repeating it', (url) => {
    expect(() => build(url)).toThrow(expect.objectContaining({ code: 'config' }));
  });

  it('carries any user name and password given beside it, decodable to the same', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 8 })
      .filter((value) => encodeURIComponent(Buffer.from(value).toString()).length < 60);
    fc.assert(
      fc.property(text, text, (username, password) => {
        const { input } = build('rtsp://old:secret@10.0.0.2:554/x', { username, password });
        const [, user = '', pass = ''] = /^rtsp:\/\/([^:@/]*):([^:@/]*)@10\.0\.0\.2:554\/x$/.exec(input) ?? [];
        expect(decodeURIComponent(user)).toBe(Buffer.from(username).toString());
        expect(decodeURIComponent(pass)).toBe(Buffer.from(password).toString());
      }),
    );
  });

  it('refuses a login that ffmpeg would cut short', () => {
    expect(() => build('rtsp://h/x', { username: 'u', password: 'ü'.repeat(30) })).toThrow(/127/);
  });
});

describe('the secrets', () => {
  it('are the password in every form given, never the user name alone', () => {
    const { secrets } = build('rtsp://h.lan/x?token=abc%20d', { username: 'admin', password: 'p@ss' });
    expect(secrets).toEqual(expect.arrayContaining(['p@ss', 'admin:p@ss', 'admin:p%40ss', 'abc%20d', 'abc d']));
    expect(secrets).not.toContain('admin');
  });
});

describe('the options', () => {
  it('hold the timeout in microseconds under the name this ffmpeg knows', () => {
    const four = { ...five, timeoutOption: 'stimeout' } as const;
    expect(build('rtsp://h/x').inputOptions.join(' ')).toContain('-timeout 10000000');
    const options = rtspInput({ url: 'rtsp://h/x', transport: 'udp', input: [] }, four, 3_000).inputOptions;
    expect(options.join(' ')).toMatch(/-rtsp_transport udp .*-stimeout 3000000/);
    expect(socketTimeoutMs(options)).toBe(3_000);
    expect(socketTimeoutMs(['-i', 'x'])).toBeNull();
  });

  it('end with what the configuration adds, so that it wins', () => {
    expect(build('rtsp://h/x', { input: ['-timeout', '1'] }).inputOptions.slice(-2)).toEqual(['-timeout', '1']);
  });

  it('never ask for nobuffer, which costs the first keyframe', () => {
    expect(build('rtsp://h/x').inputOptions).not.toContain('nobuffer');
  });
});
