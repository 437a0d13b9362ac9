import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../../errors.ts';
import { H264, makeFlv, PICTURE, parse } from '../../flv/flv.fixture.ts';
import type { Tag } from '../../flv/tag.ts';
import { TagBatch } from '../../hub/tag-batch.ts';
import type { Viewer } from '../../hub/viewer.ts';
import type { CameraInfo } from '../../protocol.ts';
import { Snapshots } from './snapshots.ts';

const tags = parse(await makeFlv([...PICTURE, ...H264, '-g', '10'], 1));
const videoHeader = tags.find(({ kind }) => kind === 'video-header')!;
const keyframes = tags.filter(({ kind }) => kind === 'keyframe');

/** A camera whose hub the test plays: `show` is what a pull's first keyframe does. */
class FakeCamera {
  readonly id = 'yard';
  readonly info = { reason: null, message: null } as unknown as CameraInfo;
  readonly viewers = new Set<Viewer>();
  attached = 0;
  /** What a running hub has cached; null: nothing runs. */
  cached: TagBatch | null = null;

  attach(viewer: Viewer): void {
    this.attached += 1;
    this.viewers.add(viewer);
    if (this.cached !== null) viewer.begin(this.cached, { offsetMs: 0, audio: false });
  }

  detach(viewer: Viewer): void {
    this.viewers.delete(viewer);
  }

  show(batch: TagBatch): void {
    for (const viewer of [...this.viewers]) viewer.begin(batch, { offsetMs: 0, audio: false });
  }
}

function batchOf(media: readonly Tag[], header: Tag | null = videoHeader): TagBatch {
  const tracks = { audio: false, video: header !== null };
  return new TagBatch(media, { tracks, metadata: null, videoHeader: header, audioHeader: null });
}
/** The keyframe as it would have come in just now. */
const now = (tag: Tag) => batchOf([{ ...tag, arrivedAtMs: Date.now() }]);

function create(connectTimeoutMs = 200) {
  const decodes: { mp4: Buffer; width: number | null }[] = [];
  let release = () => {};
  const held = { until: Promise.resolve() };
  const coder = {
    decode: async (mp4: Buffer, { width }: { width: number | null }) => {
      const number = decodes.push({ mp4, width });
      await held.until;
      return Buffer.from(`jpeg ${number}`);
    },
  };
  const hold = () => {
    held.until = new Promise((resolve) => {
      release = resolve;
    });
  };
  const snapshots = new Snapshots({ coder, connectTimeoutMs });
  return { snapshots, decodes, hold, release: () => release() };
}
const ANY = { width: null, maxAgeMs: 0 };

