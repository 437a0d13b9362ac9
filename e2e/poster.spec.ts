/** What a tile shows before its player does: the relay's picture of a camera that is live, and nothing that is old. */
import { expect, test } from './support/browser-test.ts';
import { FlvClient } from './support/flv-client.ts';
import { videoOf } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { FIRST_PICTURE_MS, PATIENT } from './support/watching.ts';

test.describe('a poster', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const cameras = { live: { url: 'demo:lab?width=320&height=180' }, idle: { url: 'demo:yard?width=320&height=180' } };
    relay = await startRelay({ config: { ffmpeg: { ...PATIENT, idleTimeoutMs: 1_000 }, cameras } });
  });
  test.afterAll(() => relay?.close());

  test('is there for a camera that is live already, only until the player has a picture', async ({ page }) => {
    const viewer = new FlvClient(`${relay.url}/live/live.flv`);
    await viewer.untilKeyframe();
    const asked: string[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.endsWith('.jpg')) asked.push(`${response.status()} ${pathname}`);
    });
    const video = page.locator(videoOf('live'));
    // Without its stream the player stays as it is before its first picture.
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.routeWebSocket(/\/live\/live\.(flv|mp4)/, async (route) => {
      await held;
      route.connectToServer();
    });
    await page.goto(relay.url);
    await expect(video).toHaveAttribute('poster', /\/live\/live\.jpg\?start=0&/);
    await expect.poll(() => asked).toEqual(['200 /live/live.jpg']);
    expect(await page.locator(videoOf('idle')).getAttribute('poster')).toBeNull();
    release();
    await expect(video).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    await expect(video).not.toHaveAttribute('poster', /./);
    expect(asked).toEqual(['200 /live/live.jpg']);
    await viewer.leave();
  });
});
