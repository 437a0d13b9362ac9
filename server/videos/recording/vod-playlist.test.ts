import { describe, expect, it } from 'vitest';
import type { Reference } from './fragment-index.ts';
import { daysOf, periodsOf } from './periods.ts';
import type { RecordedFile } from './recorded-file.ts';
import { readCommand, readEvent, timeRange } from './recording-requests.ts';
import { ZoneClock } from './schedule.ts';
import { stretchOf, vodPlaylist } from './vod-playlist.ts';

const BEGIN = Date.parse('2026-11-21T10:00:00Z');
const init = Buffer.from('init');

function file(fromS: number, lengthS: number): RecordedFile {
  return {
    camera: 'yard',
    name: `yard-${fromS}.mp4`,
    path: '',
    startedAtMs: BEGIN + fromS * 1000,
    endedAtMs: BEGIN + (fromS + lengthS) * 1000,
    durationMs: lengthS * 1000,
    bytes: lengthS * 100,
    codecs: 'avc1',
    width: 640,
    height: 360,
    reason: 'always',
  };
}
/** A piece each second, of 100 bytes. */
const pieces = (lengthS: number): Reference[] =>
  Array.from({ length: lengthS }, (_, s) => ({
    offset: 1000 + s * 100,
    bytes: 100,
    startMs: s * 1000,
    endMs: s * 1000 + 1000,
    soundMs: null,
  }));
const whole = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };
const stretch = (fromS: number, lengthS: number, range = whole, own = init) =>
  stretchOf(file(fromS, lengthS), { init: own, references: pieces(lengthS) }, range)!;

describe('the playlist of a period', () => {
  it('puts pieces together, moves each file behind the one before, and tells the time of day', () => {
    expect(vodPlaylist([stretch(0, 6), stretch(6, 2)], BEGIN).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="segments/yard-0.mp4/init.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.000Z',
      '#EXTINF:4,',
      'segments/yard-0.mp4/1000-1399.m4s?shift=1000',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:04.000Z',
      '#EXTINF:2,',
      'segments/yard-0.mp4/1400-1599.m4s?shift=1000',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:06.000Z',
      '#EXTINF:2,',
      'segments/yard-6.mp4/1000-1199.m4s?shift=7000',
      '#EXT-X-ENDLIST',
      '',
    ]);
  });

  it('begins at the keyframe before it and asks players to begin where it does', () => {
    const range = { fromMs: BEGIN + 2_500, toMs: BEGIN + 4_500 };
    const text = vodPlaylist([stretch(0, 6, range)], range.fromMs);
    expect(text).toContain('#EXT-X-START:TIME-OFFSET=0.5,PRECISE=YES');
    expect(text).toContain('1200-1499.m4s?shift=-1000');
  });

  it('tells of a break in time, and of another init segment', () => {
    const gap = vodPlaylist([stretch(0, 2), stretch(60, 2)], BEGIN);
    expect(gap.match(/DISCONTINUITY\n/g)).toHaveLength(1);
    expect(gap.match(/EXT-X-MAP/g)).toHaveLength(1);
    const changed = vodPlaylist([stretch(0, 2), stretch(2, 2, whole, Buffer.from('other'))], BEGIN);
    expect(changed).toContain('#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="segments/yard-2.mp4/init.mp4"');
  });

  it('leaves out files that have nothing of the period', () => {
    expect(
      stretchOf(file(0, 2), { init, references: pieces(2) }, { fromMs: BEGIN + 2_000, toMs: BEGIN + 9_000 }),
    ).toBeNull();
  });
});

describe('periods and days', () => {
  it('are joined where nothing is missing, and cut to what was asked for', () => {
    const files = [file(0, 10), file(10, 10), file(30, 10)];
    const periods = periodsOf(files, { fromMs: BEGIN + 5_000, toMs: BEGIN + 35_000, isGrowing: () => false });
    expect(periods).toEqual([
      { fromMs: BEGIN + 5_000, toMs: BEGIN + 20_000, durationMs: 15_000, bytes: 1_500, growing: false },
      { fromMs: BEGIN + 30_000, toMs: BEGIN + 35_000, durationMs: 5_000, bytes: 500, growing: false },
    ]);
  });

  it('are told in local days, a file over midnight in both', () => {
    const shanghai = new ZoneClock('Asia/Shanghai');
    const evening = file(5 * 3600, 2 * 3600 + 3600);
    expect(daysOf([evening], shanghai)).toEqual([
      { day: '2026-11-21', durationMs: 3_600_000 },
      { day: '2026-11-22', durationMs: 7_200_000 },
    ]);
  });
});

describe('what a request may say', () => {
  const search = (text: string) => new URLSearchParams(text);
  it('is a period by times with their zone, the last day when left out', () => {
    expect(timeRange(search(''), BEGIN)).toEqual({ fromMs: BEGIN - 86_400_000, toMs: BEGIN });
    const zoned = timeRange(search('from=2026-11-21T10:00:00+01:00&to=2026-11-21T09:00:01.5Z'), BEGIN);
    expect(zoned).toEqual({ fromMs: BEGIN - 3_600_000, toMs: BEGIN - 3_598_500 });
    for (const bad of ['from=yesterday', 'to=2026-11-21', 'from=2026-11-21T10:00:00', 'from=2026-11-22T10:00:00Z']) {
      expect(() => timeRange(search(bad), BEGIN)).toThrow(expect.objectContaining({ code: 'bad-request' }));
    }
  });

  it('is start, stop or an event', () => {
    expect(readCommand({ action: 'start', more: 1 })).toEqual({ action: 'start' });
    expect(readCommand({ action: 'event', name: 'bell', postRollMs: 0 })).toEqual({
      action: 'event',
      name: 'bell',
      postRollMs: 0,
    });
    expect(readEvent(undefined, undefined)).toEqual({ action: 'event' });
    for (const bad of [
      undefined,
      null,
      'start',
      {},
      { action: 'pause' },
      { action: 'event', name: '' },
      { action: 'event', postRollMs: -1 },
      { action: 'event', postRollMs: Number.NaN },
    ]) {
      expect(() => readCommand(bad)).toThrow(expect.objectContaining({ code: 'bad-request' }));
    }
  });
});
