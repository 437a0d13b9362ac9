/** A relay among files that nobody may get, with an administrator and somebody who may little: for attacks on data. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'vitest';
import { configSchema } from '../../server/config/schema.ts';
import { createLogger } from '../../server/observe/log.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import { Person, usersOf } from './access-client.ts';

/** What stands in every file that lies outside of what is served. */
export const SECRET = 'the-contents-of-a-file-outside';

export interface AttackedRelay {
  /** Holds the data folder `data`, the page `web`, and files beside them. */
  readonly folder: string;
  readonly relay: Relay;
  readonly port: number;
  readonly admin: Person;
  /** May see the yard and chat there. */
  readonly few: Person;
  /** Every line, from `trace` on. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** Resolves when it listens and both are signed in; the caller closes it. */
export async function startAttackedRelay(): Promise<AttackedRelay> {
  const log: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'sightline-data-attack-'));
  const [web, data] = [join(folder, 'web'), join(folder, 'data')];
  for (const path of [join(web, 'assets'), join(data, 'videos'), join(data, 'recordings', 'yard', '2026-11-21')]) {
    await mkdir(path, { recursive: true });
  }
  const outside = [
    'secret.txt',
    'secret.mp4',
    'data/recordings/secret.mp4',
    'data/recordings/yard/secret.mp4',
    'web/.env',
  ];
  for (const path of [...outside, 'secret.jsonl', 'data/secret.m4s']) await writeFile(join(folder, path), SECRET);
  for (const name of ['index.html', 'embed.html', 'assets/app.js']) await writeFile(join(web, name), '<!doctype html>');
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir: data,
    videos: { path: join(data, 'videos') },
    log: { level: 'trace', format: 'json' },
    cameras: { yard: { url: 'rtsp://127.0.0.1:1/x' }, constructor: { url: 'rtsp://127.0.0.1:1/x' } },
    resources: { files: { target: 'http://127.0.0.1:1/' } },
    ffmpeg: { connectTimeoutMs: 500, retryMinMs: 60_000, retryMaxMs: 60_000 },
    access: {
      users: await usersOf({
        admin: { role: 'admin' },
        few: { cameras: { yard: ['see', 'chat'] }, resources: {} },
        // Each counts the failures of its own.
        ...Object.fromEntries(Array.from({ length: 7 }, (_one, at) => [`known${at}`, {}])),
      }),
    },
  });
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(chunk.toString());
      done();
    },
  });
  const relay = await createRelay({
    config,
    webDir: web,
    log: createLogger({ ...config.log, redact: (text) => text, stream: sink }),
  });
  const port = Number(new URL(relay.url).port);
  const admin = new Person(relay);
  const few = new Person(relay);
  expect((await admin.signIn('admin')).status).toBe(204);
  expect((await few.signIn('few')).status).toBe(204);
  const close = async () => {
    await relay.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, relay, port, admin, few, log, close };
}
