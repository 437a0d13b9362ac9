import { describe, expect, it } from 'vitest';
import { type Tag, tagBody } from '../../server/flv/tag.ts';
import { useDemoRelay } from '../support/demo-relay.ts';
import { FlvClient } from '../support/flv-client.ts';
import { sleep } from '../support/wait.ts';

/** The promise of the relay: pictures stay this close to live, whatever the audio does. */
const MAX_DELAY_MS = 600;
const FAULT_AFTER_MS = 1_500;

/** Pure: how much later each picture came in `late` than the same picture in `reference`, in ms. */
function delays(reference: readonly Tag[], late: readonly Tag[]): number[] {
  const key = (tag: Tag) => tagBody(tag).subarray(5).toString('latin1');
  const arrivals = new Map(reference.map((tag) => [key(tag), tag.arrivedAtMs]));
  return late.flatMap((tag) => {
    const arrivedAtMs = arrivals.get(key(tag));
    return arrivedAtMs === undefined ? [] : [tag.arrivedAtMs - arrivedAtMs];
  });
}

describe('a camera of which one half fails', () => {
  const stand = useDemoRelay((demo) => {
    // One picture, one encoder: what differs between these cameras is the fault alone.
    return {
      ffmpeg: { connectTimeoutMs: 10_000, stallTimeoutMs: 5_000 },
      cameras: {
        sound: demo.of('lab'),
        'audio-dies': demo.of('lab', `fault=audio-dies&after=${FAULT_AFTER_MS}`),
        'no-audio': demo.of('lab', 'fault=no-audio'),
        'late-reports': demo.of('lab', `fault=late-reports&after=${FAULT_AFTER_MS}`),
        'late-reports-udp': demo.of('lab', `fault=late-reports&after=${FAULT_AFTER_MS}&n=2`, { transport: 'udp' }),
        resolution: demo.of('yard', `fault=resolution&after=${FAULT_AFTER_MS}`),
      },
    };
  });

  it.concurrent.each(['audio-dies', 'no-audio', 'late-reports', 'late-reports-udp'])(
    '%s: the pictures stay within 0.6 s of live',
    async (id) => {
      const reference = new FlvClient(`${stand.relay.url}/live/sound.flv?audio=0`);
      const viewer = new FlvClient(`${stand.relay.url}/live/${id}.flv`);
      await Promise.all([reference, viewer].map((each) => each.untilKeyframe()));
      await sleep(FAULT_AFTER_MS + 1_000);
      const from = viewer.pictures.length;
      await viewer.untilMorePictures(50);
      await sleep(1_000);
      const late = delays(reference.pictures, viewer.pictures.slice(from));
      expect(late.length).toBeGreaterThan(20);
      const median = late.sort((a, b) => a - b)[Math.floor(late.length / 2)]!;
      expect(median).toBeLessThan(MAX_DELAY_MS);
      viewer.checkContinuity({ maxGapMs: 500 });
      expect(await stand.relay.camera(id)).toMatchObject({ state: 'live', reason: null, starts: 1 });

      // A header that announces sound must be followed by some, or flv.js waits for ever.
      if (viewer.header?.audio) {
        const lastPictureMs = viewer.pictures.at(-1)!.timestampMs;
        const lastAudioMs = viewer.ofKind('audio').at(-1)?.timestampMs ?? 0;
        expect(lastPictureMs - lastAudioMs).toBeLessThan(1_500);
      }
      await Promise.all([reference.leave(), viewer.leave()]);
    },
  );

  it('a change of resolution reaches the viewer as new parameter sets, and the API as a new size', async () => {
    const viewer = new FlvClient(`${stand.relay.url}/live/resolution.flv`);
    await viewer.untilPictures(5);
    const { video: before } = await stand.relay.camera('resolution');
    await viewer.until('second video header', () => viewer.ofKind('video-header').length >= 2);
    const header = viewer.ofKind('video-header').at(-1)!;
    const next = viewer.tags.slice(viewer.tags.indexOf(header) + 1).find(({ kind }) => /frame/.test(kind));
    expect(next?.kind ?? 'keyframe').toBe('keyframe');
    await viewer.untilMorePictures(10);
    const { video: after, starts } = await stand.relay.camera('resolution');
    expect(after!.width).toBeLessThan(before!.width);
    expect(starts).toBe(1);
    viewer.checkContinuity({ maxGapMs: 2_000 });
    await viewer.leave();
  });
});
