/** Whether a picture without a code of ours moves: a grey or a frozen one fails. */
import type { Page } from 'playwright/test';
import { expect } from './browser-test.ts';
import { videoOf } from './picture-log.ts';
import { FIRST_PICTURE_MS } from './watching.ts';

const LOOKS = 12;
const LOOK_EVERY_MS = 160;

interface Look {
  readonly timeS: number;
  /** Lumas of the picture scaled to 32x24. */
  readonly lumas: number[];
}

/** Looks at the element for some seconds: pictures that are not uniform, and differ from one look to the next. */
export async function expectMovingPicture(page: Page, id: string): Promise<void> {
  const video = page.locator(videoOf(id));
  await expect
    .poll(() => video.evaluate((element) => (element as HTMLVideoElement).readyState), { timeout: FIRST_PICTURE_MS })
    .toBeGreaterThanOrEqual(2);
  await expect(async () => {
    const looks = await video.evaluate(lookAt, { looks: LOOKS, everyMs: LOOK_EVERY_MS });
    expect(Math.min(...looks.map(({ lumas }) => spread(lumas))), 'contrast of the flattest picture').toBeGreaterThan(5);
    const changes = looks.slice(1).map(({ lumas }, index) => difference(lumas, looks[index]!.lumas));
    expect(changes.filter((change) => change > 1).length, 'looks at which it had moved').toBeGreaterThan(LOOKS * 0.6);
    const steps = looks.slice(1).map(({ timeS }, index) => timeS - looks[index]!.timeS);
    expect(Math.min(...steps), 'seconds of the smallest step in playing time').toBeGreaterThanOrEqual(0);
  }).toPass({ timeout: FIRST_PICTURE_MS });
}

/** Runs in the page. */
async function lookAt(element: Element, options: { looks: number; everyMs: number }): Promise<Look[]> {
  const video = element as HTMLVideoElement;
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 24;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const looks: Look[] = [];
  while (looks.length < options.looks) {
    context.drawImage(video, 0, 0, 32, 24);
    const { data } = context.getImageData(0, 0, 32, 24);
    const lumas = Array.from({ length: 32 * 24 }, (_, index) => data[index * 4 + 1]!);
    looks.push({ timeS: video.currentTime, lumas });
    await new Promise((resolve) => setTimeout(resolve, options.everyMs));
  }
  return looks;
}

/** Standard deviation. */
function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Largest difference of one point. */
function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}
