/** An HLS output with a camera that hands it samples when a test says so. */
import { pino } from 'pino';
import type { RelayError } from '../../errors.ts';
import type { Rhythm } from '../../hub/rhythm.ts';
import type { SampleReceiver } from '../fmp4/sample-stream.ts';
import { TestCamera } from '../fmp4/samples.fixture.ts';
import { HlsOutput } from './hls-output.ts';
import type { HlsOutputOptions } from './hls-output-options.ts';
import type { ReloadQuery } from './reload-query.ts';

export const LIMITS = {
  segmentMs: 2_000,
  partMs: 250,
  maxSegmentMs: 12_000,
  window: 5,
  keepExpired: 2,
  maxBytes: 1e9,
  maxDiskBytes: 1e9,
  idleTimeoutMs: 10_000,
};
export const RHYTHM: Rhythm = { keyframeIntervalMs: 2_000, frameMs: 40 };
/** The number of the segment before the first: its picture, held. */
export const STILL = 99;
const ASK: ReloadQuery = { sequence: null, part: null, skip: false };

/** What the camera would be: hands samples to whoever has been added. */
export class TestSource {
  receiver: SampleReceiver | null = null;
  starts = 0;
  refusal: RelayError | null = null;

  add(receiver: SampleReceiver): void {
    this.starts++;
    if (this.refusal !== null) receiver.end(this.refusal);
    else this.receiver = receiver;
  }

  remove(): void {
    this.receiver = null;
  }
}

export function setUp(more: Partial<HlsOutputOptions> = {}, remembered: Rhythm | null = RHYTHM) {
  const source = new TestSource();
  const camera = new TestCamera();
  const notes = {
    rhythm: remembered,
    recall: () => notes.rhythm,
    remember: (rhythm: Rhythm) => {
      notes.rhythm = rhythm;
    },
  };
  const output = new HlsOutput({
    camera: 'yard',
    rendition: { stream: 'main', profile: 'auto', hevc: false, audio: true, container: 'fmp4' },
    samples: source,
    limits: LIMITS,
    connectTimeoutMs: 5_000,
    maxWaiting: 60,
    start: 'abcd',
    first: { sequence: STILL, discontinuitySequence: 7 },
    notes,
    log: pino({ level: 'silent' }),
    ...more,
  });
  let fedMs = 0;
  const feed = (lengthMs: number) => {
    for (const endMs = fedMs + lengthMs; fedMs < endMs; fedMs += 40) {
      source.receiver?.take([camera.picture(fedMs, { keyframe: fedMs % 2_000 === 0 })]);
    }
  };
  const signal = new AbortController().signal;
  const playlist = (query: Partial<ReloadQuery> = {}) =>
    output.playlist({ ...ASK, ...query }, new AbortController().signal);
  return { source, camera, notes, output, feed, playlist, signal };
}

/** Whether it has settled yet. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise.catch(() => null), Promise.resolve(open)])) === open;
}

export const allSegmentsIn = (text: string) =>
  [...text.matchAll(/^main-abcd-(\d+)\.m4s$/gm)].map((match) => Number(match[1]));
export const segmentsIn = (text: string) => allSegmentsIn(text).filter((sequence) => sequence !== STILL);
