/** What every page of ours must be, whatever it shows: usable without a mouse or good eyes, and no wider than the window. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright/test';
import { expect } from './browser-test.ts';

/** Expects no finding of axe that it calls serious or critical. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(found, `axe: ${what}`).toEqual([]);
}

/** Expects that nothing must be scrolled sideways to be seen. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overhangPx = await page.evaluate(() => {
    window.scrollTo(10_000, 0);
    return Math.max(window.scrollX, document.documentElement.scrollWidth - document.documentElement.clientWidth);
  });
  expect(overhangPx, 'pixels beyond the right edge').toBe(0);
}

/** Perceived brightness of the page's background, 0 to 255. */
export async function backgroundLuma(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    const transparent = 'rgba(0, 0, 0, 0)';
    const colours = [document.body, document.documentElement].map((each) => getComputedStyle(each).backgroundColor);
    context.fillStyle = colours.find((colour) => colour !== transparent) ?? 'white';
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  });
}
