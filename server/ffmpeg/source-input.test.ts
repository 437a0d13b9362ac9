import { describe, expect, it } from 'vitest';
import type { FfmpegCapabilities } from './capabilities.ts';
import { sourceInput, sourceKind } from './source-input.ts';

const capabilities = {
  timeoutOption: 'timeout',
  version: { major: 5, minor: 1 },
  encoders: new Set(),
} as unknown as FfmpegCapabilities;
const source = { transport: 'auto' as const, input: [] };
const optionOf = (options: readonly string[], name: string) => options[options.lastIndexOf(name) + 1];

describe('sourceKind', () => {
  it.each([
    ['rtsp://h/x.flv', 'rtsp'],
    ['RTSPS://h', 'rtsp'],
    ['http://relay/live/x.flv', 'flv'],
    ['https://relay/live/x.flv?token=a.m3u8', 'flv'],
    ['http://10.0.0.5/flv?port=1935&app=bcs&stream=channel0_main.bcs', 'flv'],
    ['http://h/live/x.m3u8', 'hls'],
    ['https://h/live/index.M3U8?a=b', 'hls'],
    ['http://h/axis-cgi/mjpg/video.cgi', 'http'],
    ['http://h', 'http'],
    ['rtmp://h/bcs/channel0_main.bcs?channel=0', 'rtmp'],
    ['rtmps://h/app/x', 'rtmp'],
    ['file:///etc/passwd', null],
    ['concat:a|b', null],
    ['/dev/video0', null],
    ['-i', null],
  ])('%s is %s', (url, kind) => expect(sourceKind(url)).toBe(kind));
});

describe('sourceInput', () => {
  it('lets each kind open what it needs and no files', () => {
    const protocols = (url: string) =>
      optionOf(sourceInput({ ...source, url }, capabilities, 5000).inputOptions, '-protocol_whitelist');
    expect(protocols('rtsp://h/a')).toBe('rtp,udp,tcp');
    expect(protocols('rtsps://h/a')).toBe('rtp,srtp,udp,tcp,tls');
    expect(protocols('http://h/a.flv')).toBe('http,tcp');
    expect(protocols('https://h/a.flv')).toBe('https,http,tls,tcp');
    expect(protocols('http://h/a.m3u8')).toBe('http,https,tls,tcp,crypto');
    expect(protocols('rtmp://h/a/b')).toBe('rtmp,tcp');
  });

  it('puts the login into the URL, percent-encoded, and nowhere else', () => {
    const login = { username: 'admin', password: 'p@ss:w/rd#1' };
    const { input, inputOptions, secrets } = sourceInput(
      { ...source, ...login, url: 'http://10.0.0.5:8080/video.mjpg?a=1&b=2' },
      capabilities,
      5000,
    );
    expect(input).toBe('http://admin:p%40ss%3Aw%2Frd%231@10.0.0.5:8080/video.mjpg?a=1&b=2');
    expect(inputOptions.join(' ')).not.toContain('p@ss');
    expect(secrets).toContain(login.password);
  });

  it('never makes RTMP wait for a caller', () => {
    const { inputOptions } = sourceInput({ ...source, url: 'rtmp://h/a/b' }, capabilities, 5000);
    expect(inputOptions).not.toContain('-timeout');
    expect(optionOf(inputOptions, '-rw_timeout')).toBe('5000000');
  });

  it('refuses a kind that no camera has', () => {
    expect(() => sourceInput({ ...source, url: 'file:///etc/passwd' }, capabilities, 5000)).toThrowError(
      expect.objectContaining({ code: 'config' }),
    );
  });

  it.each([
    ['auto', ['-rtsp_flags', 'prefer_tcp']],
    ['tcp', ['-rtsp_transport', 'tcp']],
    ['udp', ['-rtsp_transport', 'udp']],
    ['multicast', ['-rtsp_transport', 'udp_multicast']],
  ] as const)('asks for the transport %s', (transport, options) => {
    const { inputOptions } = sourceInput({ ...source, transport, url: 'rtsp://h/a' }, capabilities, 5000);
    expect(inputOptions.join(' ')).toContain(options.join(' '));
  });
});
