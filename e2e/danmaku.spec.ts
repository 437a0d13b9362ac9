/** Danmaku: what is said in a chat as it flies across the picture. */
import { expect, test } from './support/browser-test.ts';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { ChatPage } from './support/chat-page.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { FIRST_PICTURE_MS, PATIENT } from './support/watching.ts';

test.describe('danmaku', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const cameras = { flying: { title: 'flying', url: 'demo:yard?width=320&height=180&fps=8&gop=8' } };
    const chat = { messages: 1_000, perMs: 1_000 };
    relay = await startRelay({ config: { ffmpeg: PATIENT, cameras, chat, access: { open: true } } });
  });
  test.afterAll(async () => void (await relay?.close()));

  test('fly across the picture without covering each other, pause with it, and can be turned off', async ({
    browser,
  }) => {
    const chat = await ChatPage.enter(browser, relay.url, 'flying');
    const tile = chat.page.locator('[data-testid="tile"][data-camera="flying"]');
    await expect(tile).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    await chat.page.getByTestId('chat-as-danmaku').click();
    await chat.say('from the page');
    const mine = chat.page.locator('.danmaku.is-mine');
    await expect(mine).toHaveText('from the page');
    await expect(chat.line('from the page')).toBeVisible();

    const ben = await ChatClient.join(`${relay.wsUrl}/chat/flying`, { hello: { name: 'Ben' }, socket: ELSEWHERE });
    for (let i = 0; i < 30; i++) ben.say(`danmaku ${i} ${'long '.repeat(i % 5)}`, { type: 'danmaku' });
    ben.say('at the top', { type: 'danmaku', lane: 'top' });
    ben.say('at the bottom', { type: 'danmaku', lane: 'bottom' });
    await expect(chat.page.locator('.danmaku', { hasText: 'at the bottom' })).toHaveCount(1);
    for (let look = 0; look < 8; look++) {
      expect(await overlaps(chat)).toEqual([]);
      await chat.page.waitForTimeout(250);
    }
    // On another stage, and in another size, they are laid out anew.
    const size = chat.page.viewportSize()!;
    for (const width of [size.width - 300, size.width + 200]) {
      await chat.page.setViewportSize({ ...size, width });
      await expect.poll(() => overlaps(chat)).toEqual([]);
    }
    await chat.page.setViewportSize(size);
    await chat.page.getByTestId('chat-settings-button').click();
    await chat.page.getByLabel('Size').fill('1.6');
    expect(await overlaps(chat)).toEqual([]);
    expect(await chat.page.locator('.danmaku').count()).toBeGreaterThan(3);
    await chat.page.getByTestId('chat-settings-button').click();
    // Only `transform` is animated, so the compositor needs nobody.
    const properties = await chat.page.evaluate(() =>
      document
        .querySelector('.danmaku-stage')!
        .getAnimations({ subtree: true })
        .flatMap(({ effect }) => (effect as KeyframeEffect).getKeyframes().flatMap((frame) => Object.keys(frame))),
    );
    expect([...new Set(properties)].sort()).toEqual(['composite', 'computedOffset', 'easing', 'offset', 'transform']);

    const states = () =>
      chat.page.evaluate(() => [
        ...new Set(
          document
            .querySelector('.danmaku-stage')!
            .getAnimations({ subtree: true })
            .map(({ playState }) => playState),
        ),
      ]);
    await relayPicture(chat, false);
    await expect.poll(states).toEqual(['paused']);
    await relayPicture(chat, true);
    await expect.poll(states).toEqual(['running']);

    await chat.page.getByTestId('chat-settings-button').click();
    await chat.page.getByTestId('danmaku-on').click();
    await expect(chat.page.locator('.danmaku, .danmaku-flight')).toHaveCount(0);
    await chat.page.reload();
    await expect(chat.page.getByTestId('danmaku')).toBeHidden();
    await ben.close();
    await chat.close();
  });

  test('stand still for those who want no motion', async ({ browser }) => {
    const chat = await ChatPage.enter(browser, relay.url, 'flying', { reducedMotion: 'reduce' });
    const { page } = chat;
    await expect(page.locator('.tile.is-open')).toHaveAttribute('data-state', 'live', { timeout: FIRST_PICTURE_MS });
    await page.getByTestId('chat-as-danmaku').click();
    await chat.say('calm');
    const box = async () => page.locator('.danmaku').boundingBox();
    await expect(page.locator('.danmaku')).toHaveCount(1);
    const first = await box();
    await page.waitForTimeout(400);
    expect(await box()).toEqual(first);
    await expect(page.locator('.danmaku')).toHaveCount(0, { timeout: 10_000 });
    await chat.close();
  });
});

/** Pairs of danmaku whose boxes meet on the picture. */
async function overlaps({ page }: ChatPage): Promise<string[]> {
  return page.evaluate(() => {
    const stage = document.querySelector('.danmaku-stage')!.getBoundingClientRect();
    const boxes = [...document.querySelectorAll('.danmaku')]
      .map((element) => ({ text: element.textContent, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.right > stage.left && box.left < stage.right);
    return boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter(({ box: b }) => {
          const meetX = a.box.left < b.right - 1 && b.left < a.box.right - 1;
          return meetX && a.box.top < b.bottom - 1 && b.top < a.box.bottom - 1;
        })
        .map((b) => `${a.text} | ${b.text}`),
    );
  });
}

/** Pauses or plays the picture; the player itself would start a paused live picture at once. */
async function relayPicture({ page }: ChatPage, plays: boolean): Promise<void> {
  await page.evaluate((playing) => {
    const video = document.querySelector<HTMLVideoElement>('.is-open video')!;
    Object.defineProperty(video, 'paused', { configurable: true, get: () => !playing });
    video.dispatchEvent(new Event(playing ? 'play' : 'pause'));
  }, plays);
}
