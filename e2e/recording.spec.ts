/** Recordings in a real browser: how soon an hour shows its first picture, a period by hls.js, an export. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright/test';
import type { RecordingsAnswer } from '../server/protocol.ts';
import type { RecordedFile } from '../server/videos/recording/recorded-file.ts';
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { writeLongRecording } from './support/long-recording.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

const HLS_JS = fileURLToPath(new URL('../node_modules/hls.js/dist/hls.min.js', import.meta.url));
const REQUEST_DELAY_MS = 20;
const FIRST_PICTURE_MS = 500;
const FIRST_REQUESTS = 4;
const SEEK_REQUESTS = 10;

interface Shown {
  readonly ms: number;
  readonly at: number;
  readonly width: number;
  readonly duration: number;
}

/** Shows a source in a new element; resolves with its first picture. */
function show(page: Page, source: string): Promise<Shown> {
  return page.evaluate(async (src) => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.replaceChildren(video);
    const startMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      video.addEventListener('loadeddata', () => resolve());
      video.addEventListener('error', () => reject(new Error(video.error?.message)));
      video.src = src;
    });
    const { currentTime: at, videoWidth: width, duration } = video;
    return { ms: performance.now() - startMs, at, width, duration };
  }, source);
}

/** Plays what is shown to its end, at several times its speed; the widths that were seen. */
function playThrough(page: Page): Promise<{ widths: number[]; at: number }> {
  return page.evaluate(async () => {
    const video = document.querySelector('video')!;
    const widths = new Set<number>([video.videoWidth]);
    video.addEventListener('resize', () => widths.add(video.videoWidth));
    video.playbackRate = 4;
    await new Promise<void>((resolve, reject) => {
      video.addEventListener('ended', () => resolve());
      video.addEventListener('error', () => reject(new Error(video.error?.message)));
      void video.play();
    });
    return { widths: [...widths], at: video.currentTime };
  });
}

// The pages here are bare JSON, for which Chromium looks for an icon.
test.use({ bypassCSP: true, complaints: { allowed: [/favicon\.ico/] } });

test.describe('recordings', () => {
  let folder: string;
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let hour: RecordedFile;
  const list = async (camera: string) =>
    (await (await fetch(`${relay.url}/api/cameras/${camera}/recordings`)).json()) as RecordingsAnswer;

  test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-recordings-'));
    const startedAtMs = Date.now() - 2 * 3_600_000;
    hour = await writeLongRecording({ folder, camera: 'archive', startedAtMs, minutes: 60 });
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        recording: { path: folder, segmentMs: 5_000, minFreeBytes: 0 },
        cameras: {
          archive: { url: 'rtsp://127.0.0.1:1/none' },
          growing: demo.of('lab', 'gop=25&fault=resolution&after=6000', { record: { when: 'always' } }),
        },
      },
    });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('an hour shows its first picture at once, and any other after few requests', async ({ page }) => {
    await eventually(
      () => list('archive'),
      ({ files }) => files.length === 1,
      { withinMs: 30_000 },
    );
    await page.goto(`${relay.url}/healthz`);
    let requests = 0;
    await page.route('**/recordings/files/**', async (route) => {
      requests += 1;
      await sleep(REQUEST_DELAY_MS);
      await route.continue();
    });
    const url = `${relay.url}/api/cameras/archive/recordings/files/${hour.name}`;
    let soonestMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      requests = 0;
      const first = await show(page, url);
      expect(first.width).toBe(640);
      expect(Math.abs(first.duration - 3_600)).toBeLessThan(1);
      expect(requests).toBeLessThanOrEqual(FIRST_REQUESTS);
      soonestMs = Math.min(soonestMs, first.ms);
    }
    expect(soonestMs).toBeLessThan(FIRST_PICTURE_MS);
    for (const target of [1_801, 3_500, 60]) {
      requests = 0;
      const at = await page.evaluate(async (seconds) => {
        const video = document.querySelector('video')!;
        const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = seconds;
        await seeked;
        return video.currentTime;
      }, target);
      expect(Math.abs(at - target)).toBeLessThan(0.1);
      expect(requests).toBeLessThanOrEqual(SEEK_REQUESTS);
    }
  });

  test('a period plays in hls.js, and its export by itself, over a change of the picture’s size', async ({ page }) => {
    const wide = ({ files }: RecordingsAnswer) => new Set(files.map(({ width }) => width)).size > 1;
    const { files } = await eventually(
      () => list('growing'),
      (answer) => wide(answer) && answer.files.filter(({ growing }) => !growing).length >= 3,
      { withinMs: 40_000 },
    );
    const change = files.findIndex(({ width }, index) => index > 0 && width !== files[index - 1]!.width);
    const [before, after] = [files[change - 1]!, files[change]!];
    const query = `?from=${before.from}&to=${new Date(Math.min(Date.parse(after.from) + 3_000, Date.parse(after.to))).toISOString()}`;
    const base = `${relay.url}/api/cameras/growing/recordings`;
    await page.goto(`${relay.url}/healthz`);
    const exported = await show(page, `${base}/export.mp4${query}`);
    expect(exported.duration).toBeGreaterThan(before.durationMs / 1000);
    const seen = await playThrough(page);
    expect(seen.widths).toEqual([before.width, after.width]);

    await page.addScriptTag({ path: HLS_JS });
    const played = await page.evaluate(async (src) => {
      const { Hls } = globalThis as unknown as { Hls: new () => HlsPlayer };
      interface HlsPlayer {
        loadSource(src: string): void;
        attachMedia(video: HTMLVideoElement): void;
        on(event: string, listener: (event: string, data: { fatal: boolean; details: string }) => void): void;
      }
      const video = document.createElement('video');
      video.muted = true;
      document.body.replaceChildren(video);
      const widths = new Set<number>();
      video.addEventListener('resize', () => widths.add(video.videoWidth));
      const hls = new Hls();
      hls.attachMedia(video);
      hls.loadSource(src);
      await new Promise<void>((resolve, reject) => {
        hls.on('hlsError', (_event, { fatal, details }) => fatal && reject(new Error(details)));
        video.addEventListener('ended', () => resolve());
        video.addEventListener('canplay', () => {
          video.playbackRate = 4;
          void video.play();
        });
      });
      return { widths: [...widths], duration: video.duration };
    }, `${base}/index.m3u8${query}`);
    expect(played.widths).toEqual([before.width, after.width]);
    expect(Math.abs(played.duration - exported.duration)).toBeLessThan(0.5);
  });
});
