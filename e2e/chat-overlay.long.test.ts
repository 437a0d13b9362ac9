/** What danmaku cost the picture: the overlay beside a bare CSS animation of as many elements, and beside nothing. */
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { median } from './bench/support/measure.ts';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const ON_SCREEN = 200;
const WINDOW_MS = 4_000;
const ROUNDS = 5;
/** A few more than leave on the left when so many are on the screen and each takes ten seconds. */
const SAID_PER_TICK = 3;
const TICK_MS = 130;
/** One picture of the camera: what is later by less than that is shown at the same time. */
const PICTURE_MS = 40;
/** Short, as danmaku are; the same texts fly in both. */
const text = (n: number) => `${n % 100} 高能`;

let relay: RelayProcess;
let browser: Browser;

beforeAll(async () => {
  relay = await startRelay({
    config: {
      access: { open: true },
      cameras: { yard: { url: 'demo:yard' } },
      chat: { messages: 1000, perMs: 1_000, maxQueueMessages: 10_000 },
    },
  });
  const executablePath = process.env.SIGHTLINE_CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await relay?.close();
});

it(`with ${ON_SCREEN} danmaku on the picture the page loses at most 1.1 times the frames that as many bare CSS animations lose, and the video is not later`, async () => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(() =>
    localStorage.setItem('sightline.chat.overlay', '{"on":true,"opacity":1,"size":0.7,"speed":1,"density":1}'),
  );
  await page.goto(`${relay.url}/#/camera/yard`);
  await page.locator('.tile.is-open[data-state="live"]').waitFor({ timeout: 30_000 });
  const speaker = await ChatClient.join(`${relay.wsUrl}/chat/yard`, { socket: ELSEWHERE });
  let said = 0;
  let speaks = false;
  const timer = setInterval(() => {
    for (let i = 0; speaks && i < SAID_PER_TICK; i++) {
      speaker.say(text(said), { type: 'danmaku', clientId: `n${said++}` });
    }
  }, TICK_MS);

  const rounds: Record<Side, Window>[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      speaks = true;
      await eventually(
        () => flying(page),
        (count) => count >= ON_SCREEN + 10,
        { withinMs: 60_000 },
      );
      const danmaku = await measure(page);
      speaks = false;
      await eventually(
        () => flying(page),
        (count) => count === 0,
        { withinMs: 60_000 },
      );
      const nothing = await measure(page);
      // What has flown is taken off the page, with what carried it.
      expect(await page.locator('.danmaku, .danmaku-flight').count()).toBe(0);
      await showBare(page, danmaku.elements);
      const bare = await measure(page);
      await page.evaluate(() => document.querySelector('.bare')?.remove());
      rounds.push({ danmaku, bare, nothing });
      console.log(`round ${round + 1}: ${SIDES.map((side) => `${side} ${told(rounds.at(-1)![side])}`).join('; ')}`);
    }
  } finally {
    clearInterval(timer);
  }
  const middle = (side: Side, pick: (window: Window) => number) => median(rounds.map((round) => pick(round[side])));
  const lostShare = (side: Side) => middle(side, ({ lost, due }) => lost / due);
  const delayMs = (side: Side) => middle(side, (window) => window.delayMs);
  for (const side of SIDES) {
    console.log(`${side}: loses ${(lostShare(side) * 100).toFixed(1)} %, the picture is ${delayMs(side)} ms late`);
  }
  expect(Math.min(...rounds.map(({ danmaku }) => danmaku.elements))).toBeGreaterThanOrEqual(ON_SCREEN);
  // One frame a window is the clock's own noise.
  expect(lostShare('danmaku')).toBeLessThanOrEqual(lostShare('bare') * 1.1 + 1 / middle('bare', ({ due }) => due));
  expect(delayMs('danmaku')).toBeLessThanOrEqual(delayMs('nothing') + PICTURE_MS);
});

const SIDES = ['danmaku', 'bare', 'nothing'] as const;
type Side = (typeof SIDES)[number];

interface Window {
  /** Seen at the beginning and at the end, the smaller of both. */
  readonly elements: number;
  readonly due: number;
  readonly lost: number;
  readonly delayMs: number;
  /** Pictures of the video that were decoded and not shown. */
  readonly dropped: number;
}

const told = ({ elements, lost, due, delayMs, dropped }: Window) =>
  `${elements} elements, lost ${lost} of ${due}, delay ${delayMs} ms, dropped ${dropped}`;

/** Those that can be seen; what is out on the left stays on the page for a moment. */
function flying(page: Page): Promise<number> {
  return page.evaluate(() => {
    const stage = document.querySelector('.danmaku-stage')!.getBoundingClientRect();
    return [...document.querySelectorAll('.danmaku')].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return right > stage.left && left < stage.right;
    }).length;
  });
}

/** Counts animation frames for a while: what is missing at 60 a second was lost. */
async function measure(page: Page): Promise<Window> {
  // What was begun or taken away a moment ago is not part of it.
  await page.waitForTimeout(1_000);
  const before = await flying(page);
  const result = await page.evaluate(
    (windowMs) =>
      new Promise<{ due: number; lost: number; delays: number[]; dropped: number }>((resolve) => {
        const frameMs = 1000 / 60;
        const tile = document.querySelector<HTMLElement>('.tile.is-open')!;
        const droppedSoFar = () => tile.querySelector('video')!.getVideoPlaybackQuality().droppedVideoFrames;
        const droppedBefore = droppedSoFar();
        const delays: number[] = [];
        let startMs = 0;
        let lastMs = 0;
        let lost = 0;
        const onFrame = (nowMs: number) => {
          if (startMs === 0) startMs = nowMs;
          else lost += Math.max(0, Math.round((nowMs - lastMs) / frameMs) - 1);
          lastMs = nowMs;
          delays.push(Number(tile.dataset.delayMs));
          if (nowMs - startMs < windowMs) requestAnimationFrame(onFrame);
          else {
            const due = Math.round((nowMs - startMs) / frameMs);
            resolve({ due, lost, delays, dropped: droppedSoFar() - droppedBefore });
          }
        };
        requestAnimationFrame(onFrame);
      }),
    WINDOW_MS,
  );
  const elements = Math.min(before, await flying(page));
  return { ...result, elements, delayMs: median(result.delays.filter(Number.isFinite)) };
}

/** As many elements of the same look, moved by a CSS animation and nothing else. */
async function showBare(page: Page, elements: number): Promise<void> {
  await page.evaluate(
    (texts) => {
      const stage = document.querySelector<HTMLElement>('.danmaku-stage')!;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        '@keyframes bare { from { transform: translateX(100cqw) } to { transform: translateX(-100%) } }',
      );
      document.adoptedStyleSheets = [sheet];
      const bare = document.createElement('div');
      bare.className = 'danmaku-stage bare';
      bare.style.fontSize = stage.style.fontSize;
      bare.style.containerType = 'size';
      texts.forEach((content, index) => {
        const element = document.createElement('div');
        element.className = 'danmaku';
        element.textContent = content;
        element.style.top = `${(index % 40) * 2.4}%`;
        element.style.animation = `bare 10s linear ${-((index * 37) % 100) / 10}s infinite`;
        bare.append(element);
      });
      stage.after(bare);
    },
    Array.from({ length: elements }, (_, n) => text(n)),
  );
}
