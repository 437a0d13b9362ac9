import { describe, expect, it } from 'vitest';
import { mergeDelta, readMediaPlaylist } from './support/hls-playlist.ts';
import { breaches, RULES } from './support/hls-rules.ts';

/** Two playlists of one camera, one segment apart: what a good server would say. */
const HEAD = `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=3
#EXT-X-PART-INF:PART-TARGET=1
`;
const segment = (sequence: number, second: number, { before = '', inside = '' } = {}) =>
  `${before}${inside}#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:${String(second).padStart(2, '0')}.000Z
#EXT-X-PART:DURATION=1,URI="${sequence}.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1,URI="${sequence}.1.m4s"
#EXTINF:2,
${sequence}.m4s
`;
const open = (sequence: number, second: number) => `#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:${second}.000Z
#EXT-X-PART:DURATION=1,URI="${sequence}.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${sequence}.1.m4s"
`;
const REPORT = '#EXT-X-RENDITION-REPORT:URI="sub.m3u8",LAST-MSN=31,LAST-PART=1\n';
const DISCONTINUITY = '#EXT-X-DISCONTINUITY\n';
const MAP = '#EXT-X-MAP:URI="init1.mp4"\n';

const BEFORE = `${HEAD}#EXT-X-MEDIA-SEQUENCE:5
#EXT-X-DISCONTINUITY-SEQUENCE:0
${segment(5, 10, { before: DISCONTINUITY, inside: MAP })}${segment(6, 12)}${segment(7, 14)}${open(8, 16)}${REPORT}`;
const NOW = `${HEAD}#EXT-X-MEDIA-SEQUENCE:6
#EXT-X-DISCONTINUITY-SEQUENCE:1
${segment(6, 12, { inside: MAP })}${segment(7, 14)}${segment(8, 16)}${open(9, 18)}${REPORT}`;