describe('a picture of a running camera', () => {
  it('is of the newest keyframe that the hub has, and leaves no viewer behind', async () => {
    const { snapshots, decodes } = create();
    const camera = new FakeCamera();
    camera.cached = batchOf([keyframes[0]!, keyframes[1]!]);
    const picture = await snapshots.take(camera, ANY);
    expect(picture.jpeg.toString()).toBe('jpeg 1');
    expect(picture.takenAtMs).toBe(keyframes[1]!.arrivedAtMs);
    expect(camera.viewers.size).toBe(0);
    const { mp4 } = decodes[0]!;
    expect(mp4.toString('latin1', 4, 8)).toBe('ftyp');
    expect(mp4.includes(keyframes[1]!.bytes.subarray(16, -4))).toBe(true);
    expect(mp4.includes(keyframes[0]!.bytes.subarray(16, -4))).toBe(false);
  });

  it('is decoded once for all who ask before the next keyframe, once per width', async () => {
    const { snapshots, decodes, hold, release } = create();
    const camera = new FakeCamera();
    camera.cached = now(keyframes[0]!);
    hold();
    const asked = Array.from({ length: 20 }, () => snapshots.take(camera, ANY));
    const small = snapshots.take(camera, { ...ANY, width: 320 });
    await sleep(5);
    release();
    const pictures = await Promise.all(asked);
    expect(new Set(pictures).size).toBe(1);
    expect(await snapshots.take(camera, ANY)).toBe(pictures[0]);
    expect((await small).jpeg.toString()).not.toBe(pictures[0]!.jpeg.toString());
    expect(decodes.map(({ width }) => width)).toEqual([null, 320]);
    camera.cached = now(keyframes[1]!);
    expect((await snapshots.take(camera, ANY)).jpeg.toString()).toBe('jpeg 3');
  });

  it('may be an old one for those who accept that, and then the camera is not asked', async () => {
    const { snapshots } = create();
    const camera = new FakeCamera();
    camera.cached = now(keyframes[0]!);
    const first = await snapshots.take(camera, ANY);
    camera.cached = null;
    expect(await snapshots.take(camera, { width: null, maxAgeMs: 60_000 })).toBe(first);
    expect(camera.attached).toBe(1);
    await sleep(20);
    expect(snapshots.cached(camera, { width: null, maxAgeMs: 10 })).toBeNull();
    expect(snapshots.cached(camera, { width: 320, maxAgeMs: 60_000 })).toBeNull();
  });

  it('is a new one after the clock was put back, and is made once', async () => {
    const { snapshots, decodes } = create();
    const camera = new FakeCamera();
    camera.cached = batchOf([{ ...keyframes[0]!, arrivedAtMs: Date.now() + 3_600_000 }]);
    await snapshots.take(camera, ANY);
    camera.cached = now(keyframes[1]!);
    const picture = await snapshots.take(camera, { width: null, maxAgeMs: 60_000 });
    expect(picture.takenAtMs).toBeLessThanOrEqual(Date.now());
    expect(await snapshots.take(camera, ANY)).toBe(picture);
    expect(decodes).toHaveLength(2);
  });

  it('is refused when too many are under way', async () => {
    const { snapshots, hold, release } = create();
    const camera = new FakeCamera();
    camera.cached = now(keyframes[0]!);
    hold();
    const widths = Array.from({ length: 70 }, (_, index) => 100 + index);
    const asked = widths.map((width) => snapshots.take(camera, { width, maxAgeMs: 0 }).catch((error) => error.code));
    await sleep(5);
    release();
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(6);
    expect((await snapshots.take(camera, { width: 99, maxAgeMs: 0 })).jpeg.length).toBeGreaterThan(0);
  });
});

describe('a picture of a camera that does not run', () => {
  it('is of its first keyframe, by one viewer however many ask', async () => {
    const { snapshots, decodes } = create();
    const camera = new FakeCamera();
    const asked = [1, 2, 3].map(() => snapshots.take(camera, ANY));
    expect(camera.attached).toBe(1);
    camera.show(now(keyframes[0]!));
    await Promise.all(asked);
    expect(decodes).toHaveLength(1);
    expect(camera.viewers.size).toBe(0);
  });

  it('is refused with the camera’s own reason', async () => {
    const { snapshots } = create();
    const camera = new FakeCamera();
    const asked = snapshots.take(camera, ANY);
    for (const viewer of camera.viewers) viewer.end(new RelayError('unauthorized'));
    await expect(asked).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('is given up when the camera shows nothing in time, and asked for anew the next time', async () => {
    const { snapshots } = create(50);
    const camera = new FakeCamera();
    await expect(snapshots.take(camera, ANY)).rejects.toMatchObject({ code: 'timeout' });
    expect(camera.viewers.size).toBe(0);
    const again = snapshots.take(camera, ANY);
    camera.show(now(keyframes[0]!));
    expect((await again).jpeg.toString()).toBe('jpeg 1');
  });

  it('is not to be had of sound alone, or of a codec that nobody knows', async () => {
    const { snapshots } = create();
    const camera = new FakeCamera();
    camera.cached = batchOf([], null);
    await expect(snapshots.take(camera, ANY)).rejects.toMatchObject({ code: 'no-video' });
    camera.cached = batchOf([keyframes[0]!], { ...videoHeader, bytes: Buffer.alloc(40) });
    await expect(snapshots.take(camera, ANY)).rejects.toMatchObject({ code: 'codec' });
  });
});
