/** The chat panel, with people in real browsers. The danmaku are `danmaku.spec.ts`, the protocol `chat-*.test.ts`. */
import type { Browser } from 'playwright/test';
import { CONNECTION_COMPLAINTS, expect, test } from './support/browser-test.ts';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { ChatPage } from './support/chat-page.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/page-checks.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { PATIENT } from './support/watching.ts';

const SMALL = 'width=320&height=180&fps=8&gop=8';
const INJECTION = '<img src=x onerror="window.injected=1"><script>window.injected=1</script>';

let relay: RelayProcess;
let network: TcpRelay;

test.beforeAll(async () => {
  const ids = ['yard', 'lost', 'moderated', 'reading', 'injected', 'phone'];
  const cameras = Object.fromEntries(ids.map((id) => [id, { title: id, url: `demo:yard?${SMALL}` }]));
  const chat = { heartbeatMs: 1_000, pongTimeoutMs: 4_000, messages: 1000, perMs: 1_000 };
  relay = await startRelay({ config: { ffmpeg: PATIENT, cameras, chat, access: { open: true } } });
  network = await startTcpRelay({ targetPort: relay.port });
});
test.afterAll(async () => {
  await network?.close();
  await relay?.close();
});

const person = (browser: Browser, camera: string, url = relay.url) => ChatPage.enter(browser, url, camera);

test('two people talk, in every script, and a reload loses nothing', async ({ browser }) => {
  const [ann, ben] = [await person(browser, 'yard'), await person(browser, 'yard')];
  await ann.rename('Ann 安');
  await expect(ann.panel).toContainText('2 people here');
  const texts = ['Good morning', '早上好，世界', 'שלום עולם', 'مرحبا يا Ben', '👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽', 'two\nlines'];
  for (const text of texts) {
    const [from, to] = texts.indexOf(text) % 2 === 0 ? [ann, ben] : [ben, ann];
    await from.input.fill(text);
    await from.input.press('Enter');
    await expect(to.log.getByText(text, { exact: true })).toBeVisible();
  }
  expect(await ben.texts()).toEqual(texts);
  await expect(ben.line('Good morning')).toContainText('Ann 安');
  const direction = await ben.log.getByText('שלום עולם').evaluate((element) => getComputedStyle(element).direction);
  expect(direction).toBe('rtl');

  await ann.page.reload();
  await ann.isUp();
  expect(await ann.texts()).toEqual(texts);
  await expect(ann.panel).toContainText('2 people here');
  await ann.say('back again');
  await expect(ben.line('back again')).toContainText('Ann 安');
  await Promise.all([ann.close(), ben.close()]);
});

test('what looks like markup stays text, in every field', async ({ browser }) => {
  const chat = await person(browser, 'injected');
  const url = `${relay.wsUrl}/chat/injected`;
  const attacker = await ChatClient.join(url, { hello: { name: '<b onclick=x>', avatar: 'moon' }, socket: ELSEWHERE });
  attacker.say(INJECTION, { clientId: '"><script>' });
  attacker.say('javascript:alert(1) https://example.org', { type: 'danmaku', colour: '#00ff00' });
  await expect(chat.log.getByText(INJECTION, { exact: true })).toBeVisible();
  await expect(chat.log.getByText('<b onclick=x>').first()).toBeVisible();
  await expect(chat.page.locator('.danmaku', { hasText: 'javascript:' })).toHaveCount(1);
  await chat.rename(INJECTION.slice(0, 30));
  await expect(chat.log.locator('img, script, a, b')).toHaveCount(0);
  expect(await chat.page.evaluate(() => 'injected' in window)).toBe(false);
  await attacker.close();
  await chat.close();
});

