/** A relay in the test's own process whose every door is open to the test, and whose failures the test reads. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { configSchema } from '../../server/config/schema.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import type { FuzzOptions } from './api-fuzz.ts';

export interface FuzzedRelay {
  readonly relay: Relay;
  /** An administrator whom no request can sign out, and what there is to ask about. */
  readonly ask: Pick<FuzzOptions, 'headers' | 'known'>;
  /** Log lines of the relay's own failures. */
  failures(): readonly string[];
  close(): Promise<void>;
}

/** Resolves when it listens. The caller closes it, and then removes the folder. */
export async function startFuzzedRelay(folder: string): Promise<FuzzedRelay> {
  const videos = join(folder, 'videos');
  await mkdir(videos, { recursive: true });
  await Promise.all(
    ['clip.mp4', 'Garten (1).mkv'].map((name) => writeFile(join(videos, name), Buffer.alloc(5_000, name))),
  );
  const lines: string[] = [];
  const log = pino(
    { level: 'error' },
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir: join(folder, 'data'),
    videos: { path: videos },
    ffmpeg: { connectTimeoutMs: 2_000, retryMinMs: 60_000, retryMaxMs: 60_000, idleTimeoutMs: 0 },
    cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' }, shed: { source: 'push', key: 'a key of sixteen or more' } },
    resources: { files: { target: 'http://127.0.0.1:1/' } },
    adHoc: { allow: ['127.0.0.1'] },
    access: {
      users: { root: { role: 'admin' } },
      trustedProxies: ['127.0.0.1'],
      userHeader: 'X-User',
      maxRequestsPerSecond: 100_000,
    },
  });
  const relay = await createRelay({ config, webDir: folder, log });
  return {
    relay,
    ask: {
      headers: { 'X-User': 'root' },
      known: {
        camera: ['yard', 'shed'],
        room: ['yard'],
        name: ['clip.mp4', 'Garten%20(1).mkv', 'yard_2026-11-21T17-54-51.123Z.mp4', 'root'],
        file: ['index.m3u8', 'main.m3u8', 'main-abcd-init1.mp4', 'main-abcd-1.m4s'],
        part: ['init.mp4', '0-10.m4s'],
        resource: ['files'],
      },
    },
    failures: () => lines,
    close: () => relay.close(),
  };
}
