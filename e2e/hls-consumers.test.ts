import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decodeFile } from './support/decode.ts';
import { useDemoRelay } from './support/demo-relay.ts';
import { HlsClient } from './support/hls-client.ts';
import type { ReadSegment } from './support/hls-playlist.ts';
import { sleep } from './support/wait.ts';

const run = promisify(execFile);
const GSTREAMER_PLAYER = fileURLToPath(new URL('support/gstreamer-player.py', import.meta.url));
const PLAY_SECONDS = 5;
/** The picture that stands before the first segment, if a player begins with that. */
const HELD_SECONDS = 1;
/** The window is of five seconds, and as much is kept behind it. */
const PAUSE_MS = 4_500;

describe('consumers of HLS that nobody here wrote, or that are simple', () => {
  const stand = useDemoRelay(
    (demo) => {
      const hls = { segmentMs: 1_000, window: 5, keepExpired: 5 };
      // Plain players poll once per target duration, which is longer for a camera that nobody has seen before.
      return { hls, cameras: { lab: demo.of('lab', 'gop=25') } };
    },
    { knows: { lab: { keyframeIntervalMs: 1_000, frameMs: 40 } } },
  );

  const url = () => `${stand.relay.url}/live/lab/index.m3u8`;

  it.concurrent.each(['', '?format=ts'])('GStreamer plays index.m3u8%s with picture and sound', async (query) => {
    // The distribution's Python: another one on PATH would lack the bindings.
    const { stdout } = await run('/usr/bin/python3', [GSTREAMER_PLAYER, `${url()}${query}`, `${PLAY_SECONDS}`]);
    const seen = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number | string | null>;
    expect(seen).toMatchObject({ error: null, backSteps: 0 });
    expect(seen.pictures).toBeGreaterThanOrEqual((PLAY_SECONDS - HELD_SECONDS) * 25 * 0.9);
    expect(seen.sounds).toBeGreaterThan(PLAY_SECONDS * 30);
  });

  it.concurrent('one that saves segments and pauses meanwhile finds every one of them', async () => {
    const client = new HlsClient(url());
    const saved = new Map<number, Buffer>();
    let init: Buffer = Buffer.alloc(0);
    const save = async (segments: readonly ReadSegment[]) => {
      for (const { sequence, uri, map } of segments) {
        if (saved.has(sequence)) continue;
        if (init.length === 0) init = (await client.get(map!)).body;
        const { status, body } = await client.get(uri);
        expect(status, uri).toBe(200);
        saved.set(sequence, body);
      }
    };
    const first = await client.media();
    await sleep(PAUSE_MS);
    // It has the old playlist still: what that lists is there, though the new one may not list it any more.
    await save(first.segments);
    for (let round = 0; round < 6; round++) {
      await save((await client.media()).segments);
      await sleep(1_000);
    }
    const numbers = [...saved.keys()].sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    expect(numbers.length).toBeGreaterThanOrEqual(7);
    const { complaints } = await decodeFile(Buffer.concat([init, ...numbers.map((number) => saved.get(number)!)]));
    expect(complaints).toBe('');
  });
});
