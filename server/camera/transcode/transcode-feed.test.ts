import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import type { Ffmpeg } from '../../ffmpeg/ffmpeg.ts';
import { H264, makeFlv, PICTURE, parse } from '../../flv/flv.fixture.ts';
import { ByteViewer } from '../../hub/byte-viewer.ts';
import { TagBatch } from '../../hub/tag-batch.ts';
import type { Viewer } from '../../hub/viewer.ts';
import { SessionBudget } from '../session-budget.ts';
import { TranscodeFeed } from './transcode-feed.ts';

const IDLE_MS = 1_000;
const tags = parse(await makeFlv([...PICTURE, ...H264], 1));

function viewer(): ByteViewer {
  const sink = { write: () => true, end: () => {} };
  return new ByteViewer({ id: 'v', join: 'fast', audio: true, maxQueueBytes: 1, maxLagMs: 1, sink });
}

/** A camera that shows its picture at once, and encoders that end when the test says so. */
function create() {
  const encoders: (() => void)[] = [];
  const capabilities = () =>
    new Promise<never>((_, reject) => {
      encoders.push(() => reject(new RelayError('ended')));
    });
  const headers = {
    tracks: { audio: false, video: true },
    metadata: null,
    videoHeader: tags.find(({ kind }) => kind === 'video-header')!,
    audioHeader: null,
  };
  const media = tags.filter(({ kind }) => kind === 'keyframe' || kind === 'frame');
  const attach = (input: Viewer) => input.begin(new TagBatch(media, headers), { offsetMs: 0, audio: true });
  const budget = new SessionBudget({ maxStreams: 1 });
  const feed = new TranscodeFeed({
    stream: { gopMaxBytes: 1, gopMaxDurationMs: 1, mergeMaxMs: 0 },
    budget,
    idleTimeoutMs: IDLE_MS,
    transcode: {
      cameraId: 'yard',
      profile: { name: 'low', output: null, maxHeight: null },
      source: { id: 'yard', attach, detach: () => {} },
      ffmpeg: { capabilities, encoder: async () => ({}) } as unknown as Ffmpeg,
      log: pino({ level: 'silent' }),
      onChanged: () => {},
    },
  });
  const visit = () => {
    const each = viewer();
    feed.attach(each);
    feed.detach(each);
  };
  return { feed, encoders, visit, places: () => budget.info.streams.used };
}

describe('the place of a transcode', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('stays with the encoder that begins for somebody who came, and went again, while the last one was ending', async () => {
    const { encoders, visit, places } = create();
    visit();
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect([encoders.length, places()]).toEqual([1, 1]);
    visit();
    encoders[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect([encoders.length, places()]).toEqual([2, 1]);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    encoders[1]!();
    await vi.advanceTimersByTimeAsync(0);
    expect([encoders.length, places()]).toEqual([2, 0]);
  });
});
