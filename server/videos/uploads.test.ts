import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { Uploads } from './uploads.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };

it('an upload whose bytes are all here is not called complete before it is a video', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-uploads-'));
  const videos = join(folder, 'videos');
  const uploads = new Uploads({
    ...{ enabled: true, maxBytes: 1_000_000, types: ['mkv'], quotaBytes: 0, expiryMs: 3_600_000 },
    folder: join(folder, 'uploads'),
    library: { path: videos, bytes: async () => 0 },
    media: {
      probe: async () => ({
        ...{ container: 'matroska', durationMs: 1_000, bitrate: null, audio: null },
        video: { codec: 'h264', profile: null, width: 640, height: 360, fps: 25 },
      }),
      repack: async () => {},
    },
    problemText: ({ code }) => JSON.stringify({ code }),
    log: pino({ level: 'silent' }),
  });
  const server = createServer((request, response) => void uploads.serve(request, response));
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await uploads.close();
    await rm(folder, { recursive: true, force: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/uploads`;
  // A file where the folder should be: a disk that does not take the video.
  await writeFile(videos, '');

  const metadata = `filename ${Buffer.from('kept.mkv').toString('base64')}`;
  const headers = { ...TUS, 'Upload-Length': '5', 'Upload-Metadata': metadata };
  const created = await fetch(base, { method: 'POST', headers });
  const url = new URL(created.headers.get('location')!, base);
  const type = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' };
  const sent = await fetch(url, { method: 'PATCH', headers: { ...TUS, ...type }, body: 'video' });
  expect(sent.status).toBe(500);
  expect((await fetch(url, { method: 'HEAD', headers: TUS })).status).toBe(500);

  await rm(videos);
  await mkdir(videos);
  const asked = await fetch(url, { method: 'HEAD', headers: TUS });
  expect([asked.status, asked.headers.get('upload-offset')]).toEqual([200, '5']);
  expect(await readdir(videos)).toEqual(['kept.mkv']);
});
