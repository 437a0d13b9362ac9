import { describe, expect, it } from 'vitest';
import type { DescribeAnswer } from '../../rtsp/describe.ts';
import { parseSdp } from '../../rtsp/sdp.ts';
import { mayFollow } from './source-check.ts';
import { ffmpegAnswers, redirectHost, sourceTracksOf, verdictOn } from './source-verdict.ts';

const video = parseSdp('m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=framerate:15\na=x-dimensions:2560,1440').tracks;
const audio = parseSdp('m=audio 0 RTP/AVP 8').tracks;
const good: DescribeAnswer = {
  status: 200,
  statusText: 'OK',
  tracks: [...video, ...audio],
  multicastGroup: null,
  server: null,
  loginScheme: 'none',
  loginsOffered: [],
  loginSent: false,
  redirectTarget: null,
  methods: [],
  remoteAddress: null,
  connectMs: 1,
  describeMs: 1,
};
const old = { sha256Login: false };

describe('the verdict on an answer', () => {
  it.each<[string, Partial<DescribeAnswer>, string | null, RegExp | null]>([
    ['video', {}, null, null],
    ['tracks that could not be read', { tracks: [] }, null, null],
    ['sound alone', { tracks: audio }, 'no-video', /no video/],
    ['401 without a login to send', { status: 401, loginScheme: 'digest' }, 'unauthorized', /none is configured/],
    ['401 after a login', { status: 401, loginScheme: 'digest', loginSent: true }, 'unauthorized', /refuses/],
    ['401 for an unknown login', { status: 401, loginScheme: 'unknown' }, 'unauthorized', /not known/],
    ['SHA-256 alone', { loginsOffered: ['digest-sha-256'] }, 'unauthorized', /SHA-256.*ffmpeg cannot/],
    ['SHA-256 before MD5', { loginsOffered: ['digest-sha-256', 'digest'] }, null, null],
    ['SHA-256 behind MD5', { loginsOffered: ['digest', 'digest-sha-256', 'basic'] }, 'unauthorized', /SHA-256/],
    ['403', { status: 403 }, 'forbidden', null],
    ['404', { status: 404 }, 'not-found', null],
    ['400', { status: 400 }, 'not-found', /400/],
    ['453', { status: 453 }, 'too-many-sessions', null],
    ['503', { status: 503 }, 'too-many-sessions', null],
    ['500', { status: 500 }, 'unreachable', /500/],
    ['a redirect', { status: 302, redirectTarget: 'rtsp://u:p@10.0.0.9/x' }, 'redirected', /10\.0\.0\.9:554/],
    ['one to nowhere', { status: 302 }, 'redirected', null],
  ])('%s', (_, more, code, message) => {
    const verdict = verdictOn({ ...good, ...more }, old);
    expect(verdict?.code ?? null).toBe(code);
    if (message !== null) expect(verdict?.message).toMatch(message);
    expect(verdict?.message ?? '').not.toContain('u:p');
  });

  it('lets a newer ffmpeg log in by SHA-256', () => {
    expect(verdictOn({ ...good, loginsOffered: ['digest-sha-256'] }, { sha256Login: true })).toBeNull();
  });

  it('knows which login ffmpeg takes', () => {
    expect(ffmpegAnswers([])).toBe('none');
    expect(ffmpegAnswers(['basic'])).toBe('basic');
    expect(ffmpegAnswers(['digest', 'basic'])).toBe('digest');
  });
});

describe('what it announces', () => {
  it('is told in ffmpeg’s words', () => {
    expect(sourceTracksOf(good.tracks)).toEqual({
      video: { codec: 'hevc', width: 2560, height: 1440, fps: 15 },
      audio: { codec: 'pcm_alaw', sampleRateHz: 8000, channels: 1 },
    });
    expect(sourceTracksOf([])).toBeNull();
  });
});

describe('a redirect', () => {
  it.each([
    ['rtsp://10.0.0.1:8554/other', true],
    ['rtsp://listed/x', true],
    ['rtsp://user:pw@listed/x', true],
    ['rtsp://10.0.0.2/', false],
    ['http://10.0.0.1/', false],
    ['/relative', false],
  ])('to %s is followed: %s', (target, followed) => {
    expect(mayFollow({ url: 'rtsp://admin:p@ss:w/rd#1@10.0.0.1/a', redirects: ['listed'] }, target)).toBe(followed);
  });

  it('is named by host and port only', () => {
    expect(redirectHost('rtsp://u:p@[fe80::1]/secret')).toBe('[fe80::1]:554');
    expect(redirectHost('javascript:alert(1)')).toBeNull();
  });
});
