import { describe, expect, it } from 'vitest';
import type { VideoFile } from '../../server/protocol.ts';
import { hashOf, videosOfHash } from '../dashboard/route.ts';
import { videosEn } from '../i18n/videos-en.ts';
import { videosZh } from '../i18n/videos-zh.ts';
import { ApiError, errorOf, errorText } from './api.ts';
import { bytesWithin, withMark } from './export-policy.ts';
import { stepTarget } from './frame-step.ts';
import { queryOf, sortChoice } from './list-state.ts';
import { isWorthGoingOn, parsePositions, withPosition } from './positions.ts';
import { positionText, preciseText, sizeParts } from './texts.ts';
import { isForgotten, isSameFile, mayRetry, remainingMs, withSample } from './upload-policy.ts';
import { hindranceOf, recordedAtMs, titleOf } from './video-facts.ts';

function texts(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String((value as (...args: unknown[]) => unknown)('7', '8', '9'))]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

describe('the texts of the videos', () => {
  it('are there in both languages, and use what they are given', () => {
    expect(texts(videosZh).map(([path]) => path)).toEqual(texts(videosEn).map(([path]) => path));
    for (const [path, text] of texts(videosZh)) {
      const english = texts(videosEn).find(([other]) => other === path)![1];
      expect(text.trim(), path).not.toBe('');
      for (const given of ['7', '8']) expect(text.includes(given), path).toBe(english.includes(given));
    }
  });

  it('say why something was refused', () => {
    const text = (status: number, body: string) => errorText(errorOf(status, body), videosEn);
    expect(text(403, '{"code":"not-allowed","detail":"x"}')).toBe(videosEn.errors['not-allowed']);
    expect(text(401, '<html>')).toBe(videosEn.errors['not-signed-in']);
    expect(text(413, '{"code":"upload-too-big","detail":"x"}')).toBe(videosEn.errors['upload-too-big']);
    expect(text(400, '{"code":"bad-request","detail":"Too long."}')).toBe('That did not work. Too long.');
    expect(errorText(new ApiError(0, null, ''), videosEn)).toBe(videosEn.errors.unreachable);
    const mixed = errorOf(409, '{"code":"mixed-recording","detail":"x","at":"2026-11-21T21:30:12.000Z"}');
    expect(mixed.atMs).toBe(Date.UTC(2026, 10, 21, 21, 30, 12));
    expect(errorOf(409, '{"code":"mixed-recording","at":"then"}').atMs).toBeNull();
  });
});

describe('numbers', () => {
  it('are written as on a clock, and in the unit that fits', () => {
    expect([0, 59_999, 61_000, 3_723_000].map(positionText)).toEqual(['0:00', '0:59', '1:01', '1:02:03']);
    expect(preciseText(62_349)).toBe('1:02.34');
    const size = (bytes: number) => {
      const { value, unit, digits } = sizeParts(bytes);
      return `${value.toFixed(digits)} ${unit}`;
    };
    expect([0, 999, 12_345, 4_519_068, 123_456_789, 8_589_934_592].map(size)).toEqual([
      '0 B',
      '999 B',
      '12 kB',
      '4.5 MB',
      '123 MB',
      '8.6 GB',
    ]);
  });
});

describe('addresses', () => {
  it('name a place, and lead back to it', () => {
    const places = [
      { view: 'videos', name: null },
      { view: 'videos', name: 'a b/ü?#.mp4' },
      { view: 'recordings', camera: 'front door', atMs: null },
      { view: 'recordings', camera: 'yard', atMs: 1_795_286_743_384 },
    ] as const;
    for (const place of places) expect(videosOfHash(hashOf(place))).toEqual(place);
    expect(videosOfHash('#/camera/yard')).toBeNull();
    expect(videosOfHash('#/videos/%')).toBeNull();
    expect(videosOfHash('#/recordings')).toEqual({ view: 'videos', name: null });
  });
});

describe('the list', () => {
  it('asks for its page in its order', () => {
    const query = queryOf({ sort: 'size-desc', text: ' yard ', page: 2 });
    expect(query).toEqual({ offset: 48, limit: 24, sort: 'size', order: 'desc', text: 'yard' });
    expect(sortChoice('nonsense')).toBe('modified-desc');
  });
});

describe('a place to go on', () => {
  it('is neither the beginning nor the end', () => {
    const at = (atMs: number, durationMs = 100_000) => isWorthGoingOn({ atMs, durationMs });
    expect([at(4_000), at(5_000), at(94_999), at(95_000), at(5_500, 6_000)]).toEqual([false, true, true, false, false]);
  });

  it('is kept for the videos seen last, whatever stands in the storage', () => {
    const position = (seenMs: number) => ({ atMs: 1, durationMs: 2, seenMs });
    const many = new Map(Array.from({ length: 300 }, (_, index) => [`v${index}`, position(index)] as const));
    const next = withPosition(many, 'new', position(1_000));
    expect([next.size, next.has('v0'), next.has('v1'), next.has('new')]).toEqual([300, false, true, true]);
    for (const text of [null, '', '[]', '{"a":null,"b":{"atMs":"x"}}', 'null'])
      expect(parsePositions(text).size).toBe(0);
  });
});