/** For each rule, how the good playlists are broken so that it must say so. */
const BROKEN: Readonly<Record<string, (now: string, before: string) => [string, string?]>> = {
  'EXTINF, rounded, is at most the target duration': (now) => [now.replace('#EXTINF:2,\n7', '#EXTINF:2.6,\n7')],
  'there is a segment to play': () => [`${HEAD}#EXT-X-MEDIA-SEQUENCE:6\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n`],
  'fragmented MP4 has its init segment told before it': (now) => [now.replace(MAP, '')],
  'another init segment stands behind a discontinuity': (now) => [
    now.replace('6.m4s\n#EXT-X-PROGRAM', '6.m4s\n#EXT-X-MAP:URI="init2.mp4"\n#EXT-X-PROGRAM'),
  ],
  'EXT-X-MAP and EXT-X-SKIP have the version they need': (now) => [now.replace('VERSION:6', 'VERSION:3')],
  'no two files have one name': (now) => [now.replace('\n7.m4s', '\n6.m4s')],
  'the dates of segments rise': (now) => [now.replace('00:00:14', '00:00:02')],
  'HOLD-BACK is at least three target durations': (now) => [now.replace(',HOLD-BACK=6', ',HOLD-BACK=5')],
  'the skip boundary is at least six target durations': (now) => [now.replace('UNTIL=12', 'UNTIL=10')],
  'PART-HOLD-BACK is there with parts, and three part targets': (now) => [now.replace(',PART-HOLD-BACK=3', '')],
  'parts come with PART-INF and blocking reload': (now) => [now.replace('CAN-BLOCK-RELOAD=YES,', '')],
  'no part is longer than the part target': (now) => [
    now.replaceAll('PART:DURATION=1,URI="7.0', 'PART:DURATION=1.2,URI="7.0'),
  ],
  'no part but a segment’s last is under 85 % of the part target': (now) => [
    now.replace('PART:DURATION=1,URI="7.0', 'PART:DURATION=0.8,URI="7.0'),
  ],
  'the parts of a segment make up its duration': (now) => [now.replace('#EXTINF:2,\n7', '#EXTINF:1.9,\n7')],
  'an independent segment’s first part is independent': (now) => [now.replace('7.0.m4s",INDEPENDENT=YES', '7.0.m4s"')],
  'parts are told for three target durations before the end': (now) => [now.replace(/#EXT-X-PART:.*"7\..*\n/g, '')],
  'the hint names what is not there yet': (now) => [now.replace('TYPE=PART,URI="9.1', 'TYPE=PART,URI="9.0')],
  'the target duration never changes': (now) => [now.replace('TARGETDURATION:2', 'TARGETDURATION:3')],
  'the part target never changes': (now) => [now.replace('PART-TARGET=1', 'PART-TARGET=1.1')],
  'the media sequence never goes back': (now, before) => [before, now],
  'what was told of a segment stays': (now) => [now.replace('\n7.m4s', '\nseven.m4s')],
  'segments leave at the beginning only': (now) => [
    now.replace(segment(8, 16), '').replace(segment(7, 14), '').replace(open(9, 18), ''),
  ],
  'nothing leaves that makes the rest shorter than three target durations': (now) => [
    now.replace(segment(6, 12, { inside: MAP }), '').replace('MEDIA-SEQUENCE:6', 'MEDIA-SEQUENCE:7'),
  ],
  'the discontinuity sequence counts the discontinuities that have left': (now) => [
    now.replace('DISCONTINUITY-SEQUENCE:1', 'DISCONTINUITY-SEQUENCE:0'),
  ],
  'what was told of a part stays': (now) => [now.replace('PART:DURATION=1,URI="7.1', 'PART:DURATION=0.99,URI="7.1')],
  'parts of the newest segment stay until it is whole, and become its parts': (now) => [
    now.replace('URI="8.0.m4s"', 'URI="8.x.m4s"'),
  ],
  'reports name each other rendition once, with its part where there are parts': (now) => [
    now.replace(',LAST-PART=1', ''),
  ],
  'what is reported of a rendition never goes back': (now) => [now.replace('LAST-MSN=31', 'LAST-MSN=30')],
};

const read = readMediaPlaylist;

describe('the rules for playlists', () => {
  it('find nothing in good ones', () => {
    expect(breaches(read(BEFORE), null)).toEqual([]);
    expect(breaches(read(NOW), read(BEFORE))).toEqual([]);
  });

  it.each(RULES.map(({ name }) => name))('reject one that breaks "%s"', (name) => {
    const [now, before = BEFORE] = BROKEN[name]!(NOW, BEFORE);
    expect([now, before]).not.toEqual([NOW, BEFORE]);
    const found = breaches(read(now), read(before));
    expect(found.filter((breach) => breach.startsWith(`${name}:`))).not.toEqual([]);
  });

  it.each([
    ['an unknown tag', NOW.replace('#EXT-X-VERSION', '#EXT-X-VERSIONS')],
    ['a second target duration', NOW.replace('#EXT-X-PART-INF', '#EXT-X-TARGETDURATION:2\n#EXT-X-PART-INF')],
    ['a segment without EXTINF', NOW.replace('#EXTINF:2,\n7', '7')],
    ['a date that is none', NOW.replace('2026-05-03T00:00:14.000Z', 'today')],
    ['no first line', NOW.slice(8)],
    ['an unknown attribute', NOW.replace('TYPE=PART', 'TYPE=PART,X=1')],
  ])('are never asked about %s: it is not read', (_what, text) => expect(() => read(text)).toThrow());

  it('see a delta update as the playlist that it makes', () => {
    const delta = NOW.replace(segment(6, 12, { inside: MAP }), '')
      .replace('#EXT-X-DISCONTINUITY-SEQUENCE:1\n', '#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n')
      .replace('VERSION:6', 'VERSION:9');
    expect(mergeDelta(read(BEFORE), read(delta)).segments).toEqual(read(NOW).segments);
  });
});
