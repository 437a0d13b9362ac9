import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthAfter, weeksOf } from './month.ts';
import { mediaOfMoment, momentOfMedia, piecesOf } from './playlist-times.ts';
import { nextFrom } from './recording-playback.ts';
import { anchorOf, momentAt, panned, playableFrom, shareOf, showing, ticksOf, zoomed } from './timeline-scale.ts';
import { clockOf, dayAfter, dayOf, knownZone, momentOf, spanOfDay } from './zone-time.ts';

const HOUR_MS = 3_600_000;

describe('days of a time zone', () => {
  it('begin at its midnight and last 23 to 25 hours', () => {
    const hours = (day: string, zone: string) => {
      const { fromMs, toMs } = spanOfDay(day, zone);
      return [new Date(fromMs).toISOString(), (toMs - fromMs) / HOUR_MS];
    };
    expect(hours('2026-11-21', 'Asia/Shanghai')).toEqual(['2026-11-20T16:00:00.000Z', 24]);
    expect(hours('2026-03-29', 'Europe/Berlin')).toEqual(['2026-03-28T23:00:00.000Z', 23]);
    expect(hours('2026-10-25', 'Europe/Berlin')).toEqual(['2026-10-24T22:00:00.000Z', 25]);
    // Clocks go from midnight to one.
    expect(hours('2018-11-04', 'America/Sao_Paulo')).toEqual(['2018-11-04T03:00:00.000Z', 23]);
  });

  it('give back the moment of a time of day', () => {
    const zones = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Auckland', 'Asia/Shanghai');
    const moments = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 });
    fc.assert(
      fc.property(moments, zones, (unixS, zone) => {
        const atMs = unixS * 1000;
        const again = momentOf(dayOf(atMs, zone), clockOf(atMs, zone), zone);
        // An hour that comes twice has one name.
        expect([0, HOUR_MS]).toContain(Math.abs(again - atMs));
      }),
    );
  });

  it('follow one another', () => {
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
    expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
    expect(monthAfter('2026-01', -1)).toBe('2025-12');
    expect(weeksOf('2026-11')[0]).toEqual([null, null, null, null, null, null, '2026-11-01']);
    expect(weeksOf('2026-11').flat().filter(Boolean)).toHaveLength(30);
  });

  it('are the viewer’s own where the browser does not know the zone', () => {
    expect(knownZone('Asia/Shanghai')).toBe('Asia/Shanghai');
    expect(knownZone('Mars/Olympus')).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });
});

describe('the part of a day on the timeline', () => {
  const day = { fromMs: 0, toMs: 24 * HOUR_MS };

  it('stays within the day, and keeps what is under the pointer there', () => {
    const shares = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(shares, fc.double({ min: 0.1, max: 10, noNaN: true }), shares, (share, factor, pan) => {
        const view = panned(zoomed(day, 0.2, momentAt(share, day), day), pan, day);
        const next = zoomed(view, factor, momentAt(share, view), day);
        expect(next.fromMs).toBeGreaterThanOrEqual(day.fromMs);
        expect(next.toMs).toBeLessThanOrEqual(day.toMs);
        expect(next.toMs - next.fromMs).toBeGreaterThan(0);
      }),
    );
    const view = zoomed(day, 0.5, 6 * HOUR_MS, day);
    expect(shareOf(6 * HOUR_MS, view)).toBeCloseTo(0.25);
    expect(zoomed(day, 1e-9, 0, day)).toEqual({ fromMs: 0, toMs: 120_000 });
  });

  it('follows the picture only when it leaves', () => {
    const view = { fromMs: 6 * HOUR_MS, toMs: 7 * HOUR_MS };
    expect(showing(view, 6.5 * HOUR_MS, day)).toBe(view);
    expect(shareOf(7.1 * HOUR_MS, showing(view, 7.1 * HOUR_MS, day))).toBeCloseTo(0.1);
    expect(shareOf(2 * HOUR_MS, showing(view, 2 * HOUR_MS, day))).toBeCloseTo(0.9);
  });

  it('zooms to the picture, or to what is recorded', () => {
    const period = { fromMs: 18 * HOUR_MS, toMs: 20 * HOUR_MS };
    expect(anchorOf(day, 3 * HOUR_MS, [period])).toBe(3 * HOUR_MS);
    expect(anchorOf(day, null, [period])).toBe(19 * HOUR_MS);
    expect(anchorOf({ fromMs: 0, toMs: 2 * HOUR_MS }, 3 * HOUR_MS, [period])).toBe(HOUR_MS);
  });

  it('has round labels that do not touch', () => {
    expect(ticksOf(day, day, 1200, 64)).toHaveLength(13);
    expect(ticksOf(day, day, 320, 64)[1]).toBe(6 * HOUR_MS);
    const hour = { fromMs: 8.1 * HOUR_MS, toMs: 9.1 * HOUR_MS };
    expect(ticksOf(hour, day, 600, 64)[0]).toBe(8.25 * HOUR_MS - 5 * 60_000);
  });

  it('plays from where something is recorded', () => {
    const periods = [
      { fromMs: 100, toMs: 200 },
      { fromMs: 500, toMs: 600 },
    ];
    expect([50, 150, 200, 550, 600].map((ms) => playableFrom(ms, periods))).toEqual([100, 150, 500, 550, null]);
    expect([nextFrom([{ fromMs: 0, toMs: 9_000 }], 8_000), nextFrom([{ fromMs: 0, toMs: 9_000 }], 5_000)]).toEqual([
      null,
      5_000,
    ]);
  });
});

describe('times of a playlist', () => {
  const text = `#EXTM3U
#EXT-X-PROGRAM-DATE-TIME:2026-11-21T10:00:00.000Z
#EXTINF:4,
a.m4s
#EXTINF:2.5,
b.m4s
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z
#EXTINF:4,
c.m4s
#EXT-X-ENDLIST`;
  const pieces = piecesOf(text);
  const ten = Date.parse('2026-11-21T10:00:00Z');
  const noon = Date.parse('2026-11-21T12:00:00Z');

  it('go over gaps', () => {
    expect(pieces.map(({ mediaMs }) => mediaMs)).toEqual([0, 4_000, 6_500]);
    expect(momentOfMedia(pieces, 5_000)).toBe(ten + 5_000);
    expect(momentOfMedia(pieces, 7_000)).toBe(noon + 500);
    expect(mediaOfMoment(pieces, ten + 60_000)).toBe(6_500);
    expect(mediaOfMoment(pieces, noon + 1_000)).toBe(7_500);
    expect(mediaOfMoment(pieces, noon + 5_000)).toBeNull();
  });

  it('are unknown without pieces', () => {
    expect(momentOfMedia([], 0)).toBeNull();
    expect(piecesOf('#EXTM3U')).toEqual([]);
  });
});
