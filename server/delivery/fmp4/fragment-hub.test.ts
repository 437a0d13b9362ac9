import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import { ByteViewer } from '../../hub/byte-viewer.ts';
import type { JoinMode } from '../../hub/viewer.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { Fmp4Message } from '../../protocol.ts';
import type { FragmentForm } from './fragment-batch.ts';
import { FragmentHub } from './fragment-hub.ts';
import type { SampleReceiver } from './sample-stream.ts';
import { BEGIN_AT_MS, TestCamera, testInit } from './samples.fixture.ts';

interface Frame {
  readonly text: Fmp4Message | null;
  readonly bytes: Buffer;
}

/** The messages in what a WebSocket's server sends (RFC 6455 section 5.2). */
function framesIn(stream: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < stream.length; ) {
    const short = stream[at + 1]!;
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length = short < 126 ? short : short === 126 ? stream.readUInt16BE(at + 2) : stream.readUInt32BE(at + 6);
    const bytes = stream.subarray(at + headerBytes, at + headerBytes + length);
    frames.push({ text: stream[at] === 0x81 ? (JSON.parse(bytes.toString()) as Fmp4Message) : null, bytes });
    at += headerBytes + length;
  }
  return frames;
}

const typesOf = (bytes: Buffer) => bytes.toString('latin1', 4, 8);

/** A viewer whose transport takes everything at once, or nothing while `blocked`. */
function newViewer(
  id: string,
  { join = 'fast', maxQueueBytes = 1e6 }: { join?: JoinMode; maxQueueBytes?: number } = {},
) {
  const writes: Buffer[] = [];
  const state = { blocked: false, ended: null as RelayError | null, done: null as (() => void) | null };
  const viewer = new ByteViewer<FragmentForm>({
    id,
    join,
    audio: true,
    maxQueueBytes,
    maxLagMs: 10_000,
    sink: {
      write: (bytes, drained) => {
        writes.push(bytes);
        if (state.blocked) state.done = drained;
        return !state.blocked;
      },
      end: (error) => {
        state.ended = error;
      },
    },
  });
  return { viewer, writes, state, frames: () => framesIn(Buffer.concat(writes)) };
}

function setUp() {
  const source = {
    receiver: null as SampleReceiver | null,
    add: (receiver: SampleReceiver) => {
      source.receiver = receiver;
    },
    remove: () => {
      source.receiver = null;
    },
  };
  const hub = new FragmentHub({ source, mergeMaxMs: 100, maxBytes: 100_000 });
  const feed = (samples: readonly Sample[]) => {
    for (const sample of samples) source.receiver?.take([sample]);
  };
  return { source, hub, feed, camera: new TestCamera() };
}

