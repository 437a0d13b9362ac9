/** What cameras do wrong while they are watched, and how little of it a viewer notices. Sound: `lost-sound.spec.ts`. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { beginPictureLog, readPictureLog } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import {
  engineStarts,
  expectLive,
  expectNoJumpBack,
  expectRisingPictures,
  expectSameElement,
  FIRST_PICTURE_MS,
  openCamera,
} from './support/watching.ts';

const FAULT_AFTER_MS = 5_000;
const FFMPEG = { connectTimeoutMs: 10_000, stallTimeoutMs: 2_500, retryMinMs: 1_500, retryMaxMs: 1_500 };

test.describe('a camera that', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    const faulty = (fault: string) => demo.of('lab', `fault=${fault}&after=${FAULT_AFTER_MS}`);
    relay = await startRelay({
      config: {
        ffmpeg: FFMPEG,
        cameras: {
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

  const watch = (page: Page, id: string) => openCamera(page, relay.url, id);
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
