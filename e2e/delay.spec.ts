/** The delay that a tile shows, against the clock that is burned into the picture. */
import { expect, test } from './support/browser-test.ts';
import { cameraToRelayMs } from './support/camera-to-relay.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import {
  beginPictureLog,
  type DelayReading,
  median,
  type PictureLog,
  readable,
  readPictureLog,
} from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay } from './support/tcp-relay.ts';
import { sleep } from './support/wait.ts';
import {
  engineStarts,
  expectLive,
  expectNoJumpBack,
  LIVE_WITHIN_MS,
  liveAgainAfterMs,
  PATIENT,
} from './support/watching.ts';

/** How far the tile's word may be from the picture's own clock. */
const AGREES_WITHIN_MS = 50;
/**
 * A tile counts from a picture's arrival in the relay, its clock from its making. On a machine that has time the way
 * between takes about 10 ms; on one that has not, what it takes longer than this is not the page's error.
 */
const USUAL_WAY_MS = 20;
/**
 * A stall shows one picture alone, and the page counts up from there: made more unevenly than this, it cannot be judged
 * as closely as the median of many.
 */
const USUAL_UNEVENNESS_MS = 30;
const MEASURE_MS = 4_000;
const FRAMES_PER_SECOND = 25;
const STALL_MS = 3_000;
/** From the end of a stall; on an idle machine a few hundred milliseconds. */
const BACK_WITHIN_MS = 5_000;

test.describe('the delay on a tile', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({ config: { ffmpeg: PATIENT, cameras: { yard: demo.of('yard', 'gop=25') } } });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  for (const latencyMs of [0, 150]) {
    test(`agrees with the clock in the picture at ${latencyMs} ms of network, before, in and after a stall of 3 s`, async ({
      page,
    }) => {
      const network = await startTcpRelay({ targetPort: relay.port, latencyMs });
      try {
        await page.goto(`http://127.0.0.1:${network.port}/#/camera/yard`);
        await beginPictureLog(page, 'yard');
        await expectLive(page, 'yard');
        await sleep(1_500);

        await beginPictureLog(page, 'yard');
        const wayMs = await cameraToRelayMs(`${relay.url}/live/yard.flv`, MEASURE_MS);
        test.info().annotations.push({ type: 'from camera to relay', description: `${wayMs} ms` });
        const steady = await readPictureLog(page, 'yard');
        test.info().annotations.push({ type: 'unevenness', description: `${unevennessMs(steady)} ms` });
        const busyMs = Math.max(0, wayMs - USUAL_WAY_MS) + Math.max(0, unevennessMs(steady) - USUAL_UNEVENNESS_MS);
        expectAgreement('steady', steady.readings);
        if (latencyMs > 0) expect(median(truths(steady)), 'true delay').toBeGreaterThan(latencyMs);

        await beginPictureLog(page, 'yard');
        const stalledAtMs = Date.now();
        network.pause(STALL_MS);
        await sleep(STALL_MS);
        const endedAtMs = Date.now();
        const backAfterMs = await liveAgainAfterMs(page, 'yard', endedAtMs);
        test.info().annotations.push({ type: 'back at the live edge after', description: `${backAfterMs} ms` });
        expect(backAfterMs, 'from the end of the stall to a live picture').toBeLessThan(BACK_WITHIN_MS);
        const { readings } = await readPictureLog(page, 'yard');
        const inStall = readings.filter(
          ({ atMs }) => atMs > stalledAtMs + 1_000 && atMs < stalledAtMs + STALL_MS - 200,
        );
        expectAgreement('in the stall', inStall, AGREES_WITHIN_MS + busyMs);
        expect(Math.max(...inStall.map(({ shownMs }) => shownMs ?? 0)), 'shown in the stall').toBeGreaterThan(2_000);

        await sleep(1_000);
        await beginPictureLog(page, 'yard');
        await sleep(MEASURE_MS);
        const after = await readPictureLog(page, 'yard');
        expectAgreement('after the stall', after.readings);
        expect(median(truths(after)), 'true delay after the stall').toBeLessThan(LIVE_WITHIN_MS);
        await expectLive(page, 'yard', { withinMs: BACK_WITHIN_MS });
        await expectNoJumpBack(page, 'yard');
        expect(await engineStarts(page, 'yard')).toBe(1);
      } finally {
        await page.goto('about:blank');
        await network.close();
      }
    });
  }
});

function truths({ readings }: PictureLog): number[] {
  return readings.flatMap(({ trueMs }) => (trueMs === null ? [] : [trueMs]));
}

/** How unevenly the pictures were made: the range of their clocks around their places in a steady row. */
function unevennessMs({ pictures }: PictureLog): number {
  const codes = readable(pictures);
  const offsets = codes.map(({ frame, clockMs }) => clockMs - (frame * 1000) / FRAMES_PER_SECOND);
  return Math.max(...offsets) - Math.min(...offsets);
}

/** Expects the median of what the tile says to be that of the picture's clock, and says by how much it differs. */
function expectAgreement(when: string, readings: readonly DelayReading[], toleranceMs = AGREES_WITHIN_MS): void {
  const pairs = readings.flatMap(({ shownMs, trueMs }) =>
    shownMs === null || trueMs === null ? [] : [{ shownMs, trueMs }],
  );
  expect(pairs.length, `${when}: readings`).toBeGreaterThan(10);
  const differenceMs = median(pairs.map(({ shownMs, trueMs }) => shownMs - trueMs));
  const shown = Math.round(median(pairs.map(({ shownMs }) => shownMs)));
  const trueMs = Math.round(median(pairs.map((pair) => pair.trueMs)));
  const description = `${when}: shown ${shown} ms, true ${trueMs} ms, difference ${Math.round(differenceMs)} ms`;
  test.info().annotations.push({ type: 'delay', description });
  expect(Math.abs(differenceMs), description).toBeLessThanOrEqual(toleranceMs);
}
