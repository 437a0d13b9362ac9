import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decodeFile, decodeUrl, probeUrl } from './support/decode.ts';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';
import { HlsClient } from './support/hls-client.ts';
import { breaches } from './support/hls-rules.ts';
import { eventually } from './support/wait.ts';

const run = promisify(execFile);
const GSTREAMER_PLAYER = fileURLToPath(new URL('support/gstreamer-player.py', import.meta.url));
const IDS = ['timed', 'decoded', 'probed', 'played', 'heard', 'whole'];
const PART_MS = 252;
/** On a busy machine; waiting for the first segment would take two seconds. What it takes at rest says `bench/hls.ts`. */
const SLACK_MS = 1_200;

const stand = useDemoRelay(
  (demo) => {
    const known = Object.fromEntries(IDS.map((id) => [id, demo.of('lab', 'gop=50')]));
    const cameras = { ...known, new: demo.of('lab', 'gop=50'), watched: demo.of('street', 'gop=25') };
    return { cameras };
  },
  { knows: Object.fromEntries(IDS.map((id) => [id, { keyframeIntervalMs: 2_000, frameMs: 40 }])) },
);

const client = (id: string, query = '') => new HlsClient(`${stand.relay.url}/live/${id}/index.m3u8${query}`);

// By itself: what it gets is what there is at that moment.
it('a camera at rest whose rhythm is known answers with a playlist that plays a part after its first keyframe, and that keeps the rules', async () => {
  const flv = new FlvClient(`${stand.relay.url}/live/timed.flv`);
  const keyframe = flv.untilKeyframe().then(() => performance.now());
  const playlist = await client('timed').media();
  const answeredAtMs = performance.now();
  expect(answeredAtMs - (await keyframe)).toBeLessThan(PART_MS + SLACK_MS);
  await flv.leave();
  expect(breaches(playlist, null)).toEqual([]);
  const { segments, openParts } = playlist;
  expect(segments).toHaveLength(1);
  expect(segments[0]!.parts).toEqual([]);
  expect(openParts[0]!.independent).toBe(true);
  const { seen, complaints } = await client('timed').follow({ forMs: 3_000 });
  expect(complaints).toEqual([]);
  expect(seen.at(-1)!.playlist.segments[0]).toMatchObject({ uri: segments[0]!.uri });
});

describe.concurrent('a camera at rest whose rhythm is known', () => {
  it('gives its first picture, held, as a segment that decodes before the next ones', async () => {
    const camera = client('decoded');
    const first = (await camera.media()).segments[0]!;
    const { segments } = await eventually(
      () => camera.media(),
      (now) => now.segments.length >= 3,
    );
    expect(segments[0]!.uri).toBe(first.uri);
    const init = (await camera.get(first.map!)).body;
    const bodies = await Promise.all(segments.map(async ({ uri }) => (await camera.get(uri)).body));
    expect(await decodeFile(Buffer.concat([init, bodies[0]!]))).toEqual({ pictures: 1, complaints: '' });
    const all = await decodeFile(Buffer.concat([init, ...bodies]));
    expect(all.complaints).toBe('');
    const movingS = segments.slice(1).reduce((sum, { durationS }) => sum + durationS, 0);
    expect((all.pictures - 1) / (movingS * 25)).toBeCloseTo(1, 1);
  });

  it('answers in MPEG-TS at once too, with segments that decode alone and in a row', async ({ onTestFinished }) => {
    const camera = client('whole', '?format=ts');
    const flv = new FlvClient(`${stand.relay.url}/live/whole.flv`);
    onTestFinished(() => flv.leave());
    const keyframe = flv.untilKeyframe().then(() => performance.now());
    const [still] = (await camera.media()).segments;
    expect(performance.now() - (await keyframe)).toBeLessThan(PART_MS + SLACK_MS);
    const { segments } = await eventually(
      () => camera.media(),
      (now) => now.segments.length >= 3,
    );
    expect(segments[0]!.uri).toBe(still!.uri);
    const bodies = await Promise.all(segments.map(async ({ uri }) => (await camera.get(uri)).body));
    expect(await decodeFile(bodies[0]!)).toEqual({ pictures: 1, complaints: '' });
    expect((await decodeFile(Buffer.concat(bodies))).complaints).toBe('');
    const { pictures, complaints } = await decodeUrl(camera.url, 3);
    expect(complaints).toBe('');
    // Two of the three seconds may be the held picture.
    expect(pictures).toBeGreaterThan(20);
  });

  it('plays in ffmpeg, which reads on where the held picture ends', async () => {
    expect((await probeUrl(client('probed').url)).map((stream) => stream.codec_name)).toEqual(['h264', 'aac']);
    const { pictures, complaints } = await decodeUrl(client('heard').url, 5);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(60);
  });

  it('plays in GStreamer', async () => {
    const { stdout } = await run('/usr/bin/python3', [GSTREAMER_PLAYER, client('played').url, '5']);
    const seen = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number | string | null>;
    expect(seen).toMatchObject({ error: null, backSteps: 0 });
    expect(seen.pictures).toBeGreaterThan(60);
  });
});

describe.concurrent('a camera that was never shown before', () => {
  it('answers a part after its first keyframe too, and keeps to what it promised when its rhythm is known', async ({
    onTestFinished,
  }) => {
    const flv = new FlvClient(`${stand.relay.url}/live/new.flv`);
    onTestFinished(() => flv.leave());
    const keyframe = flv.untilKeyframe().then(() => performance.now());
    const playlist = await client('new').media();
    expect(performance.now() - (await keyframe)).toBeLessThan(PART_MS + SLACK_MS);
    expect(breaches(playlist, null)).toEqual([]);
    expect(playlist.targetDurationS).toBe(6);
    expect(playlist.openParts[0]!.independent).toBe(true);
    const { seen, complaints } = await client('new').follow({ forMs: 7_000 });
    expect(complaints).toEqual([]);
    const { segments, independentSegments } = seen.at(-1)!.playlist;
    expect(independentSegments).toBe(true);
    // The first may take in a short group of pictures with which the camera begins.
    expect(segments.at(-1)!.durationS).toBeLessThan(2.5);
  });

  it('promises no more than it needs where a viewer of another format has shown its rhythm', async () => {
    const flv = new FlvClient(`${stand.relay.url}/live/watched.flv`);
    await flv.untilPictures(100);
    await flv.leave();
    expect((await client('watched').media()).targetDurationS).toBe(2);
  });
});
