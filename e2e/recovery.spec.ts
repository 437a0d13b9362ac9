/**
 * Whatever goes away comes back on the page by itself: same video element, no reload, and words meanwhile. Where a time
 * is promised: `asleep.spec.ts`.
 */
import type { Page } from 'playwright/test';
import { CONNECTION_COMPLAINTS, expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { sleep } from './support/wait.ts';
import {
  expectNoJumpBack,
  expectRisingPictures,
  expectSameElement,
  FIRST_PICTURE_MS,
  liveAgainAfterMs,
  markElement,
} from './support/watching.ts';

const FFMPEG = {
  connectTimeoutMs: 10_000,
  stallTimeoutMs: 4_000,
  idleTimeoutMs: 3_000,
  retryMinMs: 200,
  retryMaxMs: 1_000,
};

test.describe('a page recovers by itself', () => {
  test.use({ complaints: { allowed: CONNECTION_COMPLAINTS } });
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let network: TcpRelay;
  const start = (port: number) =>
    startRelay({
      config: {
        ffmpeg: FFMPEG,
        delivery: { maxLagMs: 3_000 },
        cameras: {
          yard: demo.of('yard'),
          locked: demo.of('street', 'fault=wrong-password'),
        },
      },
      args: ['--port', String(port)],
    });
  test.beforeAll(async () => {
    demo = await startDemoRtsp({ users: { viewer: 'the same when it is back' } });
    relay = await start(0);
    network = await startTcpRelay({ targetPort: relay.port });
  });
  test.afterAll(async () => {
    await network?.close();
    await relay?.close();
    await demo?.close();
  });

  /** Opens the camera at /embed and waits until it plays. */
  const watch = async (page: Page, port = relay.port) => {
    await page.goto(`http://127.0.0.1:${port}/embed/yard`);
    await expectRisingPictures(page, 'yard', 15);
    await markElement(page, 'yard');
  };
  const tile = (page: Page) => page.getByTestId('tile');

  test('from a camera that is switched off and on again', async ({ page }) => {
    await watch(page);
    await demo.kill();
    try {
      await expect(tile(page)).toHaveAttribute('data-state', 'waiting');
      await expect(page.getByTestId('reason')).toHaveText(/The camera (refuses the connection|has ended the stream)\./);
    } finally {
      await demo.revive();
    }
    const revivedAtMs = Date.now();
    await liveAgainAfterMs(page, 'yard', revivedAtMs);
    await expect(tile(page)).toHaveAttribute('data-state', 'live');
    await expect(page.getByTestId('reason')).toHaveCount(0);
    await expectNoJumpBack(page, 'yard');
    await expectSameElement(page, 'yard');
  });

  test('from a relay that is killed and started again', async ({ page }) => {
    await page.goto(`${relay.url}/#/camera/yard`);
    await expectRisingPictures(page, 'yard', 15);
    await markElement(page, 'yard');
    relay.kill('SIGKILL');
    await relay.close();
    await expect(page.getByTestId('link-lost')).toContainText('Connection to Sightline lost');
    relay = await start(relay.port);
    await liveAgainAfterMs(page, 'yard', Date.now());
    await expect(page.getByTestId('link-lost')).toHaveCount(0);
    await expect(page.locator('[data-camera="yard"][data-testid="tile"]')).toHaveAttribute('data-state', 'live');
    await expectNoJumpBack(page, 'yard');
    await expectSameElement(page, 'yard');
  });

  test('from five seconds without a network', async ({ page, context }) => {
    await watch(page, network.port);
    await Promise.all([context.setOffline(true), network.down()]);
    try {
      await expect(page.getByTestId('reason')).toHaveText('No connection to Sightline.');
      await sleep(5_000);
    } finally {
      await network.up();
      await context.setOffline(false);
    }
    await liveAgainAfterMs(page, 'yard', Date.now());
    await expectNoJumpBack(page, 'yard');
    await expectSameElement(page, 'yard');
  });

  test('but a wrong password only waits, and says so, until somebody presses the button', async ({ page }) => {
    await page.goto(`${relay.url}/#/camera/locked`);
    const locked = page.locator('[data-camera="locked"][data-testid="tile"]');
    await expect(locked).toHaveAttribute('data-state', /waiting|offline/, { timeout: FIRST_PICTURE_MS });
    const words = 'The camera does not accept the user name or password.';
    await expect(locked.getByTestId('reason')).toHaveText(words);
    const refusals = () =>
      relay.logLines().filter(({ camera, level, reason }) => {
        return camera === 'locked' && level === 'warn' && reason === 'unauthorized';
      }).length;
    const before = refusals();
    expect(before).toBeGreaterThan(0);
    await page.goto(`${relay.url}/embed/locked`);
    await expect(page.getByTestId('reason')).toHaveText(words);
    await page.reload();
    await expect(page.getByTestId('reason')).toHaveText(words);
    expect(refusals(), 'logins tried').toBe(before);
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(refusals, { message: 'logins tried after the button' }).toBeGreaterThan(before);
    await expect(page.getByTestId('reason')).toHaveText(words);
  });

  test('and a camera that there is not, is said not to be there', async ({ page }) => {
    await page.goto(`${relay.url}/embed/nope`);
    await expect(tile(page)).toHaveAttribute('data-state', 'offline');
    await expect(page.getByTestId('reason')).toHaveText('There is no such camera.');
    await page.goto(`${relay.url}/#/camera/nope`);
    await expect(page.getByTestId('no-such-camera')).toHaveText('There is no such camera.');
  });
});
