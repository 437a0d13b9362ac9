/** Pictures and sound of real cameras in Chromium, on the dashboard and in the page for other pages. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { expectMovingPicture } from './support/moving-picture.ts';
import { videoOf } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { loudestHz } from './support/sound.ts';
import { expectRisingPictures, FIRST_PICTURE_MS, PATIENT } from './support/watching.ts';

const USER = 'us@r';
const PASSWORD = 'p@ss:w/rd#1% ?&';
const DEMO_TONE_HZ = 1000;
const GSTREAMER_TONE_HZ = 440;
const HEARD_WITHIN_HZ = 30;
const IDS = ['demo-tcp', 'demo-udp', 'digest-tcp', 'digest-udp', 'basic-tcp', 'basic-udp'];

test.describe('a camera plays', () => {
  let demo: DemoRtsp;
  const gstreamers: GstreamerCamera[] = [];
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const login = { user: USER, password: PASSWORD };
    const mounts = { '/plain': {}, '/sound': { profile: 'baseline', audio: 'aac' } } as const;
    const [digest, basic, ownDemo] = await Promise.all([
      startGstreamerCamera({ mounts, auth: 'digest', ...login }),
      startGstreamerCamera({ mounts: { ...mounts, '/alaw': { audio: 'alaw' } }, auth: 'basic', ...login }),
      startDemoRtsp({ users: { [USER]: PASSWORD } }),
    ]);
    gstreamers.push(digest, basic);
    demo = ownDemo;
    const by = { username: USER, password: PASSWORD };
    relay = await startRelay({
      config: {
        ffmpeg: PATIENT,
        cameras: {
          'demo-tcp': demo.of('lab', undefined, by),
          'demo-udp': demo.of('yard', undefined, { ...by, transport: 'udp' }),
          'digest-tcp': { url: digest.url('/plain'), ...by },
          'digest-udp': { url: digest.url('/sound'), ...by, transport: 'udp' },
          'basic-tcp': { url: basic.url('/alaw'), ...by },
          'basic-udp': { url: basic.url('/plain'), ...by, transport: 'udp' },
        },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await Promise.all([...gstreamers, demo].map((camera) => camera?.close()));
  });

  const open = (page: Page, id: string) => page.goto(`${relay.url}/#/camera/${id}`);

  test('all of them side by side on the dashboard, muted and without a click', async ({ page }) => {
    await page.goto(relay.url);
    const tiles = page.getByTestId('tile');
    await expect(tiles).toHaveCount(6);
    for (const tile of await tiles.all()) {
      await expect(tile).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    }
    await Promise.all([
      expectRisingPictures(page, 'demo-tcp'),
      expectRisingPictures(page, 'demo-udp'),
      ...['digest-tcp', 'digest-udp', 'basic-tcp', 'basic-udp'].map((id) => expectMovingPicture(page, id)),
    ]);
    const muted = await page
      .locator('video')
      .evaluateAll((videos) => videos.map((video) => (video as HTMLVideoElement).muted));
    expect(muted).toEqual(Array(6).fill(true));
    const held = (await relay.cameras()).map(({ id, state, pulls, lastError }) => ({ id, state, pulls, lastError }));
    expect(held).toEqual(IDS.map((id) => ({ id, state: 'live', pulls: 1, lastError: null })));
  });

  for (const id of ['demo-tcp', 'demo-udp']) {
    test(`${id}: its frame numbers rise at /embed`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/${id}`);
      await expectRisingPictures(page, id, 40);
      await expect(page.getByTestId('tile')).toHaveAttribute('data-state', 'live');
    });
  }

  for (const id of ['digest-udp', 'basic-tcp']) {
    test(`${id}: the picture of GStreamer's server moves at /embed`, async ({ page }) => {
      await page.goto(`${relay.url}/embed/${id}`);
      await expectMovingPicture(page, id);
    });
  }

  for (const [id, toneHz] of [
    ['demo-tcp', DEMO_TONE_HZ],
    ['digest-udp', GSTREAMER_TONE_HZ],
    ['basic-tcp', GSTREAMER_TONE_HZ],
  ] as const) {
    test(`${id}: a tone of ${toneHz} Hz is heard after sound is turned on, and the pictures go on`, async ({
      page,
    }) => {
      await open(page, id);
      const tile = page.locator(`[data-testid="tile"][data-camera="${id}"]`);
      await expect(tile).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
      await tile.hover();
      await tile.getByTestId('sound').click();
      await expect(page.locator(videoOf(id))).toHaveJSProperty('muted', false);
      await expect(async () => {
        expect(Math.abs((await loudestHz(page, id)) - toneHz)).toBeLessThan(HEARD_WITHIN_HZ);
      }).toPass({ timeout: FIRST_PICTURE_MS });
      if (id === 'demo-tcp') await expectRisingPictures(page, id, 30);
      else await expectMovingPicture(page, id);
      await expect(tile).toHaveAttribute('data-state', 'live');
    });
  }

  test('a camera without sound offers none', async ({ page }) => {
    await open(page, 'demo-udp');
    const tile = page.locator('[data-testid="tile"][data-camera="demo-udp"]');
    await expect(tile).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    await expect(tile.getByTestId('sound')).toHaveCount(0);
  });
});
