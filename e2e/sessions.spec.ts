/** However many tabs and kinds of connection watch a camera, it is asked once; or once for each, where that is wanted. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';
import { expectRisingPictures, PATIENT } from './support/watching.ts';

test.describe('sessions at the camera', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        ffmpeg: PATIENT,
        cameras: { shared: demo.of('yard'), each: demo.of('harbour', undefined, { sharing: 'viewer' }) },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  test('one for two tabs, a WebSocket and an HTTP stream of one camera', async ({ page, context }) => {
    const second = await context.newPage();
    await Promise.all([page.goto(`${relay.url}/embed/shared`), second.goto(`${relay.url}/embed/shared`)]);
    const streamed = await Promise.all([streamOverHttp(page, 'shared'), streamOverWebSocket(second, 'shared')]);
    for (const tab of [second, page]) await expectPlaysInFront(tab, 'shared');
    await eventually(
      () => Promise.all(streamed.map((bytes) => bytes())),
      (bytes) => Math.min(...bytes) > 100_000,
    );
    expect(await relay.camera('shared')).toMatchObject({ viewers: 4, pulls: 1, starts: 1 });
    expect(demo.sessions('yard')).toMatchObject({ now: 1, total: 1 });
  });

  test('one each with sharing: "viewer", ending with their tabs', async ({ page, context }) => {
    const second = await context.newPage();
    await Promise.all([page.goto(`${relay.url}/embed/each`), second.goto(`${relay.url}/embed/each`)]);
    for (const tab of [second, page]) await expectPlaysInFront(tab, 'each');
    expect(await relay.camera('each')).toMatchObject({ viewers: 2, pulls: 2 });
    expect(demo.sessions('harbour').now).toBe(2);
    await second.close();
    await expect.poll(() => demo.sessions('harbour').now).toBe(1);
    await expectRisingPictures(page, 'each', 10);
  });

  test('one for a page whose browser is out of memory for the pictures for a moment', async ({ page }) => {
    await page.addInitScript(() => {
      const append = SourceBuffer.prototype.appendBuffer;
      SourceBuffer.prototype.appendBuffer = function (data) {
        if (!window.isFull) return append.call(this, data);
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.goto(`${relay.url}/embed/shared`);
    await expectRisingPictures(page, 'shared', 25);
    await page.evaluate(() => Object.assign(window, { isFull: true }));
    await expect(page.getByTestId('tile')).not.toHaveAttribute('data-state', 'live');
    await page.evaluate(() => Object.assign(window, { isFull: false }));
    await expectRisingPictures(page, 'shared', 25);
    await expect.poll(async () => (await relay.camera('shared')).viewers).toBe(1);
  });

  test('one for a page that may not open WebSockets and plays over HTTP', async ({ page }) => {
    const requests: string[] = [];
    await page.routeWebSocket(/./, (socket) => socket.close());
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`${relay.url}/embed/shared`);
    await expectRisingPictures(page, 'shared', 25);
    expect(requests).toContain('/live/shared.flv');
    expect(demo.sessions('yard').now).toBe(1);
  });
});

/** Chromium draws the pictures of a tab behind another about once a second. */
async function expectPlaysInFront(tab: Page, id: string): Promise<void> {
  await tab.bringToFront();
  await expectRisingPictures(tab, id, 25);
}

type CountBytes = () => Promise<number>;

declare global {
  interface Window {
    streamedBytes?: number;
    isFull?: boolean;
  }
}

/** Reads the camera's stream over HTTP in the page for as long as the page lives. */
async function streamOverHttp(page: Page, id: string): Promise<CountBytes> {
  await page.evaluate(async (path) => {
    const response = await fetch(path);
    const reader = response.body!.getReader();
    window.streamedBytes = 0;
    const read = async (): Promise<void> => {
      const { value } = await reader.read();
      if (value === undefined) return;
      window.streamedBytes! += value.byteLength;
      return read();
    };
    void read();
  }, `/live/${id}.flv`);
  return () => page.evaluate(() => window.streamedBytes ?? 0);
}

/** The same over a WebSocket. */
async function streamOverWebSocket(page: Page, id: string): Promise<CountBytes> {
  await page.evaluate((path) => {
    const socket = new WebSocket(new URL(path, location.href.replace('http', 'ws')));
    socket.binaryType = 'arraybuffer';
    window.streamedBytes = 0;
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      window.streamedBytes! += data.byteLength;
    };
  }, `/live/${id}.flv`);
  return () => page.evaluate(() => window.streamedBytes ?? 0);
}
