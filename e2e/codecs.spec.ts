/** H.265 and sub streams in the page: what it asks for, what it shows, and that nothing turns black on the way. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { decodeFile } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { expectMovingPicture } from './support/moving-picture.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay } from './support/tcp-relay.ts';
import {
  expectLive,
  expectRisingPictures,
  expectSameElement,
  FIRST_PICTURE_MS,
  markElement,
  PATIENT,
} from './support/watching.ts';

declare global {
  interface Window {
    appended?: number[][];
    black?: { looks: number; empty: number };
  }
}

test.describe('a camera of H.265', () => {
  let gst: GstreamerCamera;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    gst = await startGstreamerCamera({ mounts: { '/hevc': { codec: 'h265' } } });
    relay = await startRelay({ config: { ffmpeg: PATIENT, cameras: { cam: { url: gst.url('/hevc') } } } });
  });
  test.afterAll(async () => {
    await relay?.close();
    await gst?.close();
  });
  const video = (page: Page) => page.locator('video[data-camera="cam"]');

  test('plays as H.264 in a browser without a decoder for it', async ({ page }) => {
    await page.goto(`${relay.url}/#/camera/cam`);
    await expect(page.getByTestId('tile')).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    await expect(video(page)).toHaveAttribute('data-engine', 'flv');
    await expectMovingPicture(page, 'cam');
    expect(await relay.camera('cam')).toMatchObject({ pulls: 1, video: { codec: 'hevc' } });
    expect(gst.mostSessions()).toBe(1);
  });

  test('is given to a browser with a decoder as it is', async ({ page }) => {
    // This Chromium has none, so it is said to have one, and what the decoder would be given is written down.
    await page.addInitScript(() => {
      const { isTypeSupported, prototype } = MediaSource;
      MediaSource.isTypeSupported = (type) => type.includes('hvc1') || isTypeSupported.call(MediaSource, type);
      const { addSourceBuffer } = prototype;
      prototype.addSourceBuffer = function add(type) {
        if (!type.includes('hvc1')) return addSourceBuffer.call(this, type);
        document.documentElement.dataset.addedType = type;
        const buffer = addSourceBuffer.call(this, 'video/mp4; codecs="avc1.4d401f"');
        buffer.appendBuffer = (bytes) => {
          const view = ArrayBuffer.isView(bytes)
            ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
            : new Uint8Array(bytes);
          window.appended = [...(window.appended ?? []), [...view]];
          setTimeout(() => buffer.dispatchEvent(new Event('updateend')));
        };
        return buffer;
      };
    });
    const asked: string[] = [];
    page.on('websocket', (socket) => asked.push(new URL(socket.url()).pathname));
    await page.goto(`${relay.url}/#/camera/cam`);
    await expect(page.locator('html')).toHaveAttribute('data-added-type', /hvc1\.1/, { timeout: FIRST_PICTURE_MS });
    await expect.poll(() => page.evaluate(() => window.appended?.length ?? 0)).toBeGreaterThan(20);
    const bytes = Buffer.concat((await page.evaluate(() => window.appended ?? [])).map((each) => Buffer.from(each)));
    const { pictures, complaints } = await decodeFile(bytes);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(15);
    await expect(video(page)).toHaveAttribute('data-engine', 'mse');
    expect(asked).not.toContain('/live/cam.flv');
  });
});

test('a camera that changes to H.265 goes on in the same element', async ({ page }) => {
  const [first, second] = await Promise.all([
    startGstreamerCamera({ mounts: { '/cam': {} } }),
    startGstreamerCamera({ mounts: { '/cam': { codec: 'h265' } } }),
  ]);
  let way = await startTcpRelay({ targetPort: first.port });
  const { port } = way;
  const url = `rtsp://127.0.0.1:${port}/cam`;
  const relay = await startRelay({ config: { ffmpeg: PATIENT, cameras: { cam: { url } } } });
  try {
    await page.goto(`${relay.url}/#/camera/cam`);
    await expectMovingPicture(page, 'cam');
    await markElement(page, 'cam');
    await way.close();
    way = await startTcpRelay({ targetPort: second.port, port });
    await relay.untilCamera(
      'cam',
      ({ streams, transcodes }) => {
        return streams.main.sends === 'hevc' && transcodes.some(({ state }) => state === 'live');
      },
      30_000,
    );
    await expectMovingPicture(page, 'cam');
    await expectSameElement(page, 'cam');
    await expect(page.getByTestId('tile')).toHaveAttribute('data-state', 'live');
    await expect(page.locator('video[data-camera="cam"]')).toHaveAttribute('data-engine', 'flv');
  } finally {
    await page.close();
    await relay.close();
    await way.close();
    await Promise.all([first.close(), second.close()]);
  }
});

test.describe('a camera with a sub stream', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    const sub = demo.of('street', 'width=320&height=180&gop=25').url!;
    relay = await startRelay({
      config: { ffmpeg: PATIENT, cameras: { cam: demo.of('street', 'gop=25', { sub }), other: demo.of('yard') } },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  for (const engine of ['mse', 'hls'] as const) {
    // Their media times are those of the wall clock, which both streams share.
    test(`plays by ${engine}, live`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/cam?engine=${engine}`);
      await expectRisingPictures(page, 'cam', 25);
      await expectLive(page, 'cam', { youngerThanMs: 4_000 });
      await expect(page.locator('video[data-camera="cam"]')).toHaveAttribute('data-engine', engine);
    });
  }

  test('shows that in the grid and the main one alone, and nothing turns black between them', async ({ page }) => {
    const widthPx = () =>
      page.locator('video[data-camera="cam"]').evaluate((element: HTMLVideoElement) => element.videoWidth);
    await page.goto(relay.url);
    await expectRisingPictures(page, 'cam', 10);
    expect(await widthPx()).toBe(320);
    await markElement(page, 'cam');
    await watchForBlack(page, 'cam');
    await page.locator('[data-testid="tile"][data-camera="cam"] [data-testid="open"]').click();
    await expect.poll(widthPx, { timeout: FIRST_PICTURE_MS }).toBe(640);
    await expectRisingPictures(page, 'cam', 10);
    await page.keyboard.press('Escape');
    await expect.poll(widthPx, { timeout: FIRST_PICTURE_MS }).toBe(320);
    await expectRisingPictures(page, 'cam', 10);
    await expectSameElement(page, 'cam');
    const { looks, empty } = await page.evaluate(() => window.black!);
    expect(looks).toBeGreaterThan(30);
    expect(empty, 'moments without a picture').toBe(0);
    expect((await relay.camera('cam')).streams.sub?.state).toBe('live');
  });
});

/** Looks at every frame of the page whether there is a picture: that of the video, or the still over it. */
async function watchForBlack(page: Page, id: string): Promise<void> {
  await page.evaluate((id) => {
    const tile = document.querySelector(`[data-testid="tile"][data-camera="${id}"]`)!;
    const video = tile.querySelector('video')!;
    const still = tile.querySelector<HTMLCanvasElement>('canvas.still')!;
    const probe = document.createElement('canvas');
    probe.width = probe.height = 16;
    const context = probe.getContext('2d', { willReadFrequently: true })!;
    const seen = { looks: 0, empty: 0 };
    window.black = seen;
    const isBright = (source: HTMLVideoElement | HTMLCanvasElement): boolean => {
      context.clearRect(0, 0, 16, 16);
      context.drawImage(source, 0, 0, 16, 16);
      return context.getImageData(0, 0, 16, 16).data.some((value, at) => at % 4 < 3 && value > 60);
    };
    const look = () => {
      seen.looks++;
      const shown = still.hidden ? video.readyState >= 2 && isBright(video) : isBright(still);
      if (!shown) seen.empty++;
      requestAnimationFrame(look);
    };
    look();
  }, id);
}
