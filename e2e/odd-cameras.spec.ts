/** Every fault of the demo camera and what real cameras do, all on one page: a moving picture, or the right reason. */
import type { Page } from 'playwright/test';
import { FAULT_NAMES, type FaultName } from '../server/demo-camera/faults.ts';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type GstreamerCamera, type GstreamerMount, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { expectMovingPicture } from './support/moving-picture.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';

const SMALL = { width: 160, height: 120, fps: 10, keyint: 10, bitrateKbps: 200 } as const;
const FAULT_AFTER_MS = 4_000;
const SERVERS = 4;
const MOUNTS: Readonly<Record<string, GstreamerMount>> = {
  h265: { codec: 'h265' },
  mjpeg: { codec: 'mjpeg' },
  'a-law': { audio: 'alaw' },
  'mu-law': { audio: 'mulaw' },
  opus: { audio: 'opus' },
  'b-frames': { bFrames: true },
  'rare-keyframes': { keyint: 100 },
  'lossy-udp': { transport: 'udp', loss: 0.02 },
  'h265-udp': { codec: 'h265', transport: 'udp' },
  'sound-dies': { audio: 'aac', audioStopsAfterMs: FAULT_AFTER_MS },
  'picture-stalls': { audio: 'aac', videoStopsAfterMs: FAULT_AFTER_MS },
};
const STALLED = 'The camera has stopped sending pictures.';
/** Faults that a viewer is told of; the others are no reason for a tile without a picture. */
const TOLD: Partial<Record<FaultName, string>> = {
  silent: 'The camera does not answer.',
  reset: 'The camera has ended the stream.',
  stall: STALLED,
  'video-dies': STALLED,
  'wrong-password': 'The camera does not accept the user name or password.',
};

test.describe('on one page', () => {
  test.use({ viewport: { width: 1600, height: 1500 } });
  let servers: GstreamerCamera[] = [];
  let demo: DemoRtsp;
  let line: TcpRelay;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const password = 'p@ss:w/rd#1';
    // A server of GStreamer's answers nobody while it prepares a mount, so there are several of them.
    const serverOf = (turn: number) =>
      startGstreamerCamera({
        mounts: Object.fromEntries(
          Object.entries(MOUNTS)
            .filter((_mount, index) => index % SERVERS === turn)
            .map(([id, mount]) => [`/${id}`, { ...SMALL, ...mount }]),
        ),
      });
    const [locked, rebooting, ...shared] = await Promise.all([
      startGstreamerCamera({ mounts: { '/cam': SMALL }, auth: 'digest', user: 'admin', password }),
      startGstreamerCamera({ mounts: { '/reboots': SMALL } }),
      ...Array.from({ length: SERVERS }, (_, turn) => serverOf(turn)),
    ]);
    servers = [locked, rebooting, ...shared];
    demo = await startDemoRtsp();
    line = await startTcpRelay({ targetPort: rebooting.port });
    const real = Object.entries(MOUNTS).map(([id, { transport }], index) => {
      const url = shared[index % SERVERS]!.url(`/${id}`);
      return [id, { url, ...(transport === 'udp' ? { transport } : {}) }] as const;
    });
    const faulty = FAULT_NAMES.map((fault) => {
      return [`demo-${fault}`, demo.of('street', `fps=10&width=320&height=180&fault=${fault}&after=${FAULT_AFTER_MS}`)];
    });
    relay = await startRelay({
      config: {
        ffmpeg: { connectTimeoutMs: 15_000, stallTimeoutMs: 3_000, retryMinMs: 2_500, retryMaxMs: 2_500 },
        cameras: {
          ...Object.fromEntries(real),
          digest: { url: locked.url('/cam'), username: 'admin', password },
          reboots: { url: `rtsp://127.0.0.1:${line.port}/reboots` },
          ...Object.fromEntries(faulty),
        },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await Promise.all([line, ...servers, demo].map((each) => each?.close()));
  });

  const reasonOf = (page: Page, id: string) =>
    page.locator(`[data-testid="tile"][data-camera="${id}"]`).getByTestId('reason');
  const expectReason = (page: Page, id: string, words: string) =>
    expect(reasonOf(page, id), id).toHaveText(words, { timeout: 45_000 });

  test('each has a moving picture or says why not', async ({ page }) => {
    test.setTimeout(150_000);
    await page.goto(relay.url);
    await expect(page.getByTestId('tile')).toHaveCount(Object.keys(MOUNTS).length + 2 + FAULT_NAMES.length);
    const playing = (id: string) => test.step(id, () => expectMovingPicture(page, id));
    const told = [...Object.entries(TOLD).map(([fault, words]) => [`demo-${fault}`, words] as const)];
    await Promise.all([
      ...told.map(([id, words]) => test.step(id, () => expectReason(page, id, words))),
      test.step('picture-stalls', () => expectReason(page, 'picture-stalls', STALLED)),
      test.step('reboots', async () => {
        await expectMovingPicture(page, 'reboots');
        await line.down();
        await expectReason(page, 'reboots', 'The camera refuses the connection.');
        await line.up();
        await expectMovingPicture(page, 'reboots');
      }),
      test.step('sound-dies', async () => {
        await relay.untilCamera('sound-dies', ({ audio }) => audio !== null, 45_000);
        await page.waitForTimeout(FAULT_AFTER_MS * 2);
        await expectMovingPicture(page, 'sound-dies');
      }),
    ]);
    const seen = Object.keys(MOUNTS).filter((id) => !['picture-stalls', 'sound-dies'].includes(id));
    const untold = FAULT_NAMES.filter((fault) => TOLD[fault] === undefined).map((fault) => `demo-${fault}`);
    await Promise.all([...seen, 'digest', ...untold].map(playing));

    // The same words stand where machines read them.
    expect((await relay.camera('demo-wrong-password')).reason).toBe('unauthorized');
    expect((await relay.camera('demo-stall')).lastError?.code).toBe('stalled');
    expect((await relay.camera('picture-stalls')).lastError?.code).toBe('stalled');
    expect((await relay.camera('h265')).video?.codec).toBe('hevc');
    for (const id of ['a-law', 'mu-law', 'opus']) expect((await relay.camera(id)).audio?.codec).toBe('aac');
  });
});
