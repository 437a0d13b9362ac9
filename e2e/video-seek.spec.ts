/** Chromium's own <video> against the library: seeking in a file of 2 GB, and what has to be repacked first. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { openHole } from './support/hole-video.ts';
import { bytesRead, residentBytes } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { makeVideo, newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const HOLE_BYTES = 2 * 1_073_741_824;
const CHUNK_BYTES = 1_048_576;

// The pages here are bare JSON, for which Chromium looks for an icon.
test.use({ complaints: { allowed: [/favicon\.ico/] } });

test.describe('a <video>', () => {
  let folder: VideoFolder;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    folder = await newVideoFolder();
    const path = join(folder.videos, 'huge.mp4');
    await makeVideo(path, { seconds: 60, options: ['-movflags', '+faststart'] });
    await openHole(path, HOLE_BYTES);
    await makeVideo(join(folder.videos, 'nvr.ts'), { seconds: 4 });
    relay = await startRelay({ config: { dataDir: folder.dataDir, videos: { playerChunkBytes: CHUNK_BYTES } } });
  });
  test.afterAll(async () => {
    await relay?.close();
    await folder?.remove();
  });

  test.beforeEach(({ page }) =>
    page.addInitScript(() => {
      Object.assign(window, { file: () => document.querySelector<HTMLVideoElement>('#file')! });
    }),
  );

  /** Shows a video on a page of ours; resolves when there is a picture. */
  const show = async (page: Page, src: string) => {
    await page.goto(`${relay.url}/healthz`);
    await page.evaluate((address) => {
      const video = document.createElement('video');
      video.id = 'file';
      video.muted = true;
      video.src = address;
      document.body.append(video);
    }, src);
    await expect.poll(() => page.evaluate(() => file().readyState), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  };
  const seek = (page: Page, seconds: number) =>
    page.evaluate(async (to) => {
      const startedMs = performance.now();
      const video = file();
      const shown = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
      video.currentTime = to;
      await shown;
      return performance.now() - startedMs;
    }, seconds);

  test('seeks in a file of 2 GB: little memory, and no more than is watched', async ({ page }) => {
    let requests = 0;
    page.on('request', (request) => {
      if (request.url().includes('/api/video/')) requests += 1;
    });
    const readBefore = bytesRead(relay.pid);
    const beforeBytes = residentBytes(relay.pid);
    let peakBytes = beforeBytes;
    const timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, residentBytes(relay.pid));
    }, 100);
    await show(page, '/api/video/huge.mp4');
    expect(await page.evaluate(() => file().duration)).toBeGreaterThan(59);
    for (const seconds of [55, 3, 40, 20, 59]) await seek(page, seconds);
    await page.evaluate(() => file().play());
    await expect.poll(() => page.evaluate(() => file().currentTime)).toBeGreaterThan(59.3);
    clearInterval(timer);
    expect(peakBytes - beforeBytes, 'bytes by which the relay grew').toBeLessThan(64 * 1_048_576);
    expect(requests).toBeLessThan(40);
    // Chromium's own cache tells the page of larger answers than it asks for.
    expect(bytesRead(relay.pid) - readBefore).toBeLessThan(40 * CHUNK_BYTES);
  });

  test('plays a transport stream of an NVR by its plain address', async ({ page }) => {
    await show(page, '/api/video/nvr.ts');
    await page.evaluate(() => file().play());
    await expect.poll(() => page.evaluate(() => file().currentTime)).toBeGreaterThan(1);
  });
});

/** The video on the page; defined there by each test. */
declare function file(): HTMLVideoElement;
