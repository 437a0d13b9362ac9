/** The videos view: library, player, recordings by day, uploads, in a real browser. What the URLs answer is other tests'. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright/test';
import type { RecordingsAnswer, VideosAnswer } from '../server/protocol.ts';
import { expect, test } from './support/browser-test.ts';
import { ChatClient } from './support/chat-client.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/page-checks.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { makeVideo, newVideoFolder, type VideoFolder } from './support/video-folder.ts';
import { eventually } from './support/wait.ts';
import { FIRST_PICTURE_MS, PATIENT } from './support/watching.ts';

const SMALL = 'width=320&height=180&fps=10&gop=10';
const PHONE = { width: 390, height: 844 };
const CHINESE = /[\u4e00-\u9fff]/;

let folder: VideoFolder;
let relay: RelayProcess;
let uploadPath: string;

test.beforeAll(async () => {
  folder = await newVideoFolder();
  uploadPath = join(folder.dataDir, 'Holiday.mp4');
  const still = ['-t', '60', '-movflags', '+faststart'];
  await Promise.all([
    makeVideo(join(folder.videos, 'Walk.mp4'), { seconds: 60, options: still }),
    makeVideo(join(folder.videos, 'From a recorder.ts'), { seconds: 3 }),
    makeVideo(join(folder.videos, 'Old.avi'), { seconds: 2, options: ['-c:v', 'mpeg4', '-c:a', 'mp3'] }),
    makeVideo(uploadPath, { seconds: 20, options: ['-b:v', '4M', '-minrate', '4M', '-movflags', '+faststart'] }),
  ]);
  relay = await startRelay({
    config: {
      dataDir: folder.dataDir,
      ffmpeg: PATIENT,
      recording: { segmentMs: 5_000, minFreeBytes: 0 },
      cameras: {
        yard: { title: 'The yard', url: `demo:yard?${SMALL}`, record: { when: 'always' } },
        lab: { title: 'The lab', url: `demo:lab?${SMALL}` },
      },
    },
  });
});
test.afterAll(async () => {
  await relay?.close();
  await folder?.remove();
});

const open = (page: Page, hash: string) => page.goto(`${relay.url}/${hash}`);
const player = (page: Page) => page.getByTestId('recorded-video');
const secondsOf = (video: Locator) => video.evaluate((element) => (element as HTMLVideoElement).currentTime);
const recordings = async (camera: string) =>
  (await (await fetch(`${relay.url}/api/cameras/${camera}/recordings`)).json()) as RecordingsAnswer;

async function expectPlaying(page: Page): Promise<void> {
  await expect
    .poll(() => player(page).evaluate((video) => (video as HTMLVideoElement).readyState), { timeout: FIRST_PICTURE_MS })
    .toBeGreaterThanOrEqual(3);
  const beforeS = await secondsOf(player(page));
  await expect.poll(() => secondsOf(player(page))).toBeGreaterThan(beforeS + 0.5);
}

test('the list leads to a video that plays, seeks, steps, and is gone on with at the next visit', async ({ page }) => {
  await page.goto(relay.url);
  await page.getByTestId('videos-link').click();
  const card = page.locator('[data-testid="video-card"][data-name="Walk.mp4"]');
  await expect(card).toContainText('H.264');
  await expect(card).toContainText('1:00');
  await expect
    .poll(() => card.locator('img').evaluate((img) => (img as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(100);
  await page.getByTestId('video-sort').selectOption('name-asc');
  await page.getByTestId('video-search').fill('walk');
  await expect(page.getByTestId('video-card')).toHaveCount(1);
  await expectAccessible(page, 'list of videos');
  await card.getByRole('link').click();
  await expectPlaying(page);
  await expectAccessible(page, 'player');

  await page.getByTestId('seek').evaluate((bar) => {
    (bar as HTMLInputElement).value = '30000';
    bar.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await expect.poll(() => secondsOf(player(page))).toBeGreaterThan(30);
  await page.keyboard.press('k');
  await expect(page.getByTestId('play')).toHaveAccessibleName('Play');
  const stoppedS = await secondsOf(player(page));
  await page.keyboard.press('.');
  await expect.poll(() => secondsOf(player(page))).toBeGreaterThan(stoppedS);
  expect((await secondsOf(player(page))) - stoppedS, 'seconds of one picture').toBeLessThan(0.12);
  await page.keyboard.press('>');
  await expect(page.getByTestId('speed')).toHaveValue('1.5');

  await page.reload();
  await expect(page.getByTestId('player-notice')).toContainText('You stopped at 0:3');
  await page.getByTestId('go-on').click();
  await expectPlaying(page);
  expect(await secondsOf(player(page))).toBeGreaterThan(29);
  await page.keyboard.press('Escape');
  await expect(card.locator('.vwatched')).toBeVisible();
});

test('what browsers do not play is repacked, or says why not', async ({ page }) => {
  await open(page, `#/videos/${encodeURIComponent('From a recorder.ts')}`);
  await expectPlaying(page);
  await expect(page.getByTestId('video-page')).toContainText('MPEG-TS is repacked as MP4');
  await open(page, '#/videos/Old.avi');
  await expect(page.getByTestId('player-notice')).toContainText('No browser decodes MPEG-4 Part 2');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()]);
  expect((await stat((await download.path())!)).size).toBe((await stat(join(folder.videos, 'Old.avi'))).size);
});

test('an upload is paused, survives a reload, and arrives as it was', async ({ page }) => {
  await open(page, '#/videos');
  const network = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
  await network.send('Network.emulateNetworkConditions', slow);
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  await page.getByTestId('upload-input').setInputFiles(uploadPath);
  const item = page.getByTestId('upload-item');
  const sent = () => item.locator('progress').evaluate((bar) => (bar as HTMLProgressElement).value);
  await expect.poll(sent).toBeGreaterThan(100_000);
  await page.getByTestId('upload-pause').click();
  await expect(item).toHaveAttribute('data-state', 'paused');
  await page.getByTestId('upload-resume').click();
  await expect.poll(() => offsets.length).toBeGreaterThanOrEqual(2);
  await expect(item).toHaveAttribute('data-state', 'sending');
  await page.reload();
  await expect(item).toHaveAttribute('data-state', 'unfinished', { timeout: FIRST_PICTURE_MS });
  await expect(item).toContainText('Choose the same file again');
  await expectAccessible(page, 'unfinished upload');
  await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
  await page.getByTestId('upload-again').setInputFiles(join(folder.videos, 'Old.avi'));
  await expect(item).toContainText('another file');
  await page.getByTestId('upload-again').setInputFiles(uploadPath);
  await expect(item).toHaveAttribute('data-state', 'done', { timeout: FIRST_PICTURE_MS });
  expect(offsets[0]).toBe(0);
  expect(Math.min(...offsets.slice(1)), 'offset of what was sent later').toBeGreaterThan(0);
  const [kept, original] = await Promise.all([
    fetch(`${relay.url}/api/video/Holiday.mp4`).then((response) => response.arrayBuffer()),
    readFile(uploadPath),
  ]);
  expect(Buffer.from(kept).equals(original)).toBe(true);
  await page.getByTestId('upload-watch').click();
  await expectPlaying(page);
});

test('a recording stands on its day’s timeline, plays from there with the chat of its time, and is exported', async ({
  page,
}) => {
  await eventually(
    () => recordings('yard'),
    (answer) => (answer.periods[0]?.durationMs ?? 0) > 3_000,
    { withinMs: 40_000 },
  );
  const ann = await ChatClient.join(`${relay.wsUrl}/chat/yard`, { hello: { name: 'Ann' } });
  ann.say('Who is there?', { type: 'danmaku', colour: '#ffd84d' });
  const saidAtMs = Date.now();
  await eventually(
    () => recordings('yard'),
    (answer) => Date.parse(answer.periods.at(-1)!.to) > saidAtMs + 4_000,
    { withinMs: 40_000 },
  );
  await ann.close();

  await open(page, '#/recordings/yard');
  await expect(page.getByTestId('period').first()).toBeVisible();
  await expectAccessible(page, 'recordings');
  const timeline = page.getByTestId('timeline');
  await timeline.focus();
  for (let press = 0; press < 9; press++) await page.keyboard.press('+');
  await page.getByTestId('day').click();
  await expectAccessible(page, 'calendar');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('calendar')).toHaveCount(0);
  const box = (await page.getByTestId('period').first().boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.1, box.y + box.height / 2);
  await expectPlaying(page);
  await page.getByTestId('mark-from').click();
  await expect(timeline).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d$/);

  await open(page, `#/recordings/yard?at=${new Date(saidAtMs - 1_500).toISOString()}`);
  await page.getByTestId('replay-button').click();
  await expectPlaying(page);
  await expect(page.getByTestId('replay-chat')).toContainText('Who is there?', { timeout: 20_000 });
  await expect(page.getByTestId('replay-chat')).toContainText('Ann');
  await page.getByTestId('mark-to').click();
  const fields = [page.getByTestId('export-from'), page.getByTestId('export-to')] as const;
  const clock = (ms: number) => new Date(ms).toLocaleTimeString('en-GB', { timeZone: 'UTC' });
  const { periods, timeZone } = await recordings('yard');
  expect(timeZone).toBe('UTC');
  await fields[0].fill(clock(Date.parse(periods[0]!.from) + 1_000));
  await fields[1].fill(clock(Date.parse(periods[0]!.from) + 4_000));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export').click()]);
  expect(download.suggestedFilename()).toMatch(/^yard_.*\.mp4$/);
  expect((await readFile((await download.path())!)).toString('latin1', 4, 8)).toBe('ftyp');
});

test('a camera is recorded by a press, and stopped by another', async ({ page }) => {
  await open(page, '#/camera/lab');
  const record = page.getByTestId('record');
  await expect(record).toHaveAttribute('aria-pressed', 'false', { timeout: FIRST_PICTURE_MS });
  await record.click();
  await expect(record).toHaveAttribute('data-state', 'recording', { timeout: FIRST_PICTURE_MS });
  await eventually(
    () => recordings('lab'),
    ({ periods }) => periods.length > 0,
    { withinMs: 20_000 },
  );
  await record.click();
  await expect(record).toHaveAttribute('aria-pressed', 'false');
  await page.getByTestId('to-recordings').click();
  await expect(page.getByTestId('period').first()).toBeVisible();
});

test.describe('refused', () => {
  test.use({ complaints: { allowed: [/status of 4(01|03|15)/] } });

  test('a file that is no video is refused in words, and nothing of it stays', async ({ page }) => {
    await open(page, '#/videos');
    const files = [
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no video') },
      { name: 'noise.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(50_000, 'noise') },
    ];
    await page.getByTestId('upload-input').setInputFiles(files);
    for (const { name } of files) {
      const item = page.locator(`[data-testid="upload-item"][data-name="${name}"]`);
      await expect(item).toHaveAttribute('data-state', 'failed', { timeout: FIRST_PICTURE_MS });
      await expect(item).toContainText('not a video');
    }
    await expectAccessible(page, 'refused uploads');
    await page.reload();
    await expect(page.getByTestId('upload')).toBeVisible();
    await expect(page.getByTestId('upload-item')).toHaveCount(0);
  });

  test('a deletion is asked for first, and a refusal is said in words', async ({ page }) => {
    await open(page, '#/videos/Old.avi');
    const refusal = { type: 'about:blank', title: 'x', status: 403, detail: 'x', code: 'not-allowed' };
    await page.route('**/api/video/Old.avi', (route) => route.fulfill({ status: 403, json: refusal }));
    await page.getByTestId('delete').click();
    await expectAccessible(page, 'question before a deletion');
    await page.getByTestId('confirm-delete').click();
    await expect(page.getByTestId('delete-dialog')).toContainText('You are not allowed to do this.');
    await page.unrouteAll();
    await page.getByTestId('confirm-delete').click();
    await expect(page.getByTestId('video-list')).toBeVisible();
    const { videos } = (await (await fetch(`${relay.url}/api/videos`)).json()) as VideosAnswer;
    expect(videos.map(({ name }) => name)).not.toContain('Old.avi');

    await page.route('**/api/videos?*', (route) => route.fulfill({ status: 401, body: 'no' }));
    await open(page, '#/videos');
    await page.reload();
    await expect(page.getByTestId('videos-error')).toContainText('Sign in');
  });
});

test.describe('on a phone, in Chinese', () => {
  test.use({ viewport: PHONE, locale: 'zh-CN', colorScheme: 'light' });

  test('everything fits and is in Chinese', async ({ page }) => {
    for (const hash of ['#/videos', '#/videos/Walk.mp4', '#/recordings/yard', '#/recordings/lab']) {
      await open(page, hash);
      await page.reload();
      const view = page.getByTestId('videos-view');
      await expect(view.getByRole('button').first()).toBeVisible();
      await expect(view.getByRole('button').last()).toHaveAccessibleName(CHINESE);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page, `${hash} on a phone`);
    }
    await page.route('**/api/videos?*', (route) =>
      route.fulfill({ json: { videos: [], total: 0, totalBytes: 0, offset: 0, limit: 24, next: null } }),
    );
    await open(page, '#/videos');
    await expect(page.getByTestId('videos-empty')).toContainText('"record": { "when": "always" }');
    await expect(page.getByTestId('videos-empty')).toContainText('上传');
  });
});
