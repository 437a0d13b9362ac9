/** MJPEG in a browser: a plain <img> shows what is now, for devices without Media Source Extensions. */
import type { Page } from 'playwright/test';
import { decodePictureCells, pictureCodeCells } from '../server/demo-camera/picture-code.ts';
import { expect, test } from './support/browser-test.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { PATIENT } from './support/watching.ts';

test.describe('an <img> of pictures without end', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const config = { ffmpeg: { ...PATIENT, idleTimeoutMs: 1_000 }, cameras: { lab: { url: 'demo:lab' } } };
    relay = await startRelay({ config });
  });
  test.afterAll(() => relay?.close());

  /** The time in the picture that is on the screen; null when none is. */
  const shownClockMs = async (page: Page) => {
    const lumas = await page.evaluate((cells) => {
      const image = document.querySelector<HTMLImageElement>('#mjpeg');
      if (image === null || image.naturalWidth === 0) return [];
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      return cells.map(({ x, y }) => context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data[1]!);
    }, pictureCodeCells());
    return decodePictureCells(lumas)?.clockMs ?? null;
  };

  test('goes on by itself and is not late; gone from the page, it leaves nothing running', async ({ page }) => {
    await page.goto(`${relay.url}/embed/nope`);
    await page.evaluate(() => {
      const image = document.createElement('img');
      image.id = 'mjpeg';
      image.src = '/live/lab.mjpeg?fps=5';
      document.body.append(image);
    });
    await expect.poll(() => shownClockMs(page), { timeout: 20_000 }).not.toBeNull();
    const seen = new Set<number>();
    const ages: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const clockMs = await shownClockMs(page);
      if (clockMs !== null) {
        seen.add(clockMs);
        ages.push(Date.now() - clockMs);
      }
      await page.waitForTimeout(200);
    }
    expect(seen.size).toBeGreaterThan(8);
    expect(ages.toSorted((a, b) => a - b)[Math.floor(ages.length / 2)]).toBeLessThan(1_500);

    await page.goto('about:blank');
    await relay.untilCamera('lab', ({ state, viewers }) => state === 'idle' && viewers === 0);
  });
});
