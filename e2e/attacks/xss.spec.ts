/**
 * Markup in every text that the page shows and somebody else writes. The content security policy, which would stop it
 * all the same, is switched off in this browser: the page has to be right without it.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { PASSWORD, Person, usersOf } from '../support/access-client.ts';
import { CONNECTION_COMPLAINTS, expect, test } from '../support/browser-test.ts';
import { ChatClient } from '../support/chat-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { makeVideo } from '../support/video-folder.ts';
import { PATIENT } from '../support/watching.ts';

const markup = (where: string) => `"'><img src=x onerror=window.hit='${where}'>`;
const TITLE = markup('title');
const GONE = `<script>window.hit='gone'</script>{{7*7}}`;
const FILE = `<img src=x onerror=window.hit='file'>.mp4`;

test.use({ bypassCSP: true, complaints: { allowed: [...CONNECTION_COMPLAINTS, /status of (40[134]|50[34])/] } });

let folder: string;
let relay: RelayProcess;
let admin: Person;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-xss-'));
  const clip = join(folder, 'clip.mp4');
  await makeVideo(clip, { seconds: 1 });
  const videos = await mkdtemp(join(folder, 'videos-'));
  await copyFile(clip, join(videos, FILE));
  relay = await startRelay({
    config: {
      dataDir: join(folder, 'data'),
      videos: { path: videos },
      ffmpeg: PATIENT,
      cameras: {
        yard: { title: TITLE, url: 'demo:yard?width=320&height=180&fps=8&gop=8' },
        gone: { title: GONE, url: 'rtsp://127.0.0.1:1/x' },
      },
      access: { users: await usersOf({ admin: { role: 'admin' } }) },
    },
  });
  admin = new Person(relay, { 'User-Agent': markup('agent') });
  await admin.signIn('admin');
});

test.afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

test.beforeEach(async ({ page }) => {
  await page.goto(relay.url);
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('tile')).toHaveCount(2);
});

/** Nothing has become an element, and nothing has run. */
async function expectOnlyText(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => (window as { hit?: string }).hit)).toBeUndefined();
  expect(await page.locator('img[src="x"], [onerror], [onload], script:not([src]), iframe').count()).toBe(0);
}

test('a camera’s title, on its tile, in its view and in the embed page', async ({ page }) => {
  await expect(page.getByTestId('tile').filter({ hasText: TITLE })).toHaveCount(1);
  await expect(page.getByTestId('tile').filter({ hasText: GONE })).toHaveCount(1);
  await expectOnlyText(page);
  await page.goto(`${relay.url}/#/camera/yard`);
  await expect(page).toHaveTitle(/img src=x/);
  await expectOnlyText(page);
  await page.goto(`${relay.url}/embed/yard`);
  await expect(page).toHaveTitle(/img src=x/);
  await expectOnlyText(page);
});

test('a camera’s name in the address, and why it shows nothing', async ({ page }) => {
  for (const path of [
    `#/camera/${encodeURIComponent(markup('id'))}`,
    '#/camera/gone',
    `#/videos/${encodeURIComponent(markup('id'))}`,
    `#/recordings/${encodeURIComponent(markup('id'))}`,
  ]) {
    await page.goto(`${relay.url}/${path}`);
    await expectOnlyText(page);
  }
  await page.goto(`${relay.url}/embed/${encodeURIComponent(markup('id'))}`);
  await expectOnlyText(page);
  await page.goto(`${relay.url}/embed/gone?profile=${encodeURIComponent(markup('profile'))}`);
  await expectOnlyText(page);
});

test('what is said in the chat, as a line and over the picture, and by whom', async ({ page }) => {
  const socket = { headers: { ...admin.headers } };
  const speaker = await ChatClient.join(`${relay.wsUrl}/chat/yard`, { hello: { name: '<b>x</b><i>' }, socket });
  await page.goto(`${relay.url}/#/camera/yard`);
  await page.getByTestId('chat-button').click();
  await expect(page.getByTestId('chat')).toHaveAttribute('data-link', 'up');
  speaker.say(markup('message'));
  speaker.send({ type: 'danmaku', text: markup('danmaku'), clientId: 'over' });
  speaker.say('javascript:window.hit=1 https://x.example/"onmouseover="window.hit=1');
  await expect(page.getByTestId('chat-message').filter({ hasText: markup('message') })).toHaveCount(1);
  await expect(page.getByTestId('chat-log').locator('b, i')).toHaveCount(0);
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
  await expectOnlyText(page);
  await speaker.close();
});

test('a file’s name, in the list and in its own view', async ({ page }) => {
  await page.goto(`${relay.url}/#/videos`);
  await expect(page.getByTestId('video-card')).toContainText('onerror');
  await expectOnlyText(page);
  await page.goto(`${relay.url}/#/videos/${encodeURIComponent(FILE)}`);
  await expect(page.getByTestId('video-page')).toContainText('onerror');
  await expectOnlyText(page);
});

test('an event’s name, a token’s, a browser’s, and what the audit tells of them', async ({ page }) => {
  await admin.ask('POST', '/api/cameras/yard/recording', { action: 'event', name: markup('event') });
  await admin.ask('POST', '/api/tokens', { name: markup('token'), rights: ['see'], cameras: ['yard'] });
  await admin.ask('DELETE', `/api/users/${encodeURIComponent(markup('user'))}`);
  await page.goto(`${relay.url}/#/camera/yard`);
  await expectOnlyText(page);
  await page.getByTestId('access').click();
  for (const tab of ['users', 'tokens', 'links', 'activity']) {
    await page.getByTestId(`tab-${tab}`).click();
    await expectOnlyText(page);
  }
});
