/** An upload of 200 MB through the page, over a reload of it and a killed relay. Short ones are in `videos.spec.ts`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ConfigInput } from '../server/config/schema.ts';
import { CONNECTION_COMPLAINTS, expect, test } from './support/browser-test.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { makeLargeVideo } from './support/upload-client.ts';
import { newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const SIZE_BYTES = 200 * 1_048_576;
const RATE_BPS = 20_000_000;
/** A busy machine sends, hashes and starts slowly. */
const SLOW = { timeout: 120_000 };

let folder: VideoFolder;
let relay: RelayProcess;

test.use({ complaints: { allowed: CONNECTION_COMPLAINTS } });
test.setTimeout(600_000);
test.beforeAll(async () => {
  folder = await newVideoFolder();
});
test.afterAll(async () => {
  await relay?.close();
  await folder?.remove();
});

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

test('200 MB arrive as they were, over a reload of the page and a relay that was killed', async ({ page }) => {
  const path = join(folder.dataDir, 'Long day.mp4');
  await makeLargeVideo(path, SIZE_BYTES);
  const { size } = await stat(path);
  const config: ConfigInput = { dataDir: folder.dataDir };
  relay = await startRelay({ config });
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: RATE_BPS,
  });
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  const item = page.getByTestId('upload-item');
  const sent = () => item.locator('progress').evaluate((bar) => (bar as HTMLProgressElement).value);

  await page.goto(`${relay.url}/#/videos`);
  await page.getByTestId('upload-input').setInputFiles(path);
  await expect.poll(sent, SLOW).toBeGreaterThan(size * 0.2);
  await page.reload();
  await expect(item).toHaveAttribute('data-state', 'unfinished', SLOW);
  const afterReload = await sent();
  expect(afterReload, 'bytes that were kept over the reload').toBeGreaterThan(size * 0.1);
  await page.getByTestId('upload-again').setInputFiles(path);
  await expect.poll(sent, SLOW).toBeGreaterThan(size * 0.6);

  relay.kill('SIGKILL');
  await relay.exited;
  await expect(item).toHaveAttribute('data-state', 'retrying', SLOW);
  const { port } = relay;
  await relay.close();
  relay = await startRelay({ config, args: ['--port', String(port)] });
  await expect(item).toHaveAttribute('data-state', 'done', SLOW);

  const begun = [...new Set(offsets)];
  expect(begun[0]).toBe(0);
  expect(begun[1]).toBe(afterReload);
  expect(begun.at(-1), 'where it went on after the relay was killed').toBeGreaterThan(size * 0.4);
  expect(await sha256(join(folder.videos, 'Long day.mp4'))).toBe(await sha256(path));
  await page.getByTestId('upload-watch').click();
  await expect(page.getByTestId('recorded-video')).toBeVisible();
});
