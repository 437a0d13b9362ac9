import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrivalMark } from '../server/flv/arrival-mark.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

const run = promisify(execFile);

describe('a live camera', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const open: FlvClient[] = [];
  const watch = (target: string, transport: 'ws' | 'http' = 'ws') => {
    const client = new FlvClient(`${relay.url}${target}`, { transport });
    open.push(client);
    return client;
  };

  beforeAll(async () => {
    demo = await startDemoRtsp();
    const cameras = { lab: demo.of('lab'), yard: demo.of('yard') };
    relay = await startRelay({ config: { cameras, ffmpeg: { idleTimeoutMs: 5_000 } } });
  });
  afterAll(async () => {
    await Promise.all(open.map((client) => client.leave()));
    await relay?.close();
    await demo?.close();
  });

  it('is not started by HEAD, which answers as GET would', async () => {
    const answer = await fetch(`${relay.url}/live/yard.flv`, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('video/x-flv');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-length')).toBeNull();
    await sleep(500);
    expect(await relay.camera('yard')).toMatchObject({ state: 'idle', starts: 0, pulls: 0 });
    expect(demo.sessions('yard').total).toBe(0);
  });

  it('comes as the same tags over WebSocket and over HTTP', async () => {
    const overHttp = watch('/live/lab.flv', 'http');
    await overHttp.untilKeyframe();
    const overWs = watch('/live/lab.flv', 'ws');
    await overWs.untilPictures(60);
    const lastMs = overWs.pictures.at(-1)!.timestampMs;
    await overHttp.until('the same picture', () => (overHttp.pictures.at(-1)?.timestampMs ?? 0) >= lastMs);

    const from = (client: FlvClient, timestampMs: number) =>
      client.tags.findIndex((tag) => tag.kind === 'keyframe' && tag.timestampMs === timestampMs);
    const firstMs = overWs.ofKind('keyframe')[0]!.timestampMs;
    const wsTags = overWs.tags.slice(from(overWs, firstMs));
    const httpTags = overHttp.tags.slice(from(overHttp, firstMs));
    const count = Math.min(wsTags.length, httpTags.length);
    expect(count).toBeGreaterThan(60);
    for (let index = 0; index < count; index += 1) {
      expect(wsTags[index]!.bytes.equals(httpTags[index]!.bytes), `tag ${index}`).toBe(true);
    }
    for (const kind of ['video-header', 'audio-header'] as const) {
      expect(overWs.ofKind(kind)[0]!.bytes.equals(overHttp.ofKind(kind)[0]!.bytes)).toBe(true);
    }
    overWs.checkContinuity({ maxGapMs: 500 });
    overHttp.checkContinuity({ maxGapMs: 500 });
  });

  it('is opened by ffprobe and decoded by ffmpeg for 3 s without a word of complaint', async () => {
    const url = `${relay.url}/live/lab.flv`;
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name,codec_type',
      '-of',
      'csv=p=0',
      url,
    ]);
    const streams = stdout.trim().split('\n');
    // The arrival marks show as a data stream; metadata must not show as one of text.
    expect(streams.filter((stream) => !stream.endsWith('data')).sort()).toEqual(['aac,audio', 'h264,video']);
    const decode = ['-nostdin', '-v', 'warning', '-xerror', '-i', url, '-t', '3', '-f', 'null', '-'];
    const { stderr } = await run('ffmpeg', decode, { timeout: 20_000 });
    expect(stderr).toBe('');
  });

  it('gives a late viewer headers and picture in the first message', async () => {
    const keeper = watch('/live/lab.flv');
    await keeper.untilKeyframe();
    const late = watch('/live/lab.flv');
    const keyframe = await late.untilKeyframe();
    const upTo = late.tags.slice(0, late.tags.indexOf(keyframe) + 1);
    const kinds = upTo.map(({ kind }) => kind).filter((kind) => kind !== 'audio');
    expect(kinds).toEqual(['metadata', 'video-header', 'audio-header', 'script', 'keyframe']);
    const bytes = upTo.reduce((sum, tag) => sum + tag.bytes.length, 13);
    expect(late.chunkBytes[0]).toBeGreaterThanOrEqual(bytes);
  });

  it('begins with a keyframe that is newer than the viewer when it joins with join=live', async () => {
    const keeper = watch('/live/lab.flv');
    await keeper.untilKeyframe();
    const joinedAtMs = Date.now();
    const live = watch('/live/lab.flv?join=live');
    const keyframe = await live.untilKeyframe();
    expect(live.pictures[0]).toBe(keyframe);
    expect(live.marks[0]!.arrivedAtMs).toBeGreaterThanOrEqual(joinedAtMs);
    // The same moment with the default, for contrast: a keyframe that was there before.
    const fastJoinedAtMs = Date.now();
    const fast = watch('/live/lab.flv');
    await fast.untilKeyframe();
    expect(fast.marks[0]!.arrivedAtMs).toBeLessThan(fastJoinedAtMs);
  });

  it('carries no audio, and does not announce any, with audio=0', async () => {
    const silent = watch('/live/lab.flv?audio=0');
    await silent.untilPictures(30);
    expect(silent.header).toEqual({ audio: false, video: true });
    expect(silent.ofKind('audio', 'audio-header')).toEqual([]);
    const normal = watch('/live/lab.flv');
    await normal.until('audio', () => normal.ofKind('audio').length > 20);
    expect(normal.header).toEqual({ audio: true, video: true });
  });

  it('announces video alone when the camera has no audio', async () => {
    const client = watch('/live/yard.flv');
    await client.untilPictures(30);
    expect(client.header).toEqual({ audio: false, video: true });
  });

  it('names each keyframe’s arrival right before it', async () => {
    const client = watch('/live/lab.flv');
    await client.until('three keyframes', () => client.ofKind('keyframe').length >= 3);
    for (const [index, tag] of client.tags.entries()) {
      if (tag.kind !== 'keyframe') continue;
      const mark = readArrivalMark(client.tags[index - 1]!);
      expect(mark?.timestampMs).toBe(tag.timestampMs);
      expect(mark!.arrivedAtMs).toBeLessThanOrEqual(tag.arrivedAtMs);
      expect(mark!.arrivedAtMs).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it('is described by /api/cameras while it plays', async () => {
    const client = watch('/live/lab.flv');
    await client.untilPictures(30);
    const camera = await relay.untilCamera('lab', ({ state, bitrate }) => state === 'live' && bitrate > 0);
    expect(camera).toMatchObject({ reason: null, message: null, lastError: null, pulls: 1 });
    expect(camera.video).toMatchObject({ codec: 'h264' });
    expect(camera.video!.codecString).toMatch(/^avc1\.[0-9a-f]{6}$/i);
    expect(camera.video!.width).toBeGreaterThan(100);
    expect(camera.video!.fps).toBeGreaterThan(5);
    expect(camera.audio).toMatchObject({ codec: 'aac' });
    expect(camera.audio!.sampleRateHz).toBeGreaterThan(8_000);
  });
});
