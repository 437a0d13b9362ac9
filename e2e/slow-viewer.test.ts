import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FlvClient } from './support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { readMetrics } from './support/metrics-text.ts';
import { residentBytes } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

const MAX_QUEUE_BYTES = 1_048_576;
const MAX_LAG_MS = 6_000;
const BITRATE_KBPS = 24_000;

describe('a viewer that stops reading', () => {
  let camera: GstreamerCamera;
  let relay: RelayProcess;
  beforeAll(async () => {
    // Noise, because a paused client's kernel swallows megabytes before anyone notices.
    const snow = { pattern: 'snow', width: 640, height: 360, fps: 20, keyint: 20, bitrateKbps: BITRATE_KBPS };
    camera = await startGstreamerCamera({ mounts: { '/snow': snow } });
    relay = await startRelay({
      config: {
        cameras: { snow: { url: camera.url('/snow') } },
        delivery: { maxQueueBytes: MAX_QUEUE_BYTES, maxLagMs: MAX_LAG_MS, gopMaxBytes: 8_388_608 },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await camera?.close();
  });

  const watch = (transport: 'ws' | 'http') => {
    const viewer = new FlvClient(`${relay.url}/live/snow.flv`, { transport });
    onTestFinished(() => viewer.leave());
    return viewer;
  };
  const dropped = async () =>
    readMetrics(await (await fetch(`${relay.url}/metrics`)).text()).value('sightline_dropped_tags_total')!;
  const tooSlow = () => relay.logLines().filter(({ reason }) => reason === 'too-slow');

  it.each(['ws', 'http'] as const)(
    'for a while goes on at a keyframe (%s), and others do not notice',
    async (transport) => {
      const healthy = watch('ws');
      const slow = watch(transport);
      await Promise.all([healthy, slow].map((viewer) => viewer.untilPictures(20)));
      const droppedBefore = await dropped();
      slow.pause();
      await eventually(dropped, (tags) => tags > droppedBefore, { withinMs: 20_000 });
      slow.resume();
      await slow.until('picture at the live edge', () => {
        const edgeMs = healthy.pictures.at(-1)!.timestampMs;
        return edgeMs - slow.pictures.at(-1)!.timestampMs < 500;
      });
      await slow.untilMorePictures(20);

      const { pictures } = slow;
      const jumps = pictures.filter((tag, at) => at > 0 && tag.timestampMs - pictures[at - 1]!.timestampMs > 150);
      expect(jumps.length).toBeGreaterThan(0);
      expect(jumps.map(({ kind }) => kind)).toEqual(jumps.map(() => 'keyframe'));
      slow.checkContinuity();
      healthy.checkContinuity({ maxGapMs: 150 });
      expect(healthy.end).toBeNull();
      await eventually(
        () => relay.logLines().some(({ msg, camera: id }) => id === 'snow' && /tags left out/.test(msg)),
        (logged) => logged,
      );
    },
  );

  it('for good is closed with 1013; the memory it costs is bounded, and others do not notice', async () => {
    const healthy = watch('ws');
    await healthy.untilPictures(20);
    await relay.untilCamera('snow', ({ viewers }) => viewers === 1);
    const memory = residentBytes(relay.pid);
    const stuck = (['ws', 'ws', 'http', 'http'] as const).map(watch);
    await Promise.all(stuck.map((viewer) => viewer.untilPictures(5)));
    const closedBefore = tooSlow().length;
    for (const viewer of stuck) viewer.pause();
    let peak = 0;
    await eventually(
      () => {
        peak = Math.max(peak, residentBytes(relay.pid));
        return tooSlow().length - closedBefore;
      },
      (closed) => closed === stuck.length,
      { withinMs: 30_000 },
    );
    // One that reads again within the two seconds of grace learns why; the rest are cut off.
    for (const viewer of stuck) viewer.resume();
    const ends = await Promise.all(stuck.map((viewer) => viewer.untilEnded()));
    expect(ends[0]).toMatchObject({ code: 1013, reason: { code: 'too-slow' } });
    expect(ends[2]!.code).toBe(0);
    await relay.untilCamera('snow', ({ viewers }) => viewers === 1);
    const perViewerBytes = (peak - memory) / stuck.length;
    expect(perViewerBytes).toBeLessThan(8 * MAX_QUEUE_BYTES);
    for (const line of tooSlow()) expect(line).toMatchObject({ camera: 'snow', viewer: expect.any(String) });

    await sleep(200);
    expect(healthy.end).toBeNull();
    healthy.checkContinuity({ maxGapMs: 150 });
  });
});
