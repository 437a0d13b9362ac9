import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayError } from '../errors.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import { Redactor } from '../ffmpeg/redact.ts';
import { ByteViewer } from '../hub/byte-viewer.ts';
import { Feed } from './feed.ts';
import { LoginMemory } from './pull/login-memory.ts';
import { SessionBudget } from './session-budget.ts';

const IDLE_MS = 1_000;

function viewer(): ByteViewer {
  const sink = { write: () => true, end: () => {} };
  return new ByteViewer({ id: 'v', join: 'fast', audio: true, maxQueueBytes: 1, maxLagMs: 1, sink });
}

/** A feed whose pulls end when the test says so. */
function create() {
  const pulls: (() => void)[] = [];
  const capabilities = () =>
    new Promise<never>((_, reject) => {
      pulls.push(() => reject(new RelayError('ended')));
    });
  const budget = new SessionBudget({ maxStreams: 1 });
  const feed = new Feed({
    stream: { gopMaxBytes: 1, gopMaxDurationMs: 1, mergeMaxMs: 0 },
    budget,
    idleTimeoutMs: IDLE_MS,
    pull: {
      cameraId: 'yard',
      source: { url: 'rtsp://127.0.0.1/yard', transport: 'tcp', input: [] },
      profileOutput: null,
      hevcOnBus: true,
      timings: {
        connectTimeoutMs: 1_000,
        stallTimeoutMs: 1_000,
        retryMinMs: 1_000,
        retryMaxMs: 1_000,
        refusedLoginRetryMs: 1_000,
      },
      memory: { sources: null, neverCopyVideo: false },
      login: new LoginMemory(1_000),
      ffmpeg: { capabilities } as unknown as Ffmpeg,
      redactor: new Redactor(),
      log: pino({ level: 'silent' }),
      onChanged: () => {},
    },
  });
  const visit = () => {
    const each = viewer();
    feed.attach(each);
    feed.stream.detach(each);
  };
  return { feed, pulls, visit, places: () => budget.info.streams.used };
}

describe('the place of a camera’s stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is free when nobody has watched for a while and the session is closed, not before', async () => {
    const { pulls, visit, places } = create();
    visit();
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect([pulls.length, places()]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(places()).toBe(1);
    pulls[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(places()).toBe(0);
  });

  it('stays with the session that begins for somebody who came, and went again, while the last one was being closed', async () => {
    const { pulls, visit, places } = create();
    visit();
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    visit();
    pulls[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect([pulls.length, places()]).toEqual([2, 1]);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    pulls[1]!();
    await vi.advanceTimersByTimeAsync(0);
    expect([pulls.length, places()]).toEqual([2, 0]);
  });
});
