/** Signing in, setting up and the access panel, in a real browser. What the relay itself refuses is `access-*.test.ts`. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import type { GrantAnswer, VideoLinkPaths } from '../server/protocol.ts';
import { PASSWORD, Person, THROUGH_US, usersOf } from './support/access-client.ts';
import { CONNECTION_COMPLAINTS, expect, test } from './support/browser-test.ts';
import { expectAccessible } from './support/page-checks.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { makeVideo, newVideoFolder } from './support/video-folder.ts';
import { PATIENT } from './support/watching.ts';

const SMALL = 'width=320&height=180&fps=8&gop=8';
const cameras = {
  yard: { title: 'The yard', url: `demo:yard?${SMALL}` },
  lab: { title: 'The lab', url: `demo:lab?${SMALL}` },
};
const FAR = { 'X-Forwarded-For': '203.0.113.7' };

test.use({ complaints: { allowed: [...CONNECTION_COMPLAINTS, /status of 40[13]/] } });

const tiles = (page: Page) => page.getByTestId('tile');

async function signIn(page: Page, relay: RelayProcess, name: string, password = PASSWORD): Promise<void> {
  await page.goto(relay.url);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test.describe('a relay without users', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    relay = await startRelay({ config: { ffmpeg: PATIENT, cameras, access: THROUGH_US } });
  });
  test.afterAll(() => relay?.close());

  test('is set up from another machine with the printed code', async ({ browser }) => {
    const context = await browser.newContext({ extraHTTPHeaders: FAR, locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(relay.url);
    await expect(page.getByTestId('set-up')).toBeVisible();
    await expect(tiles(page)).toHaveCount(0);
    await expectAccessible(page, 'set-up');
    const code = /^Set-up code: (\S+)/m.exec(relay.stdout().join('\n'))![1]!;
    const setUp = async (typed: string) => {
      await page.getByLabel('Set-up code').fill(typed);
      await page.getByLabel('Name').fill('anna');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Make administrator' }).click();
    };
    await setUp('2222-3333-4444');
    await expect(page.getByRole('alert')).toContainText('not the code');
    await setUp(code);
    await expect(tiles(page)).toHaveCount(2);
    await context.close();
  });
});

test.describe('a relay with users', () => {
  let relay: RelayProcess;
  test.beforeAll(async () => {
    const users = await usersOf({ admin: { role: 'admin' }, vera: { cameras: { yard: ['see'] } } });
    relay = await startRelay({ config: { ffmpeg: PATIENT, cameras, access: { users } } });
  });
  test.afterAll(() => relay?.close());

  test('asks who it is, and shows each their cameras; signing out ends it in every tab', async ({ page, context }) => {
    await signIn(page, relay, 'vera', 'not her password');
    await expect(page.getByRole('alert')).toContainText('wrong');
    await expectAccessible(page, 'sign-in');
    await signIn(page, relay, 'vera');
    await expect(tiles(page)).toHaveCount(1);
    await expect(tiles(page)).toContainText('The yard');
    const second = await context.newPage();
    await second.goto(relay.url);
    await expect(tiles(second)).toHaveCount(1);
    await page.getByTestId('access').click();
    await expect(page.getByTestId('access-panel')).toContainText('vera');
    await expect(page.getByTestId('tab-users')).toHaveCount(0);
    await page.getByTestId('sign-out').click();
    await expect(page.getByTestId('sign-in')).toBeVisible();
    await expect(second.getByTestId('sign-in')).toBeVisible();
  });

  test('lets administrators make users, links and tokens; a link shows its camera to anybody', async ({
    page,
    browser,
  }) => {
    await signIn(page, relay, 'admin');
    await page.getByTestId('access').click();
    await expectAccessible(page, 'panel');
    await page.getByTestId('tab-users').click();
    await page.getByTestId('user-form').getByLabel('Name').fill('tom');
    await page.getByTestId('user-form').getByLabel('Password').fill(PASSWORD);
    await page.getByTestId('user-form').getByRole('button').click();
    await expect(page.getByTestId('users')).toContainText('tom');
    await page.getByTestId('tab-tokens').click();
    await page.getByTestId('token-form').getByLabel('What it is for').fill('nas');
    await page.getByTestId('token-form').getByRole('button').click();
    await expect(page.getByTestId('shown-once')).toHaveText(/^slt_/);
    await page.getByTestId('tab-links').click();
    await page.getByTestId('link-form').getByRole('button').click();
    const link = (await page.getByTestId('shown-once').innerText()).trim();
    await expect(page.getByTestId('links')).toContainText('never used');
    await page.getByTestId('tab-activity').click();
    await expect(page.getByTestId('audit')).toContainText('shared');

    const context = await browser.newContext({ locale: 'en-GB' });
    const guest = await context.newPage();
    await guest.goto(link);
    await expect
      .poll(() => guest.evaluate(() => document.querySelector('video')?.currentTime ?? 0), { timeout: 20_000 })
      .toBeGreaterThan(0.5);
    await context.close();
  });
});

test('a relay that is open to everybody says so', async ({ page }) => {
  const relay = await startRelay({ config: { ffmpeg: PATIENT, cameras, access: { open: true } } });
  await page.goto(relay.url);
  await expect(page.getByTestId('open-banner')).toContainText('Open to everybody');
  await relay.close();
});

test('a link to a video shows it on a page of its own, and says so when it is taken back', async ({ page }) => {
  const folder = await newVideoFolder();
  await makeVideo(join(folder.videos, 'Garten (1).mp4'));
  const users = await usersOf({ admin: { role: 'admin' } });
  const relay = await startRelay({ config: { dataDir: folder.dataDir, access: { users } } });
  try {
    const maker = new Person(relay);
    await maker.signIn('admin');
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const made = await maker.ask('POST', '/api/grants', { video: 'Garten (1).mp4', expires });
    const { paths, id } = made.json<GrantAnswer<VideoLinkPaths>>();
    const seconds = () => page.evaluate(() => document.querySelector('video')?.duration ?? 0);
    await page.goto(`${relay.url}/${paths.embed}`);
    await expect(page).toHaveTitle(/Garten \(1\)\.mp4/);
    await expect.poll(seconds).toBeGreaterThan(1);
    await expectAccessible(page, 'linked-video');
    await maker.ask('DELETE', `/api/grants/${id}`);
    await page.reload();
    await expect(page.getByRole('alert')).toBeVisible();
  } finally {
    await relay.close();
    await folder.remove();
  }
});
