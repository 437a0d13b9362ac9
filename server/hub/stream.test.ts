import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../errors.ts';
import type { Rhythm } from './rhythm.ts';
import { Stream } from './stream.ts';
import type { TagBatch, WireForm } from './tag-batch.ts';
import { gopOf, tagOf } from './tags.fixture.ts';
import type { JoinMode, Viewer } from './viewer.ts';

const BOTH = { audio: true, video: true };

class RecordingViewer implements Viewer {
  readonly id: string;
  readonly join: JoinMode;
  readonly audio = true;
  readonly seen: string[] = [];
  form: WireForm | null = null;
  error: RelayError | null = null;

  constructor(join: JoinMode = 'fast', id = 'viewer') {
    this.join = join;
    this.id = id;
  }

  begin(batch: TagBatch, form: WireForm): void {
    this.form = form;
    this.seen.push('begin');
    this.push(batch);
  }

  push(batch: TagBatch): void {
    for (const tag of batch.tags) this.seen.push(`${tag.kind}@${tag.timestampMs}`);
  }

  end(error: RelayError): void {
    this.error = error;
  }
}

function newStream(onViewersChanged: (viewers: number) => void = () => {}): Stream {
  return new Stream({ gopMaxBytes: 1_000_000, gopMaxDurationMs: 10_000, mergeMaxMs: 100, onViewersChanged });
}

