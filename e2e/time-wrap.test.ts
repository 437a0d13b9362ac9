import { describe, expect, it } from 'vitest';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';

/** How long before the wrap ffmpeg's clock begins. */
const BEFORE_WRAP_MS = 2_000;
const WRAPS = { 'after-4-hours': 2 ** 24, 'after-25-days': 2 ** 31, 'after-50-days': 2 ** 32 };

describe('a camera that has run for long', () => {
  const stand = useDemoRelay((demo) => {
    const profiles = Object.fromEntries(
      Object.entries(WRAPS).map(([name, wrapMs]) => {
        const offsetSeconds = String((wrapMs - BEFORE_WRAP_MS) / 1000);
        return [name, { output: ['-c', 'copy', '-output_ts_offset', offsetSeconds] }];
      }),
    );
    const cameras = Object.fromEntries(
      Object.keys(WRAPS).map((profile) => [profile, demo.of('lab', undefined, { profile })]),
    );
    return { cameras, ffmpeg: { profiles, idleTimeoutMs: 5_000 } };
  });

  it.concurrent.each(Object.keys(WRAPS))('crosses the limits of FLV’s clock unseen (%s)', async (id) => {
    const viewer = new FlvClient(`${stand.relay.url}/live/${id}.flv`);
    await viewer.untilKeyframe();
    const firstMs = viewer.pictures[0]!.timestampMs;
    await viewer.until('picture behind the wrap', () => {
      return viewer.pictures.at(-1)!.timestampMs - firstMs > BEFORE_WRAP_MS + 2_000;
    });
    viewer.checkContinuity({ maxGapMs: 500 });
    expect(viewer.end).toBeNull();
    expect(Math.max(...viewer.tags.map(({ timestampMs }) => timestampMs))).toBeLessThan(2 ** 31);
    expect(await stand.relay.camera(id)).toMatchObject({ state: 'live', starts: 1 });

    // Who joins afterwards sees one clock too.
    const late = new FlvClient(`${stand.relay.url}/live/${id}.flv`);
    await late.untilPictures(60);
    late.checkContinuity({ maxGapMs: 500 });
    await Promise.all([viewer, late].map((each) => each.leave()));
  });
});
