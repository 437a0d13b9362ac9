/** What cameras do wrong while they are watched, and how little of it a viewer notices. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { beginPictureLog, median, readPictureLog } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';
import {
  engineStarts,
  expectLive,
  expectNoJumpBack,
  expectRisingPictures,
  expectSameElement,
  FIRST_PICTURE_MS,
  markElement,
  pictureAgeMs,
} from './support/watching.ts';

const FAULT_AFTER_MS = 6_000;
/** Lateness at the relay with the sound gone, where ffmpeg waits for what does not come; players add their own. */
const LATE_AT_MOST_MS = 600;
const FFMPEG = { connectTimeoutMs: 10_000, stallTimeoutMs: 2_500, retryMinMs: 1_500, retryMaxMs: 1_500 };

test.describe('a camera that', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    const faulty = (fault: string, query = '') => demo.of('lab', `fault=${fault}&after=${FAULT_AFTER_MS}${query}`);
    relay = await startRelay({
      config: {
        ffmpeg: FFMPEG,
        cameras: {
          'muted-dying': faulty('audio-dies'),
          'sounding-dying': faulty('audio-dies', '&n=2'),
          silent: faulty('no-audio'),
          growing: faulty('resolution'),
          stalling: faulty('stall'),
          resetting: faulty('reset'),
        },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  const watch = async (page: Page, id: string) => {
    await page.goto(`${relay.url}/#/camera/${id}`);
    await expectRisingPictures(page, id, 20);
    await markElement(page, id);
  };
  /** By how much the pictures are older than the page knows is how late they came to the relay. */
  const expectBarelyLate = async (page: Page, id: string) => {
    const { readings } = await readPictureLog(page, id);
    const unknown = readings.flatMap(({ trueMs, shownMs }) =>
      trueMs === null || shownMs === null ? [] : [trueMs - shownMs],
    );
    note('late at the relay', `${median(unknown)} ms`);
    note('age on the screen', `${await pictureAgeMs(page, id)} ms`);
    expect(median(unknown)).toBeLessThan(LATE_AT_MOST_MS);
    await expectLive(page, id);
  };
  /** Waits until the fault has been in force for `ms`. */
  const untilFaultHasLasted = async (page: Page, id: string, ms: number) => {
    const { since } = await relay.camera(id);
    await sleep(Math.max(0, Date.parse(since) + FAULT_AFTER_MS + ms - Date.now()));
    await beginPictureLog(page, id);
    await sleep(1_000);
  };

  test('loses its sound keeps its picture live, for those who watch muted', async ({ page }) => {
    await watch(page, 'muted-dying');
    await untilFaultHasLasted(page, 'muted-dying', 5_000);
    await expectBarelyLate(page, 'muted-dying');
    await expectNoJumpBack(page, 'muted-dying');
    await expectSameElement(page, 'muted-dying');
  });

  test('loses its sound keeps its picture live, for those who listen', async ({ page }) => {
    await watch(page, 'sounding-dying');
    await page.keyboard.press('m');
    await expect(page.locator('video[data-camera="sounding-dying"]')).toHaveJSProperty('muted', false);
    await expectLive(page, 'sounding-dying');
    await untilFaultHasLasted(page, 'sounding-dying', 6_000);
    await expectBarelyLate(page, 'sounding-dying');
    await expectNoJumpBack(page, 'sounding-dying');
    await expectSameElement(page, 'sounding-dying');
  });

  test('announces sound and sends none is live, muted and with sound turned on', async ({ page }) => {
    await watch(page, 'silent');
    await expectLive(page, 'silent');
    await page.keyboard.press('m');
    await sleep(1_000);
    await beginPictureLog(page, 'silent');
    await expectLive(page, 'silent');
    await expectNoJumpBack(page, 'silent');
  });

  test('changes its resolution goes on in the same element', async ({ page }) => {
    await watch(page, 'growing');
    const width = async () => (await readPictureLog(page, 'growing')).pictures.at(-1)?.width;
    expect(await width()).toBe(640);
    await expect.poll(width, { timeout: FIRST_PICTURE_MS }).toBe(480);
    await expectRisingPictures(page, 'growing', 20);
    await expectLive(page, 'growing');
    await expectSameElement(page, 'growing');
    note('engines', String(await engineStarts(page, 'growing')));
  });

  for (const [id, words] of [
    ['stalling', 'The camera has stopped sending pictures.'],
    ['resetting', 'The camera has ended the stream.'],
  ] as const) {
    test(`is ${id} is said to, and comes back`, async ({ page }) => {
      await watch(page, id);
      const reason = page.locator(`[data-testid="tile"][data-camera="${id}"]`).getByTestId('reason');
      await expect(reason).toHaveText(words, { timeout: FIRST_PICTURE_MS });
      await expect
        .poll(async () => (await relay.camera(id)).lastError?.code)
        .toBe(id === 'stalling' ? 'stalled' : 'ended');
      await beginPictureLog(page, id);
      await expectLive(page, id);
      await expectNoJumpBack(page, id);
      await expectSameElement(page, id);
    });
  }
});

function note(type: string, description: string): void {
  test.info().annotations.push({ type, description });
}