test.describe('without a connection', () => {
  test('for 20 s: it shows, and comes back by itself with what was missed and what was written, once', async ({
    browser,
  }) => {
    test.slow();
    const ann = await person(browser, 'lost', `http://127.0.0.1:${network.port}`);
    const ben = await ChatClient.join(`${relay.wsUrl}/chat/lost`, { hello: { name: 'Ben' }, socket: ELSEWHERE });
    await ann.say('before');
    await ben.untilText('before');
    await network.down();
    await expect(ann.page.getByTestId('chat-status')).toContainText('Connection lost', { timeout: 10_000 });
    ben.say('said meanwhile');
    await ann.say('written meanwhile');
    await expect(ann.page.getByTestId('chat-pending')).toContainText('Waiting for the connection');
    await ann.page.waitForTimeout(20_000);
    await network.up();
    await ann.isUp();
    await expect(ann.page.getByTestId('chat-pending')).toHaveCount(0);
    await ben.untilText('written meanwhile');
    expect(await ann.texts()).toEqual(['before', 'said meanwhile', 'written meanwhile']);
    expect(ben.entries.map(({ text }) => text)).toEqual(['before', 'said meanwhile', 'written meanwhile']);
    await ben.close();
    await ann.close(CONNECTION_COMPLAINTS);
  });

  test('that is open but dead, it notices', async ({ browser }) => {
    const ann = await person(browser, 'lost', `http://127.0.0.1:${network.port}`);
    network.pause();
    await expect(ann.panel).toHaveAttribute('data-link', 'lost', { timeout: 15_000 });
    network.resume();
    await ann.isUp();
    await ann.close(CONNECTION_COMPLAINTS);
  });
});

test('counts what is unread, follows the newest line, and stops when one scrolls up', async ({ browser }) => {
  const chat = await person(browser, 'reading');
  const ben = await ChatClient.join(`${relay.wsUrl}/chat/reading`, { hello: { name: 'Ben' }, socket: ELSEWHERE });
  await chat.page.keyboard.press('Escape');
  await chat.button.click();
  await expect(chat.panel).toHaveCount(0);
  ben.say('unread one');
  ben.say('unread two');
  await expect(chat.page.getByTestId('chat-unread')).toHaveText('2');
  await chat.button.click();
  await expect(chat.page.getByTestId('chat-unread')).toHaveCount(0);

  for (let i = 0; i < 40; i++) ben.say(`line ${i}`);
  await expect(chat.line('line 39')).toBeInViewport();
  await chat.log.hover();
  await chat.page.mouse.wheel(0, -600);
  await expect(chat.line('line 39')).not.toBeInViewport();
  ben.say('news');
  await expect(chat.page.getByTestId('chat-below')).toContainText('1 new message');
  await expect(chat.line('news')).not.toBeInViewport();
  await chat.page.getByTestId('chat-below').click();
  await expect(chat.line('news')).toBeInViewport();
  ben.say('more news');
  await expect(chat.line('more news')).toBeInViewport();
  await ben.close();
  await chat.close();
});

test('moderators delete, mute and remove from the page', async ({ browser }) => {
  const chat = await person(browser, 'moderated');
  const ben = await ChatClient.join(`${relay.wsUrl}/chat/moderated`, { hello: { name: 'Ben' }, socket: ELSEWHERE });
  ben.say('rude');
  const act = async (text: string, action: string) => {
    await chat.line(text).hover();
    await chat.line(text).locator('summary').click();
    await chat.page.getByRole('button', { name: action }).click();
  };
  ben.say('kept');
  await expect(chat.line('kept')).toBeVisible();
  await act('rude', 'Delete message');
  await expect(chat.line('rude')).toHaveCount(0);
  await act('kept', 'Mute for 10 min');
  await expect(chat.log).toContainText('Ben was muted.');
  await act('kept', 'Remove for 10 min');
  expect((await ben.closed).code).toBe(4403);
  await expect(chat.log).toContainText('Ben was removed.');
  await chat.close();
});

test('works on a phone, in Chinese, and for assistive technology', async ({ browser }) => {
  const phone = { viewport: { width: 390, height: 844 }, locale: 'zh-CN' };
  const chat = await ChatPage.enter(browser, relay.url, 'phone', phone);
  const { page } = chat;
  await expect(chat.input).toHaveAttribute('placeholder', '说点什么');
  await chat.say('手机上的消息');
  await expect(chat.line('手机上的消息')).toBeInViewport();
  const [video, panel] = await Promise.all([page.locator('.is-open .frame').boundingBox(), chat.panel.boundingBox()]);
  expect(panel!.y).toBeGreaterThanOrEqual(video!.y + video!.height);
  expect(panel!.y + panel!.height).toBeLessThanOrEqual(844);
  await page.getByTestId('chat-emoji').click();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(chat.input).toHaveValue('😀');
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const button of ['chat-count', 'chat-settings-button']) {
      await page.getByTestId(button).click();
      await expectAccessible(page, `chat, ${scheme}, ${button}`);
    }
    await page.getByTestId('chat-settings-button').click();
  }
  await expectNoSidewaysScroll(page);
  await chat.close();
});
