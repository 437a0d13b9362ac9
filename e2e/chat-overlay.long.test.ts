import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { median } from './bench/support/measure.ts';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

const ON_SCREEN = 200;
const WINDOW_MS = 5_000;
const ROUNDS = 3;
/** Short, as danmaku are; the same texts fly in both. */
const text = (n: number) => `${n} 高能`;

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
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.addInitScript(() =>
    localStorage.setItem('sightline.chat.overlay', '{"on":true,"opacity":1,"size":0.7,"speed":1,"density":1}'),
  );
  await page.goto(`${relay.url}/#/camera/yard`);
  await page.locator('.tile.is-open[data-state="live"]').waitFor({ timeout: 30_000 });
  const speaker = await ChatClient.join(`${relay.wsUrl}/chat/yard`, { socket: ELSEWHERE });
  let said = 0;
  let flying = false;
  // What leaves on the left is made up for on the right.
  const timer = setInterval(() => {
    if (flying) for (let i = 0; i < 3; i++) speaker.say(text(said), { type: 'danmaku', clientId: `n${said++}` });
  }, 100);
  const count = () => page.locator('.danmaku').count();

  const rounds: { bare: Loss; danmaku: Loss }[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      flying = true;
      while ((await count()) < ON_SCREEN) await sleep(100);
      const danmaku = await measure(page);
      flying = false;
      while ((await count()) > 0) await sleep(200);
      await showBare(page, danmaku.elements);
      await sleep(1_000);
      const bare = await measure(page);
      await page.evaluate(() => document.querySelector('.bare')?.remove());
      rounds.push({ bare, danmaku });
    }
  } finally {
    clearInterval(timer);
  }
  for (const { bare, danmaku } of rounds) {
    console.log(
      `${danmaku.elements} danmaku: lost ${danmaku.lost} of ${danmaku.due}, delay ${danmaku.delayMs} ms; ` +
        `bare: lost ${bare.lost} of ${bare.due}, delay ${bare.delayMs} ms`,
    );
  }
  const share = (pick: (round: (typeof rounds)[number]) => Loss) =>
    median(rounds.map((round) => pick(round).lost / pick(round).due));
  const [ours, theirs] = [share(({ danmaku }) => danmaku), share(({ bare }) => bare)];
  // A frame or two of 360 is the clock's own noise.
  expect(ours).toBeLessThanOrEqual(theirs * 1.1 + 0.005);
  const delay = (pick: (round: (typeof rounds)[number]) => Loss) => median(rounds.map((round) => pick(round).delayMs));
  const bareDelayMs = delay(({ bare }) => bare);
  expect(delay(({ danmaku }) => danmaku)).toBeLessThan(bareDelayMs + Math.max(60, bareDelayMs * 0.25));
});

interface Loss {
  readonly elements: number;
  readonly due: number;
  readonly lost: number;
  readonly delayMs: number;
}

/** Counts animation frames for a while: what is missing at 60 a second was lost. */
async function measure(page: Page): Promise<Loss> {
  const result = await page.evaluate(
    (windowMs) =>
      new Promise<{ due: number; lost: number; delays: number[]; elements: number }>((resolve) => {
        const frameMs = 1000 / 60;
        const delays: number[] = [];
        let startMs = 0;
        let lastMs = 0;
        let lost = 0;
        const onFrame = (nowMs: number) => {
          if (startMs === 0) startMs = nowMs;
          else lost += Math.max(0, Math.round((nowMs - lastMs) / frameMs) - 1);
          lastMs = nowMs;
          delays.push(Number(document.querySelector<HTMLElement>('.tile.is-open')?.dataset.delayMs));
          if (nowMs - startMs < windowMs) requestAnimationFrame(onFrame);
          else {
            const elements = document.querySelectorAll('.danmaku').length;
            resolve({ due: Math.round((nowMs - startMs) / frameMs), lost, delays, elements });
          }
        };
        requestAnimationFrame(onFrame);
      }),
    WINDOW_MS,
  );
  return { ...result, delayMs: median(result.delays.filter(Number.isFinite)) };
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
