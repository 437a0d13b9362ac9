import { describe, expect, it } from 'vitest';
import { FileNames, playlistName, readFileName } from './file-names.ts';
import { type MediaView, mediaPlaylist, multivariantPlaylist } from './playlist.ts';
import type { Part, Segment } from './segment-window.ts';

const RENDITION = { stream: 'main', profile: 'auto', hevc: false, audio: true, container: 'fmp4' } as const;
const part = (durationMs: number, independent = false): Part => ({ durationMs, independent, bytes: Buffer.alloc(1) });

function segment(sequence: number, more: Partial<Segment> = {}): Segment {
  return {
    sequence,
    init: 1,
    discontinuity: false,
    discontinuitySequence: 0,
    startedAtMs: Date.UTC(2026, 4, 3) + sequence * 2_000,
    independent: true,
    parts: [part(250, true), part(250), part(1_500)],
    durationMs: 2_000,
    sizeBytes: 3,
    path: null,
    ...more,
  };
}

function view(more: Partial<MediaView> = {}): MediaView {
  return {
    targetDurationS: 2,
    partTargetMs: 252,
    listed: [segment(5), segment(6)],
    open: segment(7, { parts: [part(250, true)], durationMs: 250 }),
    mediaSequence: 5,
    discontinuitySequence: 0,
    hint: { sequence: 7, part: 1 },
    names: new FileNames(RENDITION, 'abcd'),
    reports: [],
    ...more,
  };
}

const lines = (text: string) => text.trimEnd().split('\n');
const segments = (from: number, count: number) => Array.from({ length: count }, (_, index) => segment(from + index));

