import { describe, expect, it } from 'vitest';
import { HiddenAddress } from './hidden-address.ts';
import { ownUrls } from './own-url.ts';
import { playlistKind, rewritePlaylist } from './playlist-rewrite.ts';
import { resourceOf } from './resources.ts';

const TIMEOUTS = { connectTimeoutMs: 1, tlsTimeoutMs: 1, responseTimeoutMs: 1 };
const nas = resourceOf('nas', { target: 'http://10.0.0.9:9000/media/', headers: {}, verifyTls: true }, TIMEOUTS);
const urls = ownUrls(nas, [nas], '/');
const place = {
  hidden: new HiddenAddress(['10.0.0.9']),
  own: (reference: string) => urls.own(reference, 'http://10.0.0.9:9000/media/x/index.m3u8'),
};
const hls = (text: string) => rewritePlaylist('m3u8', text, place);
const dash = (text: string) => rewritePlaylist('mpd', text, place);
const refused = 'leads to a place outside';

describe('an HLS playlist', () => {
  it.each([
    ['a relative name stays', 'seg-1.ts?x=1', 'seg-1.ts?x=1'],
    ['a path becomes ours', '/media/x/1.ts', '/proxy/nas/x/1.ts'],
    ['a URL becomes ours', 'http://10.0.0.9:9000/media/1.ts?a=%2F', '/proxy/nas/1.ts?a=%2F'],
    ['without its scheme too', '//10.0.0.9:9000/media/1.ts', '/proxy/nas/1.ts'],
    [
      'a key',
      '#EXT-X-KEY:METHOD=AES-128,URI="http://10.0.0.9:9000/media/k",IV=0x1',
      '#EXT-X-KEY:METHOD=AES-128,URI="/proxy/nas/k",IV=0x1',
    ],
    [
      'an init segment',
      '#EXT-X-MAP:URI="/media/init.mp4",BYTERANGE="10@0"',
      '#EXT-X-MAP:URI="/proxy/nas/init.mp4",BYTERANGE="10@0"',
    ],
    [
      'a variable',
      '#EXT-X-DEFINE:NAME="b",VALUE="http://10.0.0.9:9000/media/x"',
      '#EXT-X-DEFINE:NAME="b",VALUE="/proxy/nas/x"',
    ],
    [
      'a server that steers',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="/media/s"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="/proxy/nas/s"',
    ],
    ['a comment loses the address', '# made by 10.0.0.9:9000 today', '# made by - today'],
    ['a title too', '#EXTINF:2,from http://10.0.0.9/', '#EXTINF:2,from http://-/'],
    [
      'a public place stays',
      '#EXT-X-KEY:METHOD=X,URI="https://keys.example.org/k"',
      '#EXT-X-KEY:METHOD=X,URI="https://keys.example.org/k"',
    ],
    ['another scheme stays', '#EXT-X-KEY:METHOD=X,URI="skd://k"', '#EXT-X-KEY:METHOD=X,URI="skd://k"'],
  ])('%s', (_, line, expected) => {
    expect(hls(`#EXTM3U\r\n${line}\n\n`)).toBe(`#EXTM3U\r\n${expected}\n\n`);
  });

  it.each([
    ['http://10.0.0.9:9000/other/1.ts'],
    ['http://10.0.0.9/media/1.ts'],
    ['/other/1.ts'],
    ['http://10.0.0.8/1.ts'],
    ['#EXT-X-MAP:URI="http://nas.local/1.mp4"'],
  ])('is refused with %s', (line) => {
    expect(() => hls(`#EXTM3U\n${line}\n`)).toThrow(refused);
  });
});

describe('a DASH playlist', () => {
  it.each([
    ['<BaseURL>http://10.0.0.9:9000/media/v/</BaseURL>', '<BaseURL>/proxy/nas/v/</BaseURL>'],
    [
      '<BaseURL serviceLocation="a"> /media/v/?a=1&amp;b </BaseURL>',
      '<BaseURL serviceLocation="a">/proxy/nas/v/?a=1&amp;b</BaseURL>',
    ],
    ['<S media="http://10.0.0.9:9000/media/$Number$.m4s"/>', '<S media="/proxy/nas/$Number$.m4s"/>'],
    ["<S initialization='/media/i.mp4'/>", '<S initialization="/proxy/nas/i.mp4"/>'],
    ['<S media="v-$Time$.m4s"/>', '<S media="v-$Time$.m4s"/>'],
    ['<UTCTiming value="http://10.0.0.9:9000/media/now"/>', '<UTCTiming value="/proxy/nas/now"/>'],
    ['<UTCTiming value="https://time.example.org/"/>', '<UTCTiming value="https://time.example.org/"/>'],
    [
      '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xsi="http://www.w3.org/x">',
      '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xsi="http://www.w3.org/x">',
    ],
    ['<!-- by 10.0.0.9 -->', '<!-- by - -->'],
  ])('%s', (text, expected) => {
    expect(dash(text)).toBe(expected);
  });

  it.each([
    ['<BaseURL>http://10.0.0.9/</BaseURL>'],
    ['<BaseURL>http:&#47;/10.0.0.9/</BaseURL>'],
    ['<Label>10.0.0&#x2e;9</Label>'],
    ['<!DOCTYPE MPD [<!ENTITY h "10.0.0">]><Label>&h;.9</Label>'],
    ['<S media="/other/$Number$.m4s"/>'],
  ])('is refused with %s', (text) => {
    expect(() => dash(text)).toThrow(refused);
  });
});

it('a playlist that is made to take long is read as fast as any other', () => {
  const startedMs = performance.now();
  expect(hls(`#EXT${'A'.repeat(1_000_000)}`)).toHaveLength(1_000_004);
  expect(dash('<BaseURL '.repeat(100_000))).toHaveLength(900_000);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

describe('playlistKind', () => {
  it.each([
    ['application/vnd.apple.mpegurl', '/x', 'm3u8'],
    ['audio/x-mpegurl; charset=utf-8', '/x', 'm3u8'],
    ['application/dash+xml', '/x', 'mpd'],
    ['text/plain', '/x.M3U8', 'm3u8'],
    ['', '/x.mpd', 'mpd'],
    ['application/octet-stream', '/x.m3u8', 'm3u8'],
    ['video/mp4', '/x.m3u8', null],
    ['text/plain', '/x.txt', null],
  ])('%s at %s: %s', (type, path, expected) => {
    expect(playlistKind(type, path)).toBe(expected);
  });
});
