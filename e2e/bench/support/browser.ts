/** Chromium for the benches: starts it, and reads the burned-in clock off a picture. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { decodePictureCells, type PictureCode, pictureCodeCells } from '../../../server/demo-camera/picture-code.ts';
import { type Belongings, sleepMs } from './bench.ts';

const SYSTEM_CHROMIUM = '/usr/bin/chromium';

export async function startBrowser(belongings: Belongings): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? (existsSync(SYSTEM_CHROMIUM) ? SYSTEM_CHROMIUM : undefined);
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--autoplay-policy=no-user-gesture-required'],
    // The bench's own end closes it.
    handleSIGINT: false,
    handleSIGTERM: false,
  });
  return belongings.add(browser);
}

/** A frame as it was shown. */
export interface ShownFrame {
  /** Unix ms at which the page was told of it. */
  readonly shownAtMs: number;
  readonly code: PictureCode | null;
}

/** What the page writes into its console before the milliseconds to its first frame. */
const FIRST_FRAME = 'first frame after ';

interface Watch {
  /** Milliseconds from the navigation's start to the first frame shown. */
  firstFrameMs: number | null;
  frames: { at: number; lumas: number[] }[];
}

/** Makes every document of the page watch its first video element. Call it before navigating. */
export async function watchFrames(page: Page, options: { readCode: boolean }): Promise<void> {
  // The loader that runs this file marks functions with a helper that a page does not have.
  await page.addInitScript('globalThis.__name ??= (named) => named;');
  await page.addInitScript(watchInPage, { cells: pictureCodeCells(), readCode: options.readCode, says: FIRST_FRAME });
}

/** Milliseconds from the navigation's start to the first frame shown; rejects when none comes in 30 s. */
export async function firstFrameMs(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => Reflect.get(window, 'benchWatch')?.firstFrameMs ?? null, null, {
    polling: 20,
    timeout: 30_000,
  });
  return Number(await handle.jsonValue());
}

/** A new window loads pages of the browser's own; a person is past that when the address is typed. */
const WINDOW_SETTLES_MS = 1_200;

/**
 * Milliseconds from the navigation to the first frame shown, in a window that is open already. The page tells by
 * itself: a question put to it meanwhile would run a script in it, for some 20 ms of what is measured.
 */
export async function navigationMs(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  try {
    await watchFrames(page, { readCode: false });
    await sleepMs(WINDOW_SETTLES_MS);
    const told = page.waitForEvent('console', {
      predicate: (message) => message.text().startsWith(FIRST_FRAME),
      timeout: 30_000,
    });
    const [message] = await Promise.all([told, page.goto(address, { waitUntil: 'commit' })]);
    return Number(message.text().slice(FIRST_FRAME.length));
  } finally {
    await page.close();
  }
}

/** The frames shown since the last call. */
export async function takeFrames(page: Page): Promise<ShownFrame[]> {
  const frames = await page.evaluate(() => {
    const watch: Watch = Reflect.get(window, 'benchWatch');
    return watch.frames.splice(0);
  });
  return frames.map(({ at, lumas }) => ({ shownAtMs: at, code: decodePictureCells(lumas) }));
}

/** Runs in the page, so it must not refer to anything outside. */
function watchInPage(options: { cells: { x: number; y: number }[]; readCode: boolean; says: string }): void {
  const watch: Watch = { firstFrameMs: null, frames: [] };
  Reflect.set(window, 'benchWatch', watch);
  const xs = options.cells.map(({ x }) => x);
  const ys = options.cells.map(({ y }) => y);
  const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  // Three pixels from one cell's centre to the next; the outermost centres lie a pixel and a half inside.
  const columns = new Set(xs).size;
  const rows = new Set(ys).size;
  const cellX = (box.right - box.left) / (columns - 1);
  const cellY = (box.bottom - box.top) / (rows - 1);
  let context: CanvasRenderingContext2D | null = null;
  const makeContext = () => {
    const canvas = document.createElement('canvas');
    canvas.width = columns * 3;
    canvas.height = rows * 3;
    return canvas.getContext('2d', { willReadFrequently: true, alpha: false })!;
  };
  const readLumas = (video: HTMLVideoElement): number[] => {
    context ??= makeContext();
    const { canvas } = context;
    const { videoWidth, videoHeight } = video;
    context.drawImage(
      video,
      (box.left - cellX / 2) * videoWidth,
      (box.top - cellY / 2) * videoHeight,
      columns * cellX * videoWidth,
      rows * cellY * videoHeight,
      0,
      0,
      canvas.width,
      canvas.height,
    );
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return options.cells.map((_, index) => {
      const x = (index % columns) * 3 + 1;
      const y = Math.floor(index / columns) * 3 + 1;
      const at = (y * canvas.width + x) * 4;
      return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
    });
  };
  const follow = (video: HTMLVideoElement) => {
    const onFrame = () => {
      const at = performance.timeOrigin + performance.now();
      if (watch.firstFrameMs === null) {
        watch.firstFrameMs = performance.now();
        console.info(options.says + watch.firstFrameMs);
      }
      video.requestVideoFrameCallback(onFrame);
      if (options.readCode && watch.frames.length < 10_000) watch.frames.push({ at, lumas: readLumas(video) });
    };
    video.requestVideoFrameCallback(onFrame);
  };
  const find = () => {
    const video = document.querySelector('video');
    if (video !== null) follow(video);
    else requestAnimationFrame(find);
  };
  // Before the page's own scripts have run there is no element yet; a mutation tells sooner than polling.
  const observer = new MutationObserver(() => {
    const video = document.querySelector('video');
    if (video === null) return;
    observer.disconnect();
    follow(video);
  });
  if (document.documentElement === null) find();
  else observer.observe(document, { childList: true, subtree: true });
}
