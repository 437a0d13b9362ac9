import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor, redactUrls } from './redact.ts';
import { percentEncode } from './user-info.ts';

const SECRET = 'p@ss:w/rd#1?ü %"\\x';

function withSecrets(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

describe('a known secret', () => {
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  it.each([
    ['raw', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in lower case', lower(encodeURIComponent(SECRET))],
    ['percent-encoded by RFC 3986', percentEncode(SECRET)],
    ['percent-encoded twice', encodeURIComponent(percentEncode(SECRET))],
    ['in a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON within JSON', JSON.stringify(JSON.stringify({ a: SECRET })).slice(10, -4)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 after a user', Buffer.from(`viewer:${SECRET}`).toString('base64')],
    ['in URL-safe base64 after a longer user', Buffer.from(`viewers:${SECRET}`).toString('base64url')],
  ])('is hidden %s', (_how, written) => {
    const text = withSecrets(SECRET).redact(`before ${written} after`);
    expect(text).not.toContain(written);
    expect(text.startsWith('before ')).toBe(true);
    expect(text.endsWith(' after')).toBe(true);
  });

  it('of one or two characters leaves other text alone', () => {
    expect(withSecrets('a', 'ab', '').redact('a table about abc')).toBe('a table about abc');
  });

  it('never survives, whatever it is made of and wherever it stands', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 24 }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (password, before, after) => {
        const redactor = withSecrets(password);
        for (const form of [password, percentEncode(password), JSON.stringify(password).slice(1, -1)]) {
          expect(redactor.redact(`${before}${form}${after}`)).not.toContain(form);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('stays hidden when a text is redacted twice', () => {
    const redactor = withSecrets(SECRET);
    const once = redactor.redact(`rtsp://u:${SECRET}@10.0.0.2/x?token=abc`);
    expect(redactor.redact(once)).toBe(once);
  });
});

describe('an unknown URL', () => {
  it.each([
    ['rtsp://u:p@10.0.0.2:554/x: Connection refused', 'rtsp://***@10.0.0.2:554/x: Connection refused'],
    ["from 'rtsp://u:pw@cam/v':", "from 'rtsp://***@cam/v':"],
    ['rtsp://u:p@ss:w/rd#1@10.0.0.2:554/path?x=a@b', 'rtsp://***@10.0.0.2:554/path?x=a@b'],
    ['rtsp://u:a?b@cam.lan/x', 'rtsp://***@cam.lan/x'],
    ['rtsp://u:p@ss/w?rd@10.0.0.2/x', 'rtsp://***@10.0.0.2/x'],
    ['rtsp://u:12/34@cam/x', 'rtsp://***@cam/x'],
    ['{"url":"http://u:p@[::1]:80/"}', '{"url":"http://***@[::1]:80/"}'],
    ['rtsp://10.0.0.2/a?user=bob&password=x&channel=1', 'rtsp://10.0.0.2/a?user=***&password=***&channel=1'],
    [
      'rtsp://h/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp',
      'rtsp://h/user=***_password=***_channel=1_stream=0.sdp',
    ],
    ['/live.flv?url=rtsp%3A%2F%2Fu%3Ap%40cam%2Fx', '/live.flv?url=rtsp%3A%2F%2F***%40cam%2Fx'],
    ['Authorization: Digest username="u", response="abc"', 'Authorization: Digest ***'],
    ['rtsp://10.0.0.2:554/path?x=a@b', 'rtsp://10.0.0.2:554/path?x=a@b'],
    ['mail to a@b, see https://example.org/x', 'mail to a@b, see https://example.org/x'],
  ])('%s', (text, expected) => {
    expect(redactUrls(text)).toBe(expected);
  });

  it('loses a user part of any characters', () => {
    const part = fc.string({ unit: fc.constantFrom(...'abXY09@:/#?%&=._-é'), minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(part, (password) => {
        const text = redactUrls(`open rtsp://user:Q${password}Q@192.0.2.7:554/live failed`);
        expect(text).not.toContain(`Q${password}Q`);
      }),
    );
  });
});
