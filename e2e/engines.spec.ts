/** The ways for pictures to come into the page: each plays, a failing one makes way, the viewer can pick. */
import { rm } from 'node:fs/promises';
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { dataDirThatKnows } from './support/hls-rhythms.ts';
import { beginPictureLog, median, readPictureLog } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { loudestHz } from './support/sound.ts';
import { sleep } from './support/wait.ts';
import {
  expectLive,
  expectNoJumpBack,
  expectRisingPictures,
  expectSameElement,
  FIRST_PICTURE_MS,
  markElement,
  PATIENT,
} from './support/watching.ts';

/** Parts of a quarter of a second, held back by three of them, on a busy machine. */
const HLS_LIVE_MS = 4_000;
/** How far a tile's word may be from the picture's own clock, the way from camera to relay included. */
const DELAY_AGREES_MS = 250;
const DELAY_LOOK_MS = 3_000;
const FAULT_AFTER_MS = 6_000;
const TONE_HZ = 1_000;
const HEARD_WITHIN_HZ = 30;

test.describe('a camera plays by', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let dataDir: string;
  test.beforeAll(async () => {
    demo = await startDemoRtsp({ users: { viewer: 'right' } });
    const ffmpeg = { ...PATIENT, retryMaxMs: 1_000 };
    const cameras = {
      yard: demo.of('yard', 'gop=25'),
      lab: demo.of('lab', 'gop=25'),
      still: demo.of('yard', 'gop=50'),
      growing: demo.of('lab', `gop=25&fault=resolution&after=${FAULT_AFTER_MS}`),
    };
    dataDir = await dataDirThatKnows({ still: { keyframeIntervalMs: 2_000, frameMs: 40 } });
    relay = await startRelay({ config: { dataDir, ffmpeg, cameras } });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const video = (page: Page) => page.locator('video[data-camera="yard"]');
  const tile = (page: Page) => page.getByTestId('tile').and(page.locator('[data-camera="yard"]'));
  const choice = (page: Page) => page.getByTestId('engine');
  const failure = (page: Page) => page.getByTestId('engine-failure');
  /** Answers the engine's WebSocket with bytes that are no stream. */
  const garble = (page: Page, format: string) =>
    page.routeWebSocket(new RegExp(`/live/yard\\.${format}`), (socket) => {
      setTimeout(() => socket.send(Buffer.from('<html>This is a page, not a picture.</html>')), 100);
    });

  for (const engine of ['flv', 'mse', 'hls'] as const) {
    const youngerThanMs = engine === 'hls' ? HLS_LIVE_MS : 1_500;

    test(`${engine}: frame numbers rise, live, and the delay is told`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/yard?engine=${engine}`);
      await expectRisingPictures(page, 'yard', 75);
      await expect(video(page)).toHaveAttribute('data-engine', engine);
      await expectLive(page, 'yard', { youngerThanMs });
      await beginPictureLog(page, 'yard');
      await sleep(DELAY_LOOK_MS);
      const { readings } = await readPictureLog(page, 'yard');
      const errors = readings.flatMap(({ shownMs, trueMs }) =>
        shownMs === null || trueMs === null ? [] : [shownMs - trueMs],
      );
      expect(errors.length).toBeGreaterThan(10);
      const ages = readings.flatMap(({ trueMs }) => (trueMs === null ? [] : [trueMs]));
      note('delay by the picture’s clock', `${median(ages)} ms`);
      note('what the tile says, compared with it', `${median(errors)} ms`);
      expect(Math.abs(median(errors))).toBeLessThan(DELAY_AGREES_MS);
    });

    test(`${engine}: through a camera that is switched off and on again`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/yard?engine=${engine}`);
      await expectRisingPictures(page, 'yard', 25);
      await markElement(page, 'yard');
      await demo.kill();
      try {
        await expect(tile(page)).toHaveAttribute('data-state', 'waiting', { timeout: FIRST_PICTURE_MS });
      } finally {
        await demo.revive();
      }
      await expect(tile(page)).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
      await expectLive(page, 'yard', { youngerThanMs });
      await expectNoJumpBack(page, 'yard');
      await expectSameElement(page, 'yard');
      await expect(video(page)).toHaveAttribute('data-engine', engine);
    });
  }

  for (const engine of ['mse', 'hls'] as const) {
    test(`${engine}: with sound when it is turned on`, async ({ page }) => {
      await page.goto(`${relay.url}/?engine=${engine}#/camera/lab`);
      await expectRisingPictures(page, 'lab', 25);
      await page.keyboard.press('m');
      await expect(page.locator('video[data-camera="lab"]')).toHaveJSProperty('muted', false);
      await expect(async () => {
        expect(Math.abs((await loudestHz(page, 'lab')) - TONE_HZ)).toBeLessThan(HEARD_WITHIN_HZ);
      }).toPass({ timeout: FIRST_PICTURE_MS });
      await expectRisingPictures(page, 'lab', 25);
      await expect(page.locator('video[data-camera="lab"]')).toHaveAttribute('data-engine', engine);
    });

    test(`${engine}: on through a change of resolution`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/growing?engine=${engine}`);
      await expectRisingPictures(page, 'growing', 15);
      await markElement(page, 'growing');
      const width = async () => (await readPictureLog(page, 'growing')).pictures.at(-1)?.width;
      expect(await width()).toBe(640);
      await expect.poll(width, { timeout: FIRST_PICTURE_MS }).toBe(480);
      await expectRisingPictures(page, 'growing', 25);
      await expectLive(page, 'growing', { youngerThanMs: engine === 'hls' ? HLS_LIVE_MS : 1_500 });
      await expectSameElement(page, 'growing');
      const playing = page.locator('video[data-camera="growing"]');
      await expect(playing).toHaveAttribute('data-engine', engine);
      note('engines', (await playing.getAttribute('data-engine-starts')) ?? '');
    });
  }

  test('flv: without a list that grows with every keyframe', async ({ page }) => {
    // Where flv.js keeps the keyframes of a file to seek in.
    await page.addInitScript(() => {
      const lists = new Set<unknown[]>();
      Array.prototype.push = new Proxy(Array.prototype.push, {
        apply: (push, list: unknown[], items: unknown[]) => {
          if (items.some((item) => typeof item === 'object' && item !== null && 'isSyncPoint' in item)) lists.add(list);
          return Reflect.apply(push, list, items);
        },
      });
      Object.assign(window, { longestKeyframeList: () => Math.max(0, ...[...lists].map(({ length }) => length)) });
    });
    await page.goto(`${relay.url}/embed/yard?engine=flv`);
    await expectRisingPictures(page, 'yard', 100);
    const longest = await page.evaluate('longestKeyframeList()');
    expect(longest, 'of one picture after the other').toBe(1);
  });

  test('hls: at once when the camera was at rest, from the first part on', async ({ page }) => {
    expect((await relay.camera('still')).state).toBe('idle');
    await page.goto(`${relay.url}/embed/still?engine=hls`);
    await expectRisingPictures(page, 'still', 50);
    await expectLive(page, 'still', { youngerThanMs: HLS_LIVE_MS });
    await expect(page.locator('video[data-camera="still"]')).toHaveAttribute('data-engine', 'hls');
  });

  test('the next engine when one fails, and the details say why', async ({ page }) => {
    await garble(page, 'flv');
    await page.goto(`${relay.url}/#/camera/yard`);
    await expectRisingPictures(page, 'yard', 25);
    await expect(video(page)).toHaveAttribute('data-engine', 'mse');
    await expect(failure(page)).toHaveText('FLV does not playThe browser could not play the stream.');
    await expect(choice(page).locator('option').first()).toHaveText('Automatic (MP4)');
  });

  test('the last engine when all others fail', async ({ page }) => {
    await garble(page, 'flv');
    await garble(page, 'mp4');
    await page.goto(`${relay.url}/embed/yard`);
    await expectRisingPictures(page, 'yard', 25);
    await expect(video(page)).toHaveAttribute('data-engine', 'hls');
    await expect(tile(page)).toHaveAttribute('data-state', 'live');
  });

  test('the engine that the viewer picks, also at the next visit', async ({ page }) => {
    await page.goto(`${relay.url}/#/camera/yard`);
    await expectRisingPictures(page, 'yard', 10);
    await expect(video(page)).toHaveAttribute('data-engine', 'flv');
    await choice(page).selectOption('mse');
    await expect(video(page)).toHaveAttribute('data-engine', 'mse');
    await expectRisingPictures(page, 'yard', 10);
    await page.reload();
    await expectRisingPictures(page, 'yard', 10);
    await expect(video(page)).toHaveAttribute('data-engine', 'mse');
    await expect(choice(page)).toHaveValue('mse');
    await choice(page).selectOption('auto');
    await expect(video(page)).toHaveAttribute('data-engine', 'flv');
    await expectRisingPictures(page, 'yard', 10);
  });

  test('our own engine where ManagedMediaSource is all there is', async ({ page }) => {
    await page.addInitScript(() => {
      Object.assign(window, { ManagedMediaSource: window.MediaSource });
      Reflect.deleteProperty(window, 'MediaSource');
    });
    await page.goto(`${relay.url}/embed/yard`);
    await expectRisingPictures(page, 'yard', 25);
    await expect(video(page)).toHaveAttribute('data-engine', 'mse');
  });

  test('none where the browser knows nothing of live video, and says so', async ({ page }) => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(window, 'MediaSource');
      HTMLVideoElement.prototype.canPlayType = () => '';
    });
    await page.goto(`${relay.url}/embed/yard`);
    await expect(tile(page)).toHaveAttribute('data-state', 'offline');
    await expect(page.getByTestId('reason')).toContainText('This browser cannot play live video of this kind.');
  });
});

function note(type: string, description: string): void {
  test.info().annotations.push({ type, description });
}
