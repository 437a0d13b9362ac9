/** The dashboard as a page: first visit, languages, themes, keys, small and crowded screens. Its pictures are other specs'. */
import type { Page } from 'playwright/test';
import type { ConfigInput } from '../server/config/schema.ts';
import { expect, test } from './support/browser-test.ts';
import { backgroundLuma, expectAccessible, expectNoSidewaysScroll } from './support/page-checks.ts';
import { videoOf } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { engineStarts, FIRST_PICTURE_MS, PATIENT } from './support/watching.ts';

/** Small pictures, few a second: what is looked at here is the page around them. */
const SMALL = 'width=320&height=180&fps=8&gop=8';
const CHINESE = /[\u4e00-\u9fff]/;
const PHONE = { width: 390, height: 844 };

test.describe('the page with four demo cameras', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const scenes = ['yard', 'street', 'harbour', 'lab'];
    const cameras = Object.fromEntries(scenes.map((id) => [id, { title: `The ${id}`, url: `demo:${id}?${SMALL}` }]));
    relay = await startRelay({ config: { ffmpeg: { ...PATIENT, idleTimeoutMs: 20_000 }, cameras } });
  });
  test.afterAll(() => relay?.close());

  const tile = (page: Page, id: string) => page.locator(`[data-testid="tile"][data-camera="${id}"]`);
  const openGrid = async (page: Page) => {
    await page.goto(relay.url);
    for (const id of ['yard', 'street', 'harbour', 'lab']) await expectPlaying(page, id);
  };

  test('tells a first visitor how to add a camera, until told to go', async ({ page }) => {
    await page.goto(relay.url);
    const welcome = page.getByTestId('welcome');
    await expect(welcome).toContainText('These are demo cameras');
    await expect(welcome).toContainText('ffmpeg.config.json');
    const snippet = `{${await page.getByTestId('snippet').innerText()} "end": 0}`;
    expect(JSON.parse(snippet)).toMatchObject({ door: { url: expect.stringMatching(/^rtsp:/) } });
    await page.getByTestId('dismiss-welcome').click();
    await expect(welcome).toHaveCount(0);
    await page.reload();
    await expect(page.getByTestId('tile')).toHaveCount(4);
    await expect(welcome).toHaveCount(0);
  });

  test('says of each camera what it is, how it is and how late it is', async ({ page }) => {
    await openGrid(page);
    await expect(tile(page, 'yard')).toContainText('The yard');
    await expect(tile(page, 'yard').getByTestId('state')).toHaveText('Live');
    await expect(tile(page, 'yard').getByTestId('delay')).toHaveText(/^\d+(\.\d+)?\s?(s|ms)$/);
    await tile(page, 'yard').getByTestId('open').click();
    await expect(tile(page, 'yard')).toContainText(/320\s?×\s?180/);
    await expect(tile(page, 'yard')).toContainText(/\d fps/);
    await expect(tile(page, 'yard')).toContainText(/\d (k|M)bit\/s/);
    await expect(tile(page, 'yard')).toContainText('H.264');
  });

  test('speaks Chinese when asked to, or when the browser does', async ({ page, browser }) => {
    await page.goto(relay.url);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.locator('body')).not.toContainText(CHINESE);
    await page.getByTestId('language').click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(page.getByTestId('welcome')).toContainText('演示');
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.goto(`${relay.url}/embed/nope`);
    await expect(page.getByTestId('reason')).toHaveText('没有这个摄像机。');

    const chinese = await browser.newContext({ locale: 'zh-CN' });
    const second = await chinese.newPage();
    await second.goto(relay.url);
    await expect(second.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await second.getByTestId('language').click();
    await expect(second.locator('html')).toHaveAttribute('lang', 'en');
    await chinese.close();
  });

  test('is dark or light as the system is, or as chosen', async ({ page }) => {
    await page.goto(relay.url);
    await expect(page.getByTestId('tile')).toHaveCount(4);
    expect(await backgroundLuma(page)).toBeLessThan(60);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => backgroundLuma(page)).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByTestId('theme').click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await expect.poll(() => backgroundLuma(page)).toBeGreaterThan(200);
    await page.reload();
    await expect.poll(() => backgroundLuma(page)).toBeGreaterThan(200);
    await page.getByTestId('theme').click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect.poll(() => backgroundLuma(page)).toBeLessThan(60);
  });

  test('is worked by keys: arrows, Enter, Escape, and ? for help; opening a camera does not interrupt it', async ({
    page,
  }) => {
    await openGrid(page);
    const focused = () => page.evaluate(() => document.activeElement?.closest<HTMLElement>('.tile')?.dataset.camera);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('yard');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('street');
    const engines = await engineStarts(page, 'street');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/#\/camera\/street$/);
    await expect(tile(page, 'street')).toBeVisible();
    await expect(tile(page, 'yard')).toBeHidden();
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(/#\/camera\/harbour$/);
    await page.keyboard.press('ArrowLeft');
    await expect(page).toHaveURL(/#\/camera\/street$/);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/#\/$/);
    await expect.poll(focused).toBe('street');
    expect(await engineStarts(page, 'street')).toBe(engines);
    await page.goBack();
    await expect(page).toHaveURL(/#\/camera\/street$/);
    await page.goto(`${relay.url}/#/`);
    await page.keyboard.press('?');
    await expect(page.getByTestId('help-dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('help-dialog')).toHaveCount(0);
  });

  test('takes full screen along from camera to camera, and leaves it at once', async ({ page }) => {
    const fullScreen = () =>
      page.evaluate(() => {
        const element = document.fullscreenElement;
        return element instanceof HTMLElement ? [element.dataset.camera, element.offsetWidth] : null;
      });
    await page.goto(`${relay.url}/#/camera/yard`);
    await expectPlaying(page, 'yard');
    await page.keyboard.press('f');
    await expect.poll(fullScreen).toEqual(['yard', 1280]);
    for (const id of ['street', 'harbour']) {
      await page.keyboard.press('ArrowRight');
      await expect.poll(fullScreen).toEqual([id, 1280]);
      await expectPlaying(page, id);
    }
    await page.keyboard.press('f');
    await expect.poll(fullScreen).toBeNull();
    await expect(page.getByTestId('single').locator('.tile:visible')).toHaveCount(1);
  });

  test('fits a phone, in the grid and with a camera opened', async ({ page }) => {
    await page.setViewportSize(PHONE);
    await page.goto(relay.url);
    await expect(page.getByTestId('tile')).toHaveCount(4);
    await expectPlaying(page, 'yard');
    await expectNoSidewaysScroll(page);
    await tile(page, 'yard').getByTestId('open').click();
    await expectPlaying(page, 'yard');
    await expectNoSidewaysScroll(page);
    const { width } = (await page.locator(videoOf('yard')).boundingBox())!;
    expect(width).toBeGreaterThan(PHONE.width * 0.9);
    await page.setViewportSize({ width: 640, height: 360 });
    await expectNoSidewaysScroll(page);
    const lying = (await page.locator(videoOf('yard')).boundingBox())!;
    expect(lying.height, 'of a phone that lies, the picture has half').toBeGreaterThan(180);
    await page.goto(`${relay.url}/embed/yard`);
    await expectPlaying(page, 'yard');
    await expectNoSidewaysScroll(page);
  });

  test('passes axe: grid in dark and in light, an opened camera, help, embed page', async ({ page }) => {
    await openGrid(page);
    await expectAccessible(page, 'grid, dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expectAccessible(page, 'grid, light');
    await tile(page, 'lab').getByTestId('open').click();
    await expect(tile(page, 'lab')).toHaveClass(/is-open/);
    await expectAccessible(page, 'opened camera, light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page, 'opened camera, dark');
    await page.keyboard.press('?');
    await expect(page.getByTestId('help-dialog')).toBeVisible();
    await expectAccessible(page, 'help');
    await page.goto(`${relay.url}/embed/nope`);
    await expect(page.getByTestId('reason')).toBeVisible();
    await expectAccessible(page, 'embed page of no camera');
  });
});

test('without a camera the page says how to add one, on a phone too', async ({ page }) => {
  const relay = await startRelay({ config: { cameras: {} } });
  try {
    await page.goto(relay.url);
    const empty = page.getByTestId('empty');
    await expect(empty).toContainText('Add your first camera');
    const snippet = JSON.parse(`{${await page.getByTestId('snippet').innerText()}}`) as ConfigInput['cameras'];
    expect(snippet).toMatchObject({ door: { url: expect.stringMatching(/^rtsp:/) } });
    await expectAccessible(page, 'no cameras');
    await page.setViewportSize(PHONE);
    await expectNoSidewaysScroll(page);
    await page.getByTestId('language').click();
    await expect(empty).toContainText('添加');
  } finally {
    await page.goto('about:blank');
    await relay.close();
  }
});

test('sixteen cameras play together without scrolling, and can be searched', async ({ page }) => {
  const cameras = Object.fromEntries(
    Array.from({ length: 16 }, (_, n) => [`cam${n + 1}`, { title: `Gate ${n + 1}`, url: `demo:yard?n=${n}&${SMALL}` }]),
  );
  const relay = await startRelay({ config: { ffmpeg: PATIENT, cameras } });
  try {
    await page.goto(relay.url);
    await expect(page.getByTestId('tile')).toHaveCount(16);
    for (let n = 1; n <= 16; n++) await expectPlaying(page, `cam${n}`);
    const scroll = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    const welcomePx = (await page.getByTestId('welcome').boundingBox())?.height ?? 0;
    expect(scroll - welcomePx, 'pixels of cameras below the window').toBeLessThanOrEqual(0);
    await page.keyboard.press('/');
    await page.keyboard.type('gate 16');
    await expect(page.getByTestId('tile').filter({ visible: true })).toHaveCount(1);
    await page.getByTestId('search').fill('nowhere');
    await expect(page.getByText('No camera matches “nowhere”.')).toBeVisible();
    for (const width of [1280, 901, 768, 641, 360]) {
      await page.setViewportSize({ width, height: 1024 });
      await expectNoSidewaysScroll(page);
    }
  } finally {
    await page.goto('about:blank');
    await relay.close();
  }
});

/** Waits until the tile is live and its video has gone on playing. */
async function expectPlaying(page: Page, id: string): Promise<void> {
  const video = page.locator(videoOf(id));
  await expect(video).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
  await expect.poll(() => video.evaluate((element) => (element as HTMLVideoElement).currentTime)).toBeGreaterThan(0.1);
}
