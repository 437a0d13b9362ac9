/** Cameras whose sound fails while they are watched: the picture stays live, by the clock in it. */
import type { Page } from 'playwright/test';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { beginPictureLog, median, readable, readPictureLog } from './support/picture-log.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';
import { expectLive, expectNoJumpBack, expectSameElement, openCamera } from './support/watching.ts';

const FAULT_AFTER_MS = 5_000;
/** A picture whose sound is gone is no older than this on the screen, by the clock in the picture. */
const LIVE_WITHOUT_SOUND_MS = 600;
const JUDGED_MS = 3_000;
const FFMPEG = { connectTimeoutMs: 10_000, stallTimeoutMs: 2_500, retryMinMs: 1_500, retryMaxMs: 1_500 };

test.describe('a camera that', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    const faulty = (fault: string, query = '') => demo.of('lab', `fault=${fault}&after=${FAULT_AFTER_MS}${query}`);
    relay = await startRelay({
      config: {
        ffmpeg: FFMPEG,
        cameras: {
          'muted-dying': faulty('audio-dies'),
          'sounding-dying': faulty('audio-dies', '&n=2'),
          silent: faulty('no-audio'),
        },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  const watch = (page: Page, id: string) => openCamera(page, relay.url, id);
  /** Live once it has caught up with the moment in which the sound died, and from then on in the median. */
  const expectLiveWithoutSound = async (page: Page, id: string) => {
    await expectLive(page, id, { youngerThanMs: LIVE_WITHOUT_SOUND_MS, withinMs: 15_000 });
    await beginPictureLog(page, id);
    await sleep(JUDGED_MS);
    const pictures = readable((await readPictureLog(page, id)).pictures);
    const ageMs = median(pictures.map(({ atMs, clockMs }) => atMs - clockMs));
    note('age on the screen', `${Math.round(ageMs)} ms, ${pictures.length} pictures`);
    expect(ageMs).toBeLessThan(LIVE_WITHOUT_SOUND_MS);
    expect(pictures.length).toBeGreaterThan((JUDGED_MS / 1000) * 15);
  };
  /** Waits until the fault has been in force for `ms`. */
  const untilFaultHasLasted = async (page: Page, id: string, ms: number) => {
    const { since } = await relay.camera(id);
    await sleep(Math.max(0, Date.parse(since) + FAULT_AFTER_MS + ms - Date.now()));
    await beginPictureLog(page, id);
    await sleep(1_000);
  };

  test('loses its sound keeps its picture live, for those who watch muted', async ({ page }) => {
    await watch(page, 'muted-dying');
    await untilFaultHasLasted(page, 'muted-dying', 3_000);
    await expectLiveWithoutSound(page, 'muted-dying');
    await expectNoJumpBack(page, 'muted-dying');
    await expectSameElement(page, 'muted-dying');
  });

  test('loses its sound keeps its picture live, for those who listen', async ({ page }) => {
    await watch(page, 'sounding-dying');
    await page.keyboard.press('m');
    await expect(page.locator('video[data-camera="sounding-dying"]')).toHaveJSProperty('muted', false);
    await expectLive(page, 'sounding-dying');
    await untilFaultHasLasted(page, 'sounding-dying', 3_000);
    await expectLiveWithoutSound(page, 'sounding-dying');
    await expectNoJumpBack(page, 'sounding-dying');
    await expectSameElement(page, 'sounding-dying');
  });

  test('announces sound and sends none is live, muted and with sound turned on', async ({ page }) => {
    await watch(page, 'silent');
    await expectLiveWithoutSound(page, 'silent');
    await page.keyboard.press('m');
    await sleep(1_000);
    await beginPictureLog(page, 'silent');
    await expectLiveWithoutSound(page, 'silent');
    await expectNoJumpBack(page, 'silent');
  });
});

function note(type: string, description: string): void {
  test.info().annotations.push({ type, description });
}
