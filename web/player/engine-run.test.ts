import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENT_MS } from './alive-policy.ts';
import { type Engine, type EngineOptions, LOCAL_END } from './engine.ts';
import { EngineRun } from './engine-run.ts';
import type { PlayerParts } from './player-parts.ts';

const HOUR_MS = 3_600_000;
const COUNTERS = { bytes: 0, videoFrames: 0, audioFrames: 0, lastVideoMs: -1, lastAudioMs: -1 };

/** An engine that is told when bytes come, among parts that notice nothing. */
function begin() {
  let given: EngineOptions | null = null;
  const engine: Engine = { counters: COUNTERS, keepsLiveEdge: false, destroy: vi.fn() };
  const createEngine = (options: EngineOptions) => {
    given = options;
    return engine;
  };
  const nothing = () => {};
  const parts = {
    pictures: { begin: nothing, end: nothing, look: nothing, lastPictureMs: 0, frameIntervalMs: 40 },
    edge: { begin: nothing, end: nothing, look: nothing, received: nothing, jump: nothing },
    sound: { begin: () => false, retryDue: () => false, inStream: false },
    readings: { begin: nothing, arrived: nothing, received: nothing, count: nothing, publish: nothing },
  };
  const onDead = vi.fn();
  const run = new EngineRun({ isSupported: () => true, createEngine }, parts as unknown as PlayerParts, {
    url: new URL('http://relay/live/yard.flv'),
    transport: 'websocket',
    camera: () => null,
    blocked: () => true,
    play: nothing,
    onEnd: nothing,
    onDead,
    onSoundChange: nothing,
  });
  return { run, engine, onDead, receive: () => given!.onData() };
}

describe('an engine at work', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 10 * HOUR_MS });
    vi.stubGlobal('document', { hidden: false });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it.each([0, HOUR_MS])('is given up when no more bytes come, also after the clock was put back by %i ms', (byMs) => {
    const { run, onDead, receive } = begin();
    receive();
    vi.advanceTimersByTime(1000);
    vi.setSystemTime(Date.now() - byMs);
    receive();
    vi.advanceTimersByTime(SILENT_MS - 500);
    expect(onDead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(onDead).toHaveBeenCalledWith(LOCAL_END.silent);
    run.close();
  });

  it('looks at nothing any more once it was closed', () => {
    const { run, engine, onDead, receive } = begin();
    receive();
    run.close();
    run.close();
    vi.advanceTimersByTime(HOUR_MS);
    expect(onDead).not.toHaveBeenCalled();
    expect(engine.destroy).toHaveBeenCalledOnce();
  });
});
