import { describe, expect, it } from 'vitest';
import type { GroupWatch } from './support/multicast-watch.ts';
import { hasOwnNetwork, runInOwnNetwork } from './support/own-network.ts';

/** Pictures, and so many ffmpegs as it took. */
const plays = { keyframe: true, pictures: expect.toSatisfy((count: number) => count >= 60), end: null, starts: 1 };

describe('cameras that send to a group only', () => {
  // Where this is skipped, neither root nor a user namespace is to be had, and ffmpeg cannot be told to join a group on loopback.
  it.skipIf(!hasOwnNetwork())('play, told so or found by trying, with sound and two at a time', async () => {
    const seen = (await runInOwnNetwork('multicast-watch.ts')) as Record<string, GroupWatch>;
    expect(seen.told).toMatchObject(plays);
    expect(seen.found).toMatchObject(plays);
    expect(seen.sound).toMatchObject({ ...plays, audio: true });
    expect(seen.again).toMatchObject(plays);
    expect(seen.wrong).toMatchObject({ pictures: 0, end: expect.stringContaining('refused') });
  });
});
