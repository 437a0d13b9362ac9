/** Paths that lead out of their folder, in every route that serves files. That of the video library itself is `range-paths.test.ts`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackedRelay, SECRET, startAttackedRelay } from '../support/attacked-relay.ts';
import { rawGet } from '../support/raw-http.ts';

let attacked: AttackedRelay;

beforeAll(async () => {
  attacked = await startAttackedRelay();
});
afterAll(() => attacked?.close());

describe('path traversal', () => {
  const UP = ['..', '%2e%2e', '..%2f', '..%5c', '..%252f', '..%c0%af', '....//', '..%00'];
  const places: Readonly<Record<string, (up: string) => string[]>> = {
    'the page’s own files': (up) => [
      `/${up}/secret.txt`,
      `/assets/${up}/${up}/secret.txt`,
      `/assets/${up}${up}secret.txt`,
      '/.env',
    ],
    recordings: (up) => [
      `/api/cameras/yard/recordings/files/${up}/secret.mp4`,
      `/api/cameras/yard/recordings/files/${up}secret.mp4`,
      `/api/cameras/${up}/recordings/files/secret.mp4`,
      `/api/cameras/yard/recordings/segments/${up}secret.mp4/init.mp4`,
      `/api/cameras/yard/recordings/segments/${up}/secret.mp4`,
      `/api/cameras/yard/recordings/segments/secret.mp4/${up}0-10.m4s`,
    ],
    'pieces of HLS': (up) => [
      `/live/yard/${up}/secret.m4s`,
      `/live/yard/${up}secret.m4s`,
      `/live/${up}/secret.m4s`,
      `/live/yard/main-${up}-1.m4s`,
    ],
    thumbnails: (up) => [`/api/video/${up}secret.mp4/thumbnail.jpg`, `/api/video/${up}/secret.mp4/thumbnail.jpg`],
    uploads: (up) => [`/api/uploads/${up}/secret.txt`, `/api/uploads/${up}secret.txt`],
    rooms: (up) => [`/api/rooms/${up}/messages`, `/api/rooms/${up}secret/messages`],
    'the machine behind a resource': (up) => [`/proxy/files/${up}/${up}/x`, `/redirect/files/${up}${up}x`],
  };

  it.each(Object.entries(places))('in %s', async (_place, pathsOf) => {
    for (const path of UP.flatMap(pathsOf)) {
      for (const method of ['GET', 'DELETE']) {
        const { status, body, head } = await rawGet(attacked.port, path, attacked.admin.headers, { method });
        expect(status, `${method} ${path}`).toBeGreaterThan(0);
        expect(status, `${method} ${path}`).not.toBe(500);
        expect(`${head}${body}`, `${method} ${path}`).not.toContain(SECRET);
        expect(body, `${method} ${path}`).not.toContain(attacked.folder);
      }
    }
    expect(await readFile(join(attacked.folder, 'secret.txt'), 'utf8')).toBe(SECRET);
    expect(await readFile(join(attacked.folder, 'data', 'recordings', 'secret.mp4'), 'utf8')).toBe(SECRET);
  });

  it('nothing of the data folder is a page', async () => {
    for (const path of [
      '/access/users.json',
      '/data/access/sessions.json',
      '/../data/access/users.json',
      '/recordings/secret.mp4',
    ]) {
      expect((await rawGet(attacked.port, path, attacked.admin.headers)).status, path).toBe(404);
    }
  });
});
