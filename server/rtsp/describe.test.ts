import { afterEach, describe, expect, it } from 'vitest';
import type { Challenge } from './authentication.ts';
import { describeCamera, rtspAddress } from './describe.ts';
import { header } from './message.ts';
import { guarded, open, type Script, type ScriptedCamera, startScriptedCamera } from './scripted-camera.fixture.ts';

const cameras: ScriptedCamera[] = [];
const camera = async (script: Script, host?: string) => {
  const started = await startScriptedCamera(script, host);
  cameras.push(started);
  return started;
};
afterEach(() => Promise.all(cameras.splice(0).map((each) => each.close())));

const me = { username: 'admin', password: 'p@ss:w/rd#1' };
const users = { admin: me.password };
const md5: Challenge = { scheme: 'digest', realm: 'cam', nonce: 'n1', algorithm: 'MD5', qopAuth: true };
const sha256: Challenge = { ...md5, algorithm: 'SHA-256' };
const basic: Challenge = { scheme: 'basic', realm: 'cam' };

describe('describeCamera', () => {
  it('reads what an open camera sends, without a session', async () => {
    const { url, requests } = await camera(open());
    const answer = await describeCamera(url('/cam?channel=1&subtype=0'), null);
    expect(answer).toMatchObject({ status: 200, loginScheme: 'none', loginSent: false, redirectTarget: null });
    expect(answer.methods).toContain('PLAY');
    expect(answer.tracks.map(({ kind, codec }) => [kind, codec])).toEqual([
      ['video', 'h264'],
      ['audio', 'pcm_alaw'],
    ]);
    expect(answer.tracks[0]?.parameterSets).toHaveLength(2);
    expect(requests.map(({ method }) => method)).toEqual(['OPTIONS', 'DESCRIBE']);
    expect(requests[1]?.uri).toMatch(/\?channel=1&subtype=0$/);
  });

  it.each([
    ['Digest', [md5], 'digest'],
    ['Digest without qop', [{ ...md5, qopAuth: false }], 'digest'],
    ['Digest with SHA-256', [sha256], 'digest-sha-256'],
    ['Basic', [basic], 'basic'],
    ['the older Digest where two are offered', [sha256, md5, basic], 'digest'],
  ] as const)('logs in by %s', async (_, challenges, loginScheme) => {
    const { url } = await camera(guarded(challenges, users, open()));
    expect(await describeCamera(url(), me)).toMatchObject({ status: 200, loginScheme, loginSent: true });
  });

  it('sends a wrong password once and not again', async () => {
    const { url, requests } = await camera(guarded([md5], users, open()));
    const answer = await describeCamera(url(), { ...me, password: 'wrong' });
    expect(answer).toMatchObject({ status: 401, loginSent: true, tracks: [] });
    expect(requests.filter((request) => header(request, 'Authorization') !== undefined)).toHaveLength(1);
  });

  it('answers a second time when the nonce was stale', async () => {
    const first = guarded([{ ...md5, nonce: 'n0' }], {}, open());
    const then = guarded([{ ...md5, nonce: 'n1', stale: true }], users, open());
    const { url, requests } = await camera((request, itself) =>
      (header(request, 'Authorization') === undefined ? first : then)(request, itself),
    );
    expect(await describeCamera(url(), me)).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(4);
  });

  it('says that a login is wanted when it has none', async () => {
    const { url } = await camera(guarded([md5], users, open()));
    expect(await describeCamera(url(), null)).toMatchObject({
      status: 401,
      loginSent: false,
      loginsOffered: ['digest'],
    });
  });

  it('names a redirect and does not follow it', async () => {
    const Location = 'rtsp://10.0.0.9/other';
    const { url } = await camera(() => ({ status: 302, headers: [['Location', Location]] }));
    expect(await describeCamera(url(), null)).toMatchObject({ status: 302, redirectTarget: Location });
  });

  it.each([
    ['a camera that stays silent', 'timeout', () => 'silent' as const],
    ['one that hangs up', 'ended', () => 'hang-up' as const],
    ['one that speaks HTTP', 'corrupt', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('rejects for %s with %s', async (_, code, script) => {
    const { url } = await camera(script);
    await expect(describeCamera(url(), null, { timeoutMs: 150 })).rejects.toMatchObject({ code });
  });

  it('rejects with dns, refused and tls', async () => {
    await expect(describeCamera('rtsp://no-such-camera.invalid/', null)).rejects.toMatchObject({ code: 'dns' });
    const gone = await startScriptedCamera(open());
    await gone.close();
    await expect(describeCamera(gone.url(), null)).rejects.toMatchObject({ code: 'refused' });
    const plain = await camera(() => Buffer.from('RTSP/1.0 400 Bad Request\r\n\r\n'));
    const tlsToPlain = describeCamera(`rtsps://127.0.0.1:${plain.port}/`, null, { timeoutMs: 1000 });
    await expect(tlsToPlain).rejects.toMatchObject({ code: expect.stringMatching(/^(tls|timeout|ended)$/) });
  });

  it('gives up when it is told to', async () => {
    const { url } = await camera(() => 'silent');
    const asking = describeCamera(url(), null, { signal: AbortSignal.timeout(20) });
    await expect(asking).rejects.toMatchObject({ code: 'going-away' });
  });

  it('reaches a camera by IPv6, and an address given in place of the name', async () => {
    const six = await camera(open(), '::1');
    expect(await describeCamera(six.url(), null)).toMatchObject({ status: 200, remoteAddress: '::1' });
    const four = await camera(open());
    const named = `rtsp://camera.invalid:${four.port}/cam`;
    expect(await describeCamera(named, null, { address: '127.0.0.1' })).toMatchObject({ status: 200 });
    expect(four.requests[0]?.uri).toBe(named);
  });
});

describe('rtspAddress', () => {
  it.each([
    ['rtsp://10.0.0.1/a', { host: '10.0.0.1', port: 554, tls: false }],
    ['rtsps://cam.example:9322', { host: 'cam.example', port: 9322, tls: true }],
    ['rtsps://cam/x', { host: 'cam', port: 322, tls: true }],
    ['rtsp://[fe80::1%eth0]:8554/x', { host: 'fe80::1%eth0', port: 8554, tls: false }],
    ['rtsp://kamera-küche.local/x', { host: 'xn--kamera-kche-0hb.local', port: 554, tls: false }],
  ])('reads %s', (url, address) => expect(rtspAddress(url)).toEqual(address));

  it.each(['http://10.0.0.1/', 'rtsp://', 'rtsp://a b/', 'rtsp://u:p@host/'])('refuses %s', (url) =>
    expect(() => rtspAddress(url)).toThrowError(expect.objectContaining({ code: 'config' })),
  );
});