describe('Stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows a late viewer the whole GOP at once, then goes on without a hole or a double', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 3));
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    expect(viewer.seen).toEqual(['begin', 'keyframe@0', 'frame@40', 'frame@80']);
    stream.publish([tagOf('frame', 120)]);
    expect(viewer.seen.at(-1)).toBe('frame@120');
    expect(viewer.seen).toHaveLength(5);
  });

  it('tells how keyframes come, whoever watches, and goes on with what it knows over a restart', () => {
    const told: Rhythm[] = [];
    const stream = new Stream({
      gopMaxBytes: 1_000_000,
      gopMaxDurationMs: 10_000,
      mergeMaxMs: 100,
      onViewersChanged: () => {},
      onRhythm: (rhythm) => told.push(rhythm),
    });
    stream.sourceStarted(BOTH);
    stream.publish([...gopOf(0, 50), tagOf('audio', 1_980), ...gopOf(2_000, 50)]);
    expect(told, 'one interval may be a beginning').toEqual([]);
    stream.publish(gopOf(4_000, 50));
    stream.sourceEnded();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(9_000, 2));
    expect(told).toEqual([
      { keyframeIntervalMs: 2_000, frameMs: 40 },
      { keyframeIntervalMs: 2_000, frameMs: 40 },
    ]);
  });

  it('lets a viewer that wants the lowest delay wait for the next keyframe', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 3));
    const viewer = new RecordingViewer('live');
    stream.attach(viewer);
    expect(viewer.seen).toEqual([]);
    stream.publish([tagOf('frame', 120), tagOf('keyframe', 160), tagOf('frame', 200)]);
    expect(viewer.seen).toEqual(['begin', 'keyframe@160', 'frame@200']);
  });

  it('holds a viewer of a camera that is only starting until the first keyframe', () => {
    const stream = newStream();
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    stream.sourceStarted(BOTH);
    stream.publish([tagOf('frame', 0)]);
    expect(viewer.seen).toEqual([]);
    stream.publish(gopOf(40, 2));
    expect(viewer.seen).toEqual(['begin', 'keyframe@40', 'frame@80']);
  });

  it('begins with the arrival mark that belongs to the keyframe, and with no audio older than the picture', () => {
    const stream = newStream();
    const viewer = new RecordingViewer('live');
    stream.attach(viewer);
    stream.sourceStarted(BOTH);
    stream.publish([
      tagOf('audio', 90),
      tagOf('script', 100),
      tagOf('keyframe', 100),
      tagOf('audio', 98),
      tagOf('audio', 110),
    ]);
    expect(viewer.seen).toEqual(['begin', 'script@100', 'keyframe@100', 'audio@110']);
  });

  it('begins at once where there is no video to wait for', () => {
    const stream = newStream();
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    stream.sourceStarted({ audio: true, video: false });
    stream.publish([tagOf('audio-header', 0), tagOf('audio', 0)]);
    expect(viewer.seen).toEqual(['begin', 'audio-header@0', 'audio@0']);
  });

  it('gives a few viewers each tag at once and gathers tags for many', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 1));
    const viewers = Array.from({ length: 100 }, () => new RecordingViewer());
    for (const viewer of viewers) stream.attach(viewer);
    stream.publish([tagOf('frame', 40)]);
    stream.publish([tagOf('frame', 80)]);
    expect(viewers[0]!.seen).toEqual(['begin', 'keyframe@0']);
    vi.advanceTimersByTime(100);
    for (const viewer of viewers) expect(viewer.seen).toEqual(['begin', 'keyframe@0', 'frame@40', 'frame@80']);
  });

  it('lets a picture end a gathering that has lasted most of its time', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 1));
    const viewers = Array.from({ length: 200 }, () => new RecordingViewer());
    for (const viewer of viewers) stream.attach(viewer);
    stream.publish([tagOf('audio', 20)]);
    vi.advanceTimersByTime(20);
    stream.publish([tagOf('frame', 40)]);
    vi.advanceTimersByTime(40);
    stream.publish([tagOf('audio', 60)]);
    expect(viewers[0]!.seen).toEqual(['begin', 'keyframe@0']);
    stream.publish([tagOf('frame', 80)]);
    expect(viewers[199]!.seen).toEqual(['begin', 'keyframe@0', 'audio@20', 'frame@40', 'audio@60', 'frame@80']);
    vi.advanceTimersByTime(1_000);
    expect(viewers[199]!.seen.length).toBe(6);
  });

  it('serves one who joins while tags are gathered neither twice nor with a hole', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 1));
    for (let n = 0; n < 100; n++) stream.attach(new RecordingViewer());
    stream.publish([tagOf('frame', 40)]);
    const late = new RecordingViewer();
    stream.attach(late);
    stream.publish([tagOf('frame', 80)]);
    vi.advanceTimersByTime(100);
    expect(late.seen).toEqual(['begin', 'keyframe@0', 'frame@40', 'frame@80']);
  });

  it('keeps those who watch through an outage and ends only those who have seen nothing', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 1));
    const watching = new RecordingViewer();
    stream.attach(watching);
    stream.sourceEnded();
    const waiting = new RecordingViewer();
    stream.attach(waiting);
    stream.failWaiting(new RelayError('refused'));
    expect(waiting.error?.code).toBe('refused');
    expect(watching.error).toBeNull();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(1_000, 1));
    expect(watching.seen.at(-1)).toBe('keyframe@1000');
  });

  it('does not show a picture from before an outage to those who come after it', () => {
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 3));
    stream.sourceEnded();
    stream.sourceStarted(BOTH);
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    expect(viewer.seen).toEqual([]);
  });

  it('gives nothing more to a viewer that left, and counts', () => {
    const counts: number[] = [];
    const stream = newStream((viewers) => counts.push(viewers));
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(0, 1));
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    stream.detach(viewer);
    stream.detach(viewer);
    stream.publish([tagOf('frame', 40)]);
    expect(viewer.seen).toEqual(['begin', 'keyframe@0']);
    expect(counts).toEqual([1, 0]);
  });

  it('ends all with the reason', () => {
    const stream = newStream();
    const waiting = new RecordingViewer();
    stream.attach(waiting);
    stream.end(new RelayError('going-away'));
    expect(waiting.error?.code).toBe('going-away');
    expect(stream.viewers).toBe(0);
  });

  it('gives a viewer that joins after a month small timestamps', () => {
    const monthMs = 31 * 86_400_000;
    const stream = newStream();
    stream.sourceStarted(BOTH);
    stream.publish(gopOf(monthMs, 2));
    const viewer = new RecordingViewer();
    stream.attach(viewer);
    expect(monthMs - viewer.form!.offsetMs).toBeLessThan(2 ** 31 - 12 * 86_400_000);
    expect(monthMs - viewer.form!.offsetMs).toBeGreaterThanOrEqual(0);
  });
});