describe('a video', () => {
  const video = {
    name: 'yard_2026-11-21T18-45-43.384Z.mp4',
    camera: 'yard',
    state: 'ready',
    playable: 'direct',
    playUrl: 'x',
    video: { codec: 'h264', width: 640, height: 360, fps: 25 },
  } as VideoFile;

  it('that is a recording knows its time and its camera', () => {
    expect(recordedAtMs(video)).toBe(Date.parse('2026-11-21T18:45:43.384Z'));
    expect(recordedAtMs({ ...video, camera: null })).toBeNull();
    expect([titleOf(video, 'Yard'), titleOf(video, null), titleOf({ name: 'a.b.mp4', camera: null }, null)]).toEqual([
      'Yard',
      'yard',
      'a.b',
    ]);
  });

  it('is played unless it cannot be', () => {
    const hevc = { ...video, video: { ...video.video!, codec: 'hevc' } };
    expect(hindranceOf(video, false)).toBeNull();
    expect([hindranceOf(hevc, false), hindranceOf(hevc, true)]).toEqual(['no-h265', null]);
    expect(hindranceOf({ ...video, playable: 'no', playUrl: null }, true)).toBe('cannot-decode');
    expect(hindranceOf({ ...video, state: 'reading' }, true)).toBe('reading');
    expect(hindranceOf({ ...video, state: 'broken' }, true)).toBe('broken');
    expect(hindranceOf({ ...video, state: 'broken', growing: true, durationMs: null }, true)).toBe('reading');
  });

  it('is stepped through into the middle of each picture', () => {
    expect(stepTarget(1, 0.04, 1)).toBeCloseTo(1.06);
    expect(stepTarget(1, 0.04, -1)).toBeCloseTo(0.98);
    expect(stepTarget(0, 0.04, -1)).toBe(0);
  });
});

describe('a period to export', () => {
  it('has its marks in order', () => {
    expect(withMark(null, 'from', 1_000_000)).toEqual({ fromMs: 1_000_000, toMs: 1_060_000 });
    expect(withMark({ fromMs: 5, toMs: 90 }, 'to', 50)).toEqual({ fromMs: 5, toMs: 50 });
    expect(withMark({ fromMs: 70, toMs: 90 }, 'to', 50)).toEqual({ fromMs: 50 - 60_000, toMs: 50 });
  });

  it('is as large as what was recorded in it', () => {
    const period = { from: new Date(1_000).toISOString(), to: new Date(3_000).toISOString(), bytes: 200 };
    const periods = [{ ...period, durationMs: 2_000, growing: false, playlist: '', export: '' }];
    expect([
      bytesWithin(periods, { fromMs: 0, toMs: 2_000 }),
      bytesWithin(periods, { fromMs: 4_000, toMs: 9_000 }),
    ]).toEqual([100, 0]);
  });
});

describe('an upload', () => {
  it('is tried again after what may pass, and forgotten after what may not', () => {
    expect([0, 409, 423, 429, 500, 503].map(mayRetry)).toEqual([true, true, true, true, true, true]);
    expect([400, 401, 403, 404, 410, 413, 415].map(mayRetry)).toEqual(Array(7).fill(false));
    expect([0, 409, 413, 415, 503].map(isForgotten)).toEqual([false, false, true, true, false]);
  });

  it('says how long the rest takes at the pace of late', () => {
    const first = withSample([], { atMs: 0, bytes: 0 });
    const samples = withSample(first, { atMs: 2_000, bytes: 1_000 });
    expect(remainingMs(samples, 5_000)).toBe(8_000);
    expect(remainingMs(first, 5_000)).toBeNull();
    expect(withSample(samples, { atMs: 9_000, bytes: 2_000 })).toHaveLength(2);
    expect(withSample(samples, { atMs: 3_000, bytes: 10 })).toHaveLength(1);
  });

  it('goes on with its own file alone', () => {
    const begun = { name: 'a.mp4', sizeBytes: 10 };
    expect(isSameFile({ name: 'a.mp4', size: 10 }, begun)).toBe(true);
    expect(isSameFile({ name: 'a.mp4', size: 11 }, begun)).toBe(false);
    expect(isSameFile({ name: 'b.mp4', size: 10 }, begun)).toBe(false);
  });
});
