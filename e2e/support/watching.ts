/** What tests expect of a picture in a page, as one line each. */
import type { Page } from 'playwright/test';
import { expect } from './browser-test.ts';
import { beginPictureLog, median, readable, readPictureLog, videoOf } from './picture-log.ts';

/** A picture must come on the screen within this time, on a busy machine too. */
export const FIRST_PICTURE_MS = 30_000;
/** Further behind is not live. */
export const LIVE_WITHIN_MS = 1_500;

/** For tests that are not about stalls: a machine at its limit is no stalled camera. */
export const PATIENT = { stallTimeoutMs: 8_000, connectTimeoutMs: 10_000 };

/** Waits until `count` pictures with an intact code were shown, and expects them to rise without a jump back. */
export async function expectRisingPictures(page: Page, id: string, count = 60): Promise<void> {
  await beginPictureLog(page, id);
  await expect
    .poll(async () => readable((await readPictureLog(page, id)).pictures).length, {
      message: `pictures of ${id} with a readable code`,
      timeout: FIRST_PICTURE_MS,
      intervals: [250],
    })
    .toBeGreaterThanOrEqual(count);
  await expectNoJumpBack(page, id);
}

/** Expects of the pictures since `beginPictureLog` that each is newer than the one before, and nearly all readable. */
export async function expectNoJumpBack(page: Page, id: string): Promise<void> {
  const { pictures } = await readPictureLog(page, id);
  const frames = readable(pictures).map(({ frame }) => frame);
  expect(frames.length / pictures.length, 'share of pictures whose code is intact').toBeGreaterThan(0.9);
  const jumps = frames.filter((frame, index) => index > 0 && frame < frames[index - 1]!);
  expect(jumps, 'pictures older than the one before').toEqual([]);
  expect(new Set(frames).size, 'different pictures').toBeGreaterThan(frames.length * 0.8);
}

/** Median age of the pictures shown in the last second, by their own clock; Infinity when there are too few. */
export async function pictureAgeMs(page: Page, id: string): Promise<number> {
  const { pictures } = await readPictureLog(page, id);
  const nowMs = await page.evaluate(() => Date.now());
  const latest = readable(pictures).filter(({ atMs }) => atMs > nowMs - 1000);
  return latest.length < 3 ? Number.POSITIVE_INFINITY : median(latest.map(({ atMs, clockMs }) => atMs - clockMs));
}

/** Waits until the pictures on the screen are younger than `youngerThanMs`. The log must have been begun. */
export async function expectLive(page: Page, id: string, options: { withinMs?: number; youngerThanMs?: number } = {}) {
  const { withinMs = FIRST_PICTURE_MS, youngerThanMs = LIVE_WITHIN_MS } = options;
  await expect
    .poll(() => pictureAgeMs(page, id), { message: `age of ${id}'s pictures`, timeout: withinMs, intervals: [150] })
    .toBeLessThan(youngerThanMs);
}

/**
 * How long after `sinceMs` (Unix ms) the first picture younger than `LIVE_WITHIN_MS` came on the screen. Waits for it.
 */
export async function liveAgainAfterMs(page: Page, id: string, sinceMs: number): Promise<number> {
  let foundAtMs = Number.NaN;
  await expect
    .poll(
      async () => {
        const pictures = readable((await readPictureLog(page, id)).pictures);
        const found = pictures.find(({ atMs, clockMs }) => atMs > sinceMs && atMs - clockMs < LIVE_WITHIN_MS);
        foundAtMs = found?.atMs ?? Number.NaN;
        return found !== undefined;
      },
      { message: `a live picture of ${id}`, timeout: FIRST_PICTURE_MS, intervals: [150] },
    )
    .toBe(true);
  return foundAtMs - sinceMs;
}

/** Marks the video element, so that `expectSameElement` can tell it from a new one. */
export async function markElement(page: Page, id: string): Promise<void> {
  await page.locator(videoOf(id)).evaluate((video) => Object.assign(video, { markOfTest: true }));
}

/** Opens a camera's view, waits until it plays and marks its element. */
export async function openCamera(page: Page, relayUrl: string, id: string): Promise<void> {
  await page.goto(`${relayUrl}/#/camera/${id}`);
  await expectRisingPictures(page, id, 20);
  await markElement(page, id);
}

/** Expects that the marked element is still the one on the page, and that the page was not loaded anew. */
export async function expectSameElement(page: Page, id: string): Promise<void> {
  const marked = await page.locator(videoOf(id)).evaluate((video) => 'markOfTest' in video);
  expect(marked, 'the same video element').toBe(true);
}

/** How many engines the element has had: 1 as long as nothing was interrupted. */
export async function engineStarts(page: Page, id: string): Promise<number> {
  return Number(await page.locator(videoOf(id)).getAttribute('data-engine-starts'));
}
