/** A page that nobody saw for a while, behind a closed lid or another tab, is live again soon after it is shown. */
import type { Page } from 'playwright/test';
import { sleepBrowser } from './support/asleep.ts';
import { CONNECTION_COMPLAINTS, expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { beginPictureLog } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { sleep } from './support/wait.ts';
import {
  expectLive,
  expectNoJumpBack,
  expectRisingPictures,
  expectSameElement,
  liveAgainAfterMs,
  markElement,
} from './support/watching.ts';

/** The aim on an idle machine is 2 s from the moment the lid opens. */
const AWAKE_WITHIN_MS = 2_000;
const FFMPEG = { connectTimeoutMs: 10_000, stallTimeoutMs: 4_000, idleTimeoutMs: 3_000 };

test.describe('a page recovers by itself', () => {
  test.use({ complaints: { allowed: CONNECTION_COMPLAINTS } });
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let network: TcpRelay;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: { ffmpeg: FFMPEG, delivery: { maxLagMs: 3_000 }, cameras: { yard: demo.of('yard') } },
    });
    network = await startTcpRelay({ targetPort: relay.port });
  });
  test.afterAll(async () => {
    await network?.close();
    await relay?.close();
    await demo?.close();
  });

  /** Opens the camera at /embed and waits until it plays. */
  const watch = async (page: Page, { port }: { port: number }) => {
    await page.goto(`http://127.0.0.1:${port}/embed/yard`);
    await expectRisingPictures(page, 'yard', 15);
    await markElement(page, 'yard');
  };

  test('from a closed lid, after which the relay has given the connection up', async ({ page, browser }) => {
    await watch(page, network);
    const wokenAtMs = await sleepBrowser(browser, 8_000);
    const backAfterMs = await liveAgainAfterMs(page, 'yard', wokenAtMs);
    test.info().annotations.push({ type: 'live after waking', description: `${backAfterMs} ms` });
    expect(backAfterMs).toBeLessThan(AWAKE_WITHIN_MS);
    await expectLive(page, 'yard');
    await expectSameElement(page, 'yard');
  });

  test('from being hidden and frozen', async ({ page, context }) => {
    await watch(page, relay);
    const devtools = await context.newCDPSession(page);
    await hide(page, true);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await sleep(6_000);
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await hide(page, false);
    const shownAtMs = Date.now();
    const backAfterMs = await liveAgainAfterMs(page, 'yard', shownAtMs);
    test.info().annotations.push({ type: 'live after being shown', description: `${backAfterMs} ms` });
    expect(backAfterMs).toBeLessThan(AWAKE_WITHIN_MS);
    await beginPictureLog(page, 'yard');
    await expectLive(page, 'yard');
    await expectNoJumpBack(page, 'yard');
    await expectSameElement(page, 'yard');
  });
});

/** Makes the page believe that another tab lies over it; a headless browser shows every tab. */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: isHidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}
