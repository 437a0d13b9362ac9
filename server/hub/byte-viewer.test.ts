import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RelayError } from '../errors.ts';
import { TagParser } from '../flv/tag-parser.ts';
import { ByteViewer } from './byte-viewer.ts';
import { type StreamHeaders, TagBatch, type WireForm } from './tag-batch.ts';
import { gopOf, tagOf } from './tags.fixture.ts';

const FORM: WireForm = { offsetMs: 0, audio: true };
const HEADERS: StreamHeaders = {
  tracks: { audio: false, video: true },
  metadata: null,
  videoHeader: tagOf('video-header', 0),
  audioHeader: null,
};

/** A transport that takes a write only when told to, or at once. */
class ManualSink {
  readonly written: Buffer[] = [];
  takesAtOnce = false;
  error: RelayError | null = null;
  #drained: (() => void) | null = null;

  write(bytes: Buffer, drained: () => void): boolean {
    this.written.push(bytes);
    if (this.takesAtOnce) return true;
    this.#drained = drained;
    return false;
  }

  end(error: RelayError): void {
    this.error = error;
  }

  release(): void {
    const drained = this.#drained;
    this.#drained = null;
    drained?.();
  }

  get timestamps(): number[] {
    return new TagParser().push(Buffer.concat(this.written)).map((tag) => tag.timestampMs);
  }
}

function newViewer(limits: { maxQueueBytes?: number; maxLagMs?: number } = {}) {
  const sink = new ManualSink();
  const dropped: number[] = [];
  const viewer = new ByteViewer({
    id: 'v',
    join: 'fast',
    audio: true,
    sink,
    maxQueueBytes: 10_000,
    maxLagMs: 15_000,
    onDropped: (tags) => dropped.push(tags),
    ...limits,
  });
  return { sink, viewer, dropped };
}

const batch = (...tags: ReturnType<typeof gopOf>) => new TagBatch(tags, HEADERS);

