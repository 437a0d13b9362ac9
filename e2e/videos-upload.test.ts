import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VideosAnswer } from '../server/protocol.ts';
import { type Answer, ask } from './support/range-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import {
  createUpload,
  type Declared,
  makeLetter,
  makeVideoWithIndexBehind,
  offsetOf,
  sendUpload,
  uploadUrl,
} from './support/upload-client.ts';
import { provesResume } from './support/upload-resume.ts';
import { makeVideo, newVideoFolder, type VideoFolder } from './support/video-folder.ts';
import { eventually, sleep } from './support/wait.ts';

const MAX_BYTES = 4_000_000;
const QUOTA_BYTES = 5_000_000;
const RATE_BPS = 400_000;
const EXPIRY_MS = 6_000;

let folder: VideoFolder;
let relay: RelayProcess;
let clip: Buffer;

const pathOf = (name: string) => join(folder.dataDir, name);
const create = (declared: Declared) => createUpload(relay.url, declared);
const codeOf = ({ body }: Answer) => (JSON.parse(body.toString()) as { code: string }).code;
const waiting = () => readdir(pathOf('uploads')).catch(() => []);
const listed = async () =>
  ((await (await fetch(`${relay.url}/api/videos?sort=name`)).json()) as VideosAnswer).videos.map(({ name }) => name);

/** Creates and sends in one piece; the last answer. */
async function upload(filename: string, content: Buffer, filetype = 'video/mp4'): Promise<Answer> {
  const url = uploadUrl(relay.url, await create({ filename, filetype, length: content.length }));
  return sendUpload(url, 0, content);
}

beforeAll(async () => {
  folder = await newVideoFolder();
  await makeVideoWithIndexBehind(pathOf('clip.mp4'));
  clip = await readFile(pathOf('clip.mp4'));
  // As a relay leaves it that is killed between the last byte and what comes after.
  const crashed = 'c0ffee'.repeat(6).slice(0, 32);
  await mkdir(pathOf('uploads'));
  await writeFile(pathOf(`uploads/${crashed}`), clip);
  const declared = { id: crashed, size: clip.length, offset: 0, metadata: { filename: 'crashed.mp4' } };
  // On a busy machine the relay takes longer to start than uploads live here.
  const begun = { ...declared, creation_date: new Date(Date.now() + 60_000).toISOString() };
  await writeFile(pathOf(`uploads/${crashed}.json`), JSON.stringify(begun));
  const uploads = { maxBytes: MAX_BYTES, quotaBytes: QUOTA_BYTES, expiryMs: EXPIRY_MS, types: ['mp4', 'mkv', 'ts'] };
  relay = await startRelay({
    config: {
      dataDir: folder.dataDir,
      videos: { maxRateBps: RATE_BPS, upload: uploads },
      server: { basePath: '/cams/' },
    },
  });
});

afterAll(async () => {
  await relay?.close();
  await folder?.remove();
});

describe('an upload', () => {
  it('of tus-js-client becomes a video that can be played while it loads, behind a base path too', async () => {
    const name = await new Promise<string>((resolve, reject) => {
      new Upload(clip, {
        endpoint: `${relay.url}/cams/api/uploads`,
        chunkSize: 20_000,
        metadata: { filename: 'my clip.mp4', filetype: 'video/mp4' },
        onError: reject,
        onSuccess: ({ lastResponse }) => resolve(decodeURIComponent(lastResponse.getHeader('Video-Name') ?? '')),
      }).start();
    });
    expect(name).toBe('my clip.mp4');
    expect(await listed()).toContain(name);
    expect(clip.indexOf('moov')).toBeGreaterThan(clip.indexOf('mdat'));
    const kept = await readFile(join(folder.videos, name));
    expect(kept.indexOf('moov')).toBeLessThan(kept.indexOf('mdat'));
  });

  it('whose end was missed, because the relay was killed, becomes a video at the next start', async () => {
    await eventually(listed, (names) => names.includes('crashed.mp4'));
  });

  it('never replaces a video: namesakes are numbered', async () => {
    const { status, headers } = await upload('my clip.mp4', clip);
    expect([status, headers['video-name']]).toEqual([204, 'my%20clip%20(2).mp4']);
  });

  it('keeps no directions from its name, and takes the ending that fits what it is', async () => {
    expect((await upload('..\\..\\evil.mp4', clip)).headers['video-name']).toBe('evil.mp4');
    await makeVideo(pathOf('really.ts'), { seconds: 1 });
    const { headers } = await upload('called.mp4', await readFile(pathOf('really.ts')));
    expect(headers['video-name']).toBe('called.ts');
  });

  it('says how far it is, takes nothing at another place, and tells the end again to who missed it', async () => {
    const created = await create({ filename: 'steps.mp4', filetype: 'video/mp4', length: clip.length });
    expect(created.status).toBe(201);
    expect(created.headers).toMatchObject({ location: expect.stringMatching(/^uploads\/[0-9a-f]{32}$/) });
    expect(Date.parse(String(created.headers['upload-expires']))).toBeGreaterThan(Date.now());
    const url = uploadUrl(relay.url, created);
    expect((await sendUpload(url, 0, clip.subarray(0, 1_000))).headers['upload-offset']).toBe('1000');
    expect((await sendUpload(url, 500, clip.subarray(500))).status).toBe(409);
    expect(await offsetOf(url)).toEqual({ status: 200, offset: 1_000 });
    expect((await sendUpload(url, 1_000, clip.subarray(1_000))).status).toBe(204);
    expect(await offsetOf(url)).toEqual({ status: 200, offset: clip.length });
    const again = await sendUpload(url, clip.length, Buffer.alloc(0));
    expect([again.status, again.headers['video-name']]).toEqual([204, 'steps.mp4']);
    expect((await listed()).filter((name) => name.startsWith('steps'))).toEqual(['steps.mp4']);
  });

  it('names what it can, and can be given up', async () => {
    const options = await ask(`${relay.url}/api/uploads`, { method: 'OPTIONS' });
    expect(options.headers).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,termination,expiration',
      'tus-max-size': String(MAX_BYTES),
    });
    expect(options.headers['access-control-allow-origin']).toBeUndefined();
    const url = uploadUrl(relay.url, await create({ filename: 'x.mp4', length: 1_000 }));
    const given = await ask(url, { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } });
    expect(given.status).toBe(204);
    expect((await offsetOf(url)).status).toBe(404);
  });
});

