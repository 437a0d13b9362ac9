import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerChallenge,
  type Challenge,
  parseChallenges,
  serialiseChallenge,
  verifyAuthorization,
} from './authentication.ts';

const mufasa = { username: 'Mufasa', password: 'Circle Of Life' };

describe('RTSP logins', () => {
  it('answers the example of RFC 2617 section 3.5', () => {
    const [challenge] = parseChallenges([
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    ]);
    const answer = answerChallenge(challenge!, mufasa, { method: 'GET', uri: '/dir/index.html', cnonce: '0a4f113b' });
    expect(answer).toContain('response="6629fae49393a05397450978507c4ef1"');
    expect(answer).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
    expect(answer).toContain('qop=auth, nc=00000001, cnonce="0a4f113b"');
  });

  it('answers the SHA-256 example of RFC 7616 section 3.9.1', () => {
    const [challenge] = parseChallenges([
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    ]);
    const credentials = { username: 'Mufasa', password: 'Circle of Life' };
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    expect(answerChallenge(challenge!, credentials, { method: 'GET', uri: '/dir/index.html', cnonce })).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    );
  });

  it('prefers Digest and leaves out what it cannot answer', () => {
    const challenges = parseChallenges([
      'Basic realm="a"',
      'Digest realm="b", nonce="n", algorithm=SHA-512-256',
      'Digest realm="c, \\"d\\"", nonce="n"',
    ]);
    expect(challenges).toMatchObject([
      { scheme: 'digest', realm: 'c, "d"', qopAuth: false },
      { scheme: 'basic', realm: 'a' },
    ]);
  });

  it.each([
    'Digest realm="cam, Basic x=1", nonce="n", qop="auth, auth-int", Basic realm="web"',
    'Basic realm="web",Digest nonce="n" , realm="cam, Basic x=1", qop="auth, auth-int"',
  ])('tells the challenges of one field apart: %s', (value) => {
    expect(parseChallenges([value])).toMatchObject([
      { scheme: 'digest', realm: 'cam, Basic x=1', nonce: 'n', qopAuth: true },
      { scheme: 'basic', realm: 'web' },
    ]);
  });

  it('makes the best of a quote that is not closed', () => {
    expect(parseChallenges(['Digest realm="5" monitor", nonce="n"'])).toMatchObject([{ scheme: 'digest', nonce: 'n' }]);
  });

  it('lets in whoever has the password, whatever characters are in it, and nobody else', () => {
    const challenge = fc.constantFrom<Challenge>(
      { scheme: 'basic', realm: 'r"\\' },
      { scheme: 'digest', realm: 'r"\\', nonce: 'n', algorithm: 'MD5', qopAuth: false },
      { scheme: 'digest', realm: 'r', nonce: 'n', algorithm: 'MD5', qopAuth: true, opaque: 'o' },
      { scheme: 'digest', realm: 'r', nonce: 'n', algorithm: 'SHA-256', qopAuth: true },
    );
    const name = fc.string({ minLength: 1 }).filter((text) => !text.includes(':'));
    fc.assert(
      fc.property(challenge, name, fc.string(), (wanted, username, password) => {
        const [parsed] = parseChallenges([serialiseChallenge(wanted)]);
        const request = { method: 'DESCRIBE', uri: 'rtsp://h/yard?a="b"', cnonce: 'c' };
        const answer = answerChallenge(parsed!, { username, password }, request);
        const verify = (method: string, known: string | undefined) =>
          verifyAuthorization(answer, wanted, { method, uri: request.uri }, (user) =>
            user === username ? known : undefined,
          );
        expect(verify('DESCRIBE', password)).toBe(true);
        expect(verify('DESCRIBE', `${password}x`)).toBe(false);
        expect(verify('DESCRIBE', undefined)).toBe(false);
        if (wanted.scheme === 'digest') expect(verify('PLAY', password)).toBe(false);
      }),
    );
  });

  it.each([undefined, '', 'Basic', 'Digest', 'Basic !!', 'Digest username="a"', 'Bearer x'])('refuses %j', (value) => {
    const request = { method: 'PLAY', uri: '*' };
    const digest: Challenge = { scheme: 'digest', realm: 'r', nonce: 'n', algorithm: 'MD5', qopAuth: true };
    expect(verifyAuthorization(value, digest, request, () => '')).toBe(false);
    expect(verifyAuthorization(value, { scheme: 'basic', realm: 'r' }, request, () => '')).toBe(false);
  });
});
