import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFile } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { HlsClient } from './support/hls-client.ts';
import { dataDirThatKnows } from './support/hls-rhythms.ts';
import { readMetrics } from './support/metrics-text.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

describe('a window of segments on disk', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let folder: string;
  let dataDir: string;
  const config = () => ({
    dataDir,
    hls: { storage: 'disk' as const, path: folder, segmentMs: 1_000, window: 4, keepExpired: 2, idleTimeoutMs: 3_000 },
    cameras: { lab: demo.of('lab', 'gop=25') },
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-disk-'));
    dataDir = await dataDirThatKnows({ lab: { keyframeIntervalMs: 1_000, frameMs: 40 } });
    demo = await startDemoRtsp();
    relay = await startRelay({ config: config() });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    for (const each of [folder, dataDir]) await rm(each, { recursive: true, force: true });
  });

  const lab = () => new HlsClient(`${relay.url}/live/lab/index.m3u8`);
  const runFolder = async () => join(folder, (await readdir(folder))[0]!);
  const onDisk = async () => readdir(await runFolder());
  const metric = async (name: string) => readMetrics(await (await fetch(`${relay.url}/metrics`)).text()).value(name);
  /** Plays on meanwhile, as a consumer that keeps the stream up. */
  const whilePlaying = <T>(ask: () => Promise<T>, accept: (answer: T) => boolean) =>
    eventually(
      async () => {
        await lab().media();
        return ask();
      },
      accept,
      { withinMs: 40_000 },
    );

  it('gives segments, parts and pieces of them from there, and forgets the file with the segment', async () => {
    const client = lab();
    await whilePlaying(onDisk, (files) => files.length >= 4);
    const { segments } = await client.media();
    const segment = segments.at(-2)!;
    const whole = await client.get(segment.uri);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(Number(whole.headers.get('content-length'))).toBe(whole.body.length);
    const init = await client.get(segment.map!);
    const parts = await Promise.all(segment.parts.map(({ uri }) => client.get(uri)));
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(whole.body)).toBe(true);
    const range = await client.get(segment.uri, { headers: { Range: 'bytes=100-299' } });
    expect([range.status, range.headers.get('content-range')]).toEqual([206, `bytes 100-299/${whole.body.length}`]);
    expect(range.body.equals(whole.body.subarray(100, 300))).toBe(true);
    expect((await client.get(segment.uri, { headers: { Range: 'bytes=99999999-' } })).status).toBe(416);
    const known = { 'If-None-Match': whole.headers.get('etag')! };
    expect((await client.get(segment.uri, { headers: known })).status).toBe(304);
    const head = await client.get(segment.uri, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${whole.body.length}`]);
    const files = await Promise.all((await onDisk()).map(async (name) => readFile(join(await runFolder(), name))));
    expect(files.some((bytes) => bytes.equals(whole.body))).toBe(true);
    expect(await metric('sightline_hls_disk_bytes')).toBeGreaterThan(whole.body.length);
    // Last, since decoding may take longer than the segment is kept.
    expect((await decodeFile(Buffer.concat([init.body, whole.body]))).complaints).toBe('');

    await whilePlaying(
      () => client.get(segment.uri),
      ({ status }) => status === 404,
    );
    // Listed, expired, and one that has just become whole.
    expect((await onDisk()).length).toBeLessThanOrEqual(7);
  });

  it('goes on in memory while the disk refuses, says so, and is back on disk afterwards', async () => {
    const run = await runFolder();
    await lab().media();
    await rm(run, { recursive: true });
    await writeFile(run, 'in the way');
    await whilePlaying(
      () => metric('sightline_hls_disk_failing'),
      (failing) => failing === 1,
    );
    // What was on the disk is lost; what comes now plays.
    const client = lab();
    await whilePlaying(
      async () => (await client.get((await client.media()).segments.at(-1)!.uri)).status,
      (status) => status === 200,
    );
    expect(relay.logLines().filter(({ msg }) => msg.startsWith('HLS segments cannot be written'))).toHaveLength(1);
    await rm(run);
    await whilePlaying(
      () => metric('sightline_hls_disk_failing'),
      (failing) => failing === 0,
    );
    await whilePlaying(onDisk, (files) => files.length > 0);
  });

  it('leaves no file when its consumers have gone', async () => {
    await whilePlaying(onDisk, (files) => files.length > 0);
    await eventually(onDisk, (files) => files.length === 0, { withinMs: 15_000 });
  });

  it('is removed at the next start when the relay was killed, and when it ends', async () => {
    await whilePlaying(onDisk, (files) => files.length > 0);
    const before = await runFolder();
    relay.kill('SIGKILL');
    await relay.exited;
    expect((await readdir(before)).length).toBeGreaterThan(0);
    await relay.close();
    relay = await startRelay({ config: config() });
    expect(existsSync(before)).toBe(false);
    await whilePlaying(onDisk, (files) => files.length > 0);
    await relay.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