describe('an upload is refused', () => {
  it.each<[string, Declared, number, string]>([
    ['that is larger than allowed', { filename: 'a.mp4', length: MAX_BYTES + 1 }, 413, 'upload-too-big'],
    ['of a type that is not taken', { filename: 'a.avi', length: 10 }, 415, 'not-a-video'],
    ['of no type', { filename: 'a', length: 10 }, 415, 'not-a-video'],
    ['of a page', { filename: 'a.html', filetype: 'text/html', length: 10 }, 415, 'not-a-video'],
    [
      'that says itself that it is no video',
      { filename: 'a.mp4', filetype: 'image/png', length: 10 },
      415,
      'not-a-video',
    ],
    ['that is empty', { filename: 'a.mp4', length: 0 }, 415, 'not-a-video'],
    ['without a name', { length: 10 }, 400, 'bad-request'],
    ['without a length', { filename: 'a.mp4' }, 400, 'bad-request'],
    [
      'from a page of another site',
      { filename: 'a.mp4', length: 10, headers: { Origin: 'https://x.example' } },
      403,
      'not-allowed',
    ],
  ])('%s', async (_case, declared, status, code) => {
    const before = (await waiting()).length;
    const answer = await create(declared);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(codeOf(answer)).toBe(code);
    expect((await waiting()).length).toBe(before);
  });

  it('when the library would be over its quota, those under way counted', async () => {
    const size = 3_000_000;
    const first = await create({ filename: 'one.mp4', length: size });
    expect(first.status).toBe(201);
    const second = await create({ filename: 'two.mp4', length: size });
    expect([second.status, codeOf(second)]).toEqual([507, 'quota-reached']);
    await ask(uploadUrl(relay.url, first), { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } });
    const third = await create({ filename: 'two.mp4', length: size });
    expect(third.status).toBe(201);
    await ask(uploadUrl(relay.url, third), { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } });
  });

  it('and removed when it turns out to be no video', async () => {
    await makeLetter(pathOf('letter.mp4'));
    const before = await listed();
    const playlist = Buffer.from(`#EXTM3U\n#EXTINF:1,\nfile://${pathOf('clip.mp4')}\n#EXT-X-ENDLIST\n`);
    for (const content of [await readFile(pathOf('letter.mp4')), clip.subarray(0, 2_000), playlist]) {
      const answer = await upload('letter.mp4', content);
      expect([answer.status, codeOf(answer)]).toEqual([415, 'not-a-video']);
    }
    expect(await listed()).toEqual(before);
    const unfinished = await Promise.all((await waiting()).map((name) => readFile(pathOf(`uploads/${name}`), 'utf8')));
    expect(unfinished.filter((text) => text.includes('letter'))).toEqual([]);
  });

  it.each(['PATCH', 'DELETE'])('%s from a page of another site', async (method) => {
    const url = uploadUrl(relay.url, await create({ filename: 'mine.mp4', length: 10 }));
    const headers = { 'Tus-Resumable': '1.0.0', Origin: 'https://x.example' };
    expect((await ask(url, { method, headers })).status).toBe(403);
    expect((await offsetOf(url)).offset).toBe(0);
  });

  it.each(['..', '%2e%2e%2fclip.mp4', '..%5c..%5cx', '%00', 'a'.repeat(32), '../config'])('under %s', async (id) => {
    expect([400, 404]).toContain((await offsetOf(`${relay.url}/api/uploads/${id}`)).status);
  });
});

describe('an unfinished upload', () => {
  it('is gone after its time', async () => {
    const url = uploadUrl(relay.url, await create({ filename: 'late.mp4', length: 10 }));
    await sendUpload(url, 0, Buffer.from('12345'));
    await sleep(EXPIRY_MS);
    expect([404, 410]).toContain((await sendUpload(url, 5, Buffer.from('67890'))).status);
    const id = url.slice(-32);
    await eventually(waiting, (files) => !files.some((name) => name.startsWith(id)), {
      withinMs: 2 * EXPIRY_MS + 5_000,
    });
  });

  it('of 20 MB that broke off is resumed after the relay was killed, every byte right', () =>
    provesResume(20 * 1_048_576));
});

describe('a download', () => {
  it('gets no more than its rate', async () => {
    await writeFile(join(folder.videos, 'rate.mp4'), Buffer.alloc(RATE_BPS * 1.5));
    const startedMs = performance.now();
    const answer = await ask(`${relay.url}/api/video/rate.mp4`);
    const seconds = (performance.now() - startedMs) / 1_000;
    expect(answer.body.length).toBe(RATE_BPS * 1.5);
    expect(seconds).toBeGreaterThan(1.3);
    expect(seconds).toBeLessThan(4);
  });
});