describe('FragmentHub', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('sends what it is, the init segment, the mark, then a fragment for each picture', () => {
    const { hub, feed, camera } = setUp();
    const { viewer, frames } = newViewer('a');
    hub.source('websocket').attach(viewer);
    feed(camera.pictures(0, 120));
    const [init, initBytes, mark, ...fragments] = frames();
    expect(init!.text).toEqual({
      type: 'init',
      version: 1,
      mime: 'video/mp4; codecs="avc1.64001e,mp4a.40.2"',
      codecs: 'avc1.64001e,mp4a.40.2',
      width: 640,
      height: 360,
      audio: true,
    });
    expect(typesOf(initBytes!.bytes)).toBe('ftyp');
    expect(mark!.text).toEqual({ type: 'mark', ptsMs: 0, arrivedAtMs: BEGIN_AT_MS });
    expect(fragments.map(({ bytes }) => typesOf(bytes))).toEqual(['prft', 'moof', 'moof']);
  });

  it('gives plain bytes over HTTP', () => {
    const { hub, feed, camera } = setUp();
    const { viewer, writes } = newViewer('a');
    hub.source('http').attach(viewer);
    feed(camera.pictures(0, 80));
    expect(writes.map(typesOf)).toEqual(['ftyp', 'moof']);
  });

  it('lets a late viewer in with everything since the keyframe in one write, made once for all of them', () => {
    const { hub, feed, camera } = setUp();
    const first = newViewer('a');
    hub.source('websocket').attach(first.viewer);
    feed(camera.pictures(0, 400));
    const late = [newViewer('b'), newViewer('c')];
    for (const { viewer } of late) hub.source('websocket').attach(viewer);
    expect(late.map(({ writes }) => writes.length)).toEqual([1, 1]);
    expect(late[0]!.writes[0]).toBe(late[1]!.writes[0]);
    expect(late[0]!.frames()).toHaveLength(4);
    feed([camera.picture(400)]);
    expect(late[0]!.writes[1]).toBe(first.writes.at(-1));
  });

  it('lets ?join=live wait for the next keyframe', () => {
    const { hub, feed, camera } = setUp();
    const first = newViewer('a');
    hub.source('http').attach(first.viewer);
    feed(camera.pictures(0, 400));
    const live = newViewer('b', { join: 'live' });
    hub.source('http').attach(live.viewer);
    feed([camera.picture(400)]);
    expect(live.writes).toHaveLength(0);
    feed([camera.picture(440, { keyframe: true })]);
    expect(live.writes).toHaveLength(1);
  });

  it('gathers pictures when many watch, but never over a keyframe', () => {
    const { hub, feed, camera } = setUp();
    const viewers = Array.from({ length: 300 }, (_, index) => newViewer(`${index}`));
    for (const { viewer } of viewers) hub.source('http').attach(viewer);
    for (let atMs = 0; atMs < 2_000; atMs += 40) {
      feed([camera.picture(atMs, { keyframe: atMs % 1_000 === 0 })]);
      vi.advanceTimersByTime(40);
    }
    const { writes } = viewers[7]!;
    expect(writes.length).toBeLessThan(35);
    expect(writes.filter((bytes) => ['ftyp', 'prft'].includes(typesOf(bytes)))).toHaveLength(2);
  });

  it('lets sound wait a little for the picture, and no longer', () => {
    const { hub, feed, camera } = setUp();
    const { viewer, writes } = newViewer('a');
    hub.source('http').attach(viewer);
    feed(camera.pictures(0, 80));
    feed([camera.sound(60), camera.sound(81)]);
    expect(writes).toHaveLength(2);
    vi.advanceTimersByTime(70);
    expect(writes).toHaveLength(3);
  });

  it('sends another init segment before the first fragment that needs it, to those who watch and to latecomers', () => {
    const { hub, feed, camera } = setUp();
    const first = newViewer('a');
    hub.source('websocket').attach(first.viewer);
    feed(camera.pictures(0, 80));
    camera.init = testInit({ version: 2, width: 1280 });
    feed(camera.pictures(80, 80));
    const texts = first.frames().flatMap(({ text }) => (text === null ? [] : [text.type]));
    expect(texts).toEqual(['init', 'mark', 'init', 'mark']);
    const late = newViewer('b');
    hub.source('websocket').attach(late.viewer);
    expect(late.frames()[0]!.text).toMatchObject({ type: 'init', version: 2, width: 1280 });
    expect(late.frames().filter(({ text }) => text?.type === 'init')).toHaveLength(1);
  });

  it('lets a viewer that cannot keep up skip to a keyframe, with the init segment that it missed', () => {
    const { hub, feed, camera } = setUp();
    const slow = newViewer('a', { maxQueueBytes: 2_000 });
    hub.source('websocket').attach(slow.viewer);
    slow.state.blocked = true;
    feed(camera.pictures(0, 2_000));
    camera.init = testInit({ version: 2 });
    feed(camera.pictures(2_000, 120));
    slow.state.blocked = false;
    slow.state.done!();
    const frames = slow.frames();
    expect(slow.viewer.stats.droppedTags).toBeGreaterThan(40);
    const again = frames.findLastIndex(({ text }) => text?.type === 'init');
    expect(again).toBeGreaterThan(0);
    expect(frames.slice(again).map(({ text, bytes }) => text?.type ?? typesOf(bytes))).toEqual([
      'init',
      'ftyp',
      'mark',
      'prft',
      'moof',
      'moof',
    ]);
  });

  it('is attached to its camera while somebody watches, and ends everybody with its reason', () => {
    const { hub, source, feed, camera } = setUp();
    const [a, b] = [newViewer('a'), newViewer('b')];
    const door = hub.source('http');
    door.attach(a.viewer);
    feed(camera.pictures(0, 80));
    door.attach(b.viewer);
    door.detach(a.viewer);
    expect(source.receiver).toBe(hub);
    door.detach(b.viewer);
    door.detach(b.viewer);
    expect(source.receiver).toBeNull();
    const c = newViewer('c');
    door.attach(c.viewer);
    expect(c.writes, 'nothing of before').toHaveLength(0);
    const reason = new RelayError('going-away');
    hub.end(reason);
    expect(c.state.ended).toBe(reason);
    expect(hub.viewers).toBe(0);
  });
});
