import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FfmpegExit, FfmpegRun } from './run.ts';
import { type FedRun, SpareRuns } from './spare-runs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create(max = 2) {
  const spares = new SpareRuns({ max, keepMs: 1_000 });
  const started: (FedRun & { stopped: boolean; exit: () => void })[] = [];
  const start = (): FedRun => {
    let exit = () => {};
    const exited = new Promise<FfmpegExit>((resolve) => {
      exit = () => resolve({} as FfmpegExit);
    });
    const fed = { stdin: new PassThrough(), stopped: false, exit, run: {} as FfmpegRun };
    const stop = () => {
      fed.stopped = true;
      exit();
      return exited;
    };
    fed.run = { exited, stop } as unknown as FfmpegRun;
    started.push(fed);
    return fed;
  };
  return { spares, started, use: (key: string) => spares.used(key, start) };
}

describe('spare runs', () => {
  it('are started for who comes back, and not for who came once', () => {
    const { spares, started, use } = create();
    use('yard');
    expect(spares.take('yard')).toBeNull();
    use('yard');
    expect(started).toHaveLength(1);
    use('yard');
    expect(started, 'one each').toHaveLength(1);
    expect(spares.take('yard')?.run).toBe(started[0]!.run);
    expect(spares.take('yard')).toBeNull();
  });

  it('are not started for who comes back after a long time', () => {
    const { started, use } = create();
    use('yard');
    vi.advanceTimersByTime(1_500);
    use('yard');
    expect(started).toHaveLength(0);
  });

  it('are stopped when nobody wants them, but not once they are taken', async () => {
    const { spares, started, use } = create();
    for (const key of ['yard', 'yard', 'lab', 'lab']) use(key);
    spares.take('lab');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(started.map(({ stopped }) => stopped)).toEqual([true, false]);
    expect(spares.take('yard')).toBeNull();
  });

  it('are forgotten when they end, and are at most so many', async () => {
    const { spares, started, use } = create(1);
    for (const key of ['yard', 'yard', 'lab', 'lab']) use(key);
    expect(started).toHaveLength(1);
    started[0]!.exit();
    await vi.advanceTimersByTimeAsync(1);
    expect(spares.take('yard')).toBeNull();
    use('lab');
    expect(started).toHaveLength(2);
  });
});