describe('ByteViewer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('begins with file header, sequence headers and the GOP in one write', () => {
    const { sink, viewer } = newViewer();
    viewer.begin(batch(...gopOf(500, 2)), FORM);
    expect(sink.written).toHaveLength(1);
    const parser = new TagParser();
    const tags = parser.push(sink.written[0]!);
    expect(parser.header).toEqual({ audio: false, video: true });
    expect(tags.map((tag) => tag.timestampMs)).toEqual([500, 500, 540]);
  });

  it('has one write under way and sends what gathered meanwhile as one', () => {
    const { sink, viewer } = newViewer();
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40)));
    viewer.push(batch(tagOf('frame', 80)));
    expect(sink.written).toHaveLength(1);
    sink.release();
    expect(sink.written).toHaveLength(2);
    expect(sink.timestamps).toEqual([0, 0, 40, 80]);
  });

  it('drops to the next keyframe when the queue is full, with the headers that changed meanwhile', () => {
    const { sink, viewer, dropped } = newViewer({ maxQueueBytes: 150 });
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40, 80)));
    viewer.push(batch(tagOf('frame', 80, 80)));
    viewer.push(batch(tagOf('frame', 120, 80)));
    expect(dropped).toEqual([2, 1]);
    sink.release();
    viewer.push(batch(tagOf('frame', 160)));
    const changed: StreamHeaders = { ...HEADERS, videoHeader: tagOf('video-header', 200) };
    viewer.push(new TagBatch([tagOf('frame', 180), ...gopOf(200, 2)], changed));
    expect(sink.timestamps).toEqual([0, 0, 200, 200, 240]);
    expect(viewer.stats.droppedTags).toBe(5);
  });

  it('sends headers that change within what waited where they stand, and nowhere else', () => {
    const { sink, viewer } = newViewer();
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    const changed: StreamHeaders = { ...HEADERS, videoHeader: tagOf('video-header', 80) };
    viewer.push(new TagBatch([tagOf('frame', 40), changed.videoHeader!, ...gopOf(80, 2)], changed));
    sink.release();
    const kinds = new TagParser()
      .push(Buffer.concat(sink.written))
      .map(({ timestampMs, bytes }) => [timestampMs, bytes[11]]);
    const [header, keyframe, frame] = (['video-header', 'keyframe', 'frame'] as const).map((kind) =>
      kind.charCodeAt(0),
    );
    expect(kinds).toEqual([
      [0, header],
      [0, keyframe],
      [40, frame],
      [80, header],
      [80, keyframe],
      [120, frame],
    ]);
  });

  it('jumps to a keyframe rather than sending what is seconds old', () => {
    const { sink, viewer } = newViewer();
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40)));
    vi.advanceTimersByTime(3_000);
    viewer.push(batch(...gopOf(3_000, 2)));
    sink.release();
    expect(sink.timestamps).toEqual([0, 0, 3_000, 3_040]);
  });

  it('is closed as too slow when its transport takes nothing for maxLagMs', () => {
    const { sink, viewer } = newViewer({ maxLagMs: 1_000 });
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40)));
    vi.advanceTimersByTime(1_001);
    viewer.push(batch(tagOf('frame', 80)));
    expect(sink.error?.code).toBe('too-slow');
    viewer.push(batch(tagOf('frame', 120)));
    sink.release();
    expect(sink.written).toHaveLength(1);
  });

  it('is not blamed for the time it waits for a keyframe after its transport recovered', () => {
    const { sink, viewer } = newViewer({ maxLagMs: 1_000, maxQueueBytes: 10 });
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40)));
    sink.release();
    vi.advanceTimersByTime(5_000);
    viewer.push(batch(tagOf('frame', 80)));
    expect(sink.error).toBeNull();
    viewer.push(batch(...gopOf(6_000, 1)));
    viewer.push(batch(tagOf('frame', 6_040)));
    expect(sink.error).toBeNull();
    expect(sink.timestamps).toEqual([0, 0, 6_000]);
  });

  it('is not blamed for having been behind once, when it has caught up since', () => {
    const { sink, viewer } = newViewer({ maxLagMs: 1_000 });
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    viewer.push(batch(tagOf('frame', 40)));
    sink.takesAtOnce = true;
    sink.release();
    vi.advanceTimersByTime(60_000);
    sink.takesAtOnce = false;
    viewer.push(batch(tagOf('frame', 60_000)));
    viewer.push(batch(tagOf('frame', 60_040)));
    expect(sink.error).toBeNull();
    sink.release();
    expect(sink.timestamps).toEqual([0, 0, 40, 60_000, 60_040]);
  });

  it('keeps its memory bounded whatever comes', () => {
    const { viewer } = newViewer({ maxQueueBytes: 5_000, maxLagMs: 1e9 });
    viewer.begin(batch(...gopOf(0, 1)), FORM);
    for (let n = 1; n < 5_000; n++) {
      viewer.push(n % 50 === 0 ? batch(...gopOf(n * 40, 1, 300)) : batch(tagOf('frame', n * 40, 300)));
      expect(viewer.stats.queuedBytes).toBeLessThanOrEqual(5_000 + 315);
    }
  });

  it('writes nothing for a batch of sound when sound is not wanted', () => {
    const { sink, viewer } = newViewer();
    viewer.begin(batch(...gopOf(0, 1)), { offsetMs: 0, audio: false });
    sink.release();
    viewer.push(batch(tagOf('audio', 20)));
    expect(sink.written).toHaveLength(1);
  });

  it('nor when that batch had to wait, and is level again after it', () => {
    const { sink, viewer } = newViewer({ maxLagMs: 1_000 });
    viewer.begin(batch(...gopOf(0, 1)), { offsetMs: 0, audio: false });
    viewer.push(batch(tagOf('audio', 20)));
    sink.release();
    vi.advanceTimersByTime(60_000);
    viewer.push(batch(tagOf('frame', 60_000)));
    viewer.push(batch(tagOf('frame', 60_040)));
    expect(sink.error).toBeNull();
    expect(sink.timestamps).toEqual([0, 0, 60_000]);
  });
});