describe('mediaPlaylist', () => {
  it('tells no parts of a picture that is held', () => {
    const still = segment(5, { still: true, parts: [part(2_000, true)] });
    const text = mediaPlaylist(view({ listed: [still] }));
    expect(text.match(/EXT-X-PART:.*/g)).toEqual(['EXT-X-PART:DURATION=0.25,URI="main-abcd-7.0.m4s",INDEPENDENT=YES']);
    expect(text).toContain('#EXTINF:2,\nmain-abcd-5.m4s\n');
  });

  it('is what RFC 8216bis asks for, to the letter', () => {
    expect(mediaPlaylist(view())).toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=0.756
#EXT-X-PART-INF:PART-TARGET=0.252
#EXT-X-MEDIA-SEQUENCE:5
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-MAP:URI="main-abcd-init1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:10.000Z
#EXT-X-PART:DURATION=0.25,URI="main-abcd-5.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.25,URI="main-abcd-5.1.m4s"
#EXT-X-PART:DURATION=1.5,URI="main-abcd-5.2.m4s"
#EXTINF:2,
main-abcd-5.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:12.000Z
#EXT-X-PART:DURATION=0.25,URI="main-abcd-6.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.25,URI="main-abcd-6.1.m4s"
#EXT-X-PART:DURATION=1.5,URI="main-abcd-6.2.m4s"
#EXTINF:2,
main-abcd-6.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:14.000Z
#EXT-X-PART:DURATION=0.25,URI="main-abcd-7.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="main-abcd-7.1.m4s"
`);
  });

  it('tells parts for three target durations only', () => {
    const text = mediaPlaylist(view({ listed: segments(0, 10), open: null, hint: { sequence: 10, part: 0 } }));
    const withParts = new Set([...text.matchAll(/main-abcd-(\d+)\.\d+\.m4s",?I?/g)].map((match) => Number(match[1])));
    expect([...withParts]).toEqual([7, 8, 9, 10]);
  });

  it('names the init segment again, behind a discontinuity, when it is another', () => {
    const listed = [segment(5), segment(6, { init: 2, discontinuity: true }), segment(7, { init: 2 })];
    const text = lines(mediaPlaylist(view({ listed, partTargetMs: null })));
    const at = text.indexOf('#EXT-X-DISCONTINUITY');
    expect(text[at - 1]).toBe('main-abcd-5.m4s');
    expect(text[at + 1]).toBe('#EXT-X-MAP:URI="main-abcd-init2.mp4"');
    expect(text.filter((line) => line.startsWith('#EXT-X-MAP'))).toHaveLength(2);
  });

  it('promises independent segments only while they are', () => {
    const text = mediaPlaylist(view({ listed: [segment(5), segment(6, { independent: false })] }));
    expect(text).not.toContain('INDEPENDENT-SEGMENTS');
  });

  it('leaves out what lies before the skip boundary in a delta update, and nothing else', () => {
    const long = view({ listed: segments(5, 15), open: segment(20), hint: { sequence: 20, part: 3 } });
    const [full, delta] = [lines(mediaPlaylist(long)), lines(mediaPlaylist(long, { skip: true }))];
    expect(delta).toContain('#EXT-X-SKIP:SKIPPED-SEGMENTS=10');
    expect(delta[1]).toBe('#EXT-X-VERSION:9');
    expect(delta).not.toContain('#EXT-X-MAP:URI="main-abcd-init1.mp4"');
    const from = full.indexOf('#EXT-X-PROGRAM-DATE-TIME:2026-05-03T00:00:30.000Z');
    expect(delta.slice(delta.indexOf('#EXT-X-SKIP:SKIPPED-SEGMENTS=10') + 1)).toEqual(full.slice(from));
  });

  it('answers a delta update in full when there is nothing to leave out', () => {
    expect(mediaPlaylist(view(), { skip: true })).toBe(mediaPlaylist(view()));
  });

  it('says nothing of parts where they are not wanted', () => {
    const text = mediaPlaylist(view({ partTargetMs: null }), { skip: true });
    expect(text).not.toMatch(/PART|SERVER-CONTROL|SKIP|PRELOAD/);
    expect(text.trimEnd().endsWith('main-abcd-6.m4s')).toBe(true);
  });

  it('reports how far other renditions are', () => {
    const reports = [
      { uri: 'sub.m3u8', lastSequence: 9, lastPart: 4 },
      { uri: 'low.m3u8', lastSequence: 9, lastPart: null },
    ];
    expect(lines(mediaPlaylist(view({ reports }))).slice(-2)).toEqual([
      '#EXT-X-RENDITION-REPORT:URI="sub.m3u8",LAST-MSN=9,LAST-PART=4',
      '#EXT-X-RENDITION-REPORT:URI="low.m3u8",LAST-MSN=9',
    ]);
  });
});

describe('multivariantPlaylist', () => {
  it('tells what each variant is and needs', () => {
    const common = { peakBitrate: 1_000.2, averageBitrate: 900, fps: 25 };
    const main = { uri: 'main.m3u8', codecs: 'avc1.64001e,mp4a.40.2', width: 640, height: 360, ...common };
    const unknown = { ...common, uri: 'a.m3u8', codecs: 'mp4a.40.2', width: 0, height: 0, fps: 0 };
    expect(lines(multivariantPlaylist([main, unknown]))).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-STREAM-INF:BANDWIDTH=1001,AVERAGE-BANDWIDTH=900,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000',
      'main.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=1001,AVERAGE-BANDWIDTH=900,CODECS="mp4a.40.2"',
      'a.m3u8',
    ]);
  });
});

describe('file names', () => {
  it.each([
    RENDITION,
    { ...RENDITION, audio: false },
    { ...RENDITION, container: 'ts' },
    { ...RENDITION, stream: 'sub' },
    { ...RENDITION, stream: 'sub', audio: false, hevc: true },
    { ...RENDITION, hevc: true, profile: 'copy', container: 'ts' },
    { ...RENDITION, profile: 'low-1-ts', audio: false },
  ] as const)('are read as they were written: %j', (rendition) => {
    const names = new FileNames(rendition, '0a1b2c3d');
    expect(readFileName(playlistName(rendition))).toEqual({ kind: 'media', rendition });
    const start = '0a1b2c3d';
    expect(readFileName(names.segment(12))).toEqual({ kind: 'segment', rendition, start, sequence: 12 });
    expect(readFileName(names.part(12, 3))).toEqual({ kind: 'part', rendition, start, sequence: 12, part: 3 });
    if (rendition.container === 'fmp4') {
      expect(readFileName(names.init(2))).toEqual({ kind: 'init', rendition, start, init: 2 });
    }
  });

  it.each(['', '..', '../x', 'main', 'main.m3u8/', 'main-abcd-1.mp4', 'main-abcd--1.m4s', 'main-ABCD-1.m4s', 'x.m3u8'])(
    'are nothing else: %j',
    (name) => expect(readFileName(name)).toBeNull(),
  );
});
