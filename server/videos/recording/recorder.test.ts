import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { SampleReceiver } from '../../delivery/fmp4/sample-stream.ts';
import { BEGIN_AT_MS, TestCamera } from '../../delivery/fmp4/samples.fixture.ts';
import { fileName } from './file-names.ts';
import type { OpenOutput } from './output-file.ts';
import { Recorder } from './recorder.ts';
import { RecordingFile } from './recording-file.ts';

const ALWAYS = { reason: 'always', untilMs: null, hold: true } as const;
const NOTHING = { reason: null, untilMs: null, hold: false } as const;
const never = () => new Promise<void>(() => {});
const HANGING: OpenOutput = async () => ({ write: never, sync: never, truncate: never, close: never });

/** A recorder that records, on a disk that hangs, and the files that it began and ended. */
function recordOnHangingDisk({ maxQueueBytes }: { maxQueueBytes: number }) {
  const camera = new TestCamera();
  const begun: RecordingFile[] = [];
  const ended: RecordingFile[] = [];
  let receiver: SampleReceiver | null = null;
  const recorder = new Recorder({
    camera: 'yard',
    samples: {
      add: (each) => {
        receiver = each;
      },
      remove: () => {},
    },
    preRollMs: null,
    segmentMs: 60_000,
    maxQueueBytes,
    openFile: ({ startedAtMs, init, reason, onFailed }) => {
      const path = `/nowhere/${fileName('yard', startedAtMs)}`;
      const limits = { segmentMs: 60_000, maxQueueBytes };
      const file = new RecordingFile({
        camera: 'yard',
        path,
        reason,
        init,
        startedAtMs,
        open: HANGING,
        onFailed,
        ...limits,
      });
      begun.push(file);
      return file;
    },
    closeFile: (file) => {
      ended.push(file);
      return file.finish().then(() => {});
    },
    log: pino({ level: 'silent' }),
    onChanged: () => {},
  });
  recorder.apply(ALWAYS);
  let atMs = 0;
  /** Seconds of pictures, 25 KB each. */
  const show = (count: number) => {
    for (let second = 0; second < count; second++, atMs += 1_000) {
      receiver!.take(camera.pictures(atMs, 1_000, { intervalMs: 1_000, bytes: 1_000 }));
    }
  };
  return { recorder, begun, ended, show };
}

it('a disk that hangs gets no further file, whose queue would only fill as well, and a disk that is full neither', () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: BEGIN_AT_MS });
  onTestFinished(() => void vi.useRealTimers());
  const { recorder, begun, ended, show } = recordOnHangingDisk({ maxQueueBytes: 60_000 });
  show(5);
  expect([begun.length, ended.length]).toEqual([1, 1]);
  expect(recorder.info).toMatchObject({ state: 'failed', message: 'The disk of the recordings is too slow.' });
  for (let minute = 0; minute < 10; minute++) {
    vi.advanceTimersByTime(60_000);
    recorder.tick(performance.now(), null);
    show(5);
  }
  expect(begun).toHaveLength(1);
  expect(recorder.info?.state).toBe('failed');
});

it('recordings that end one after the other on a disk that hangs become no more than a few', () => {
  const { recorder, begun, show } = recordOnHangingDisk({ maxQueueBytes: 10_000_000 });
  for (let event = 0; event < 20; event++) {
    show(3);
    recorder.apply(NOTHING);
    recorder.apply(ALWAYS);
  }
  expect(begun.length).toBeLessThan(6);
  expect(recorder.info?.state).toBe('failed');
});

it('a file whose last piece the disk refuses is ended once', () => {
  const { recorder, ended, show } = recordOnHangingDisk({ maxQueueBytes: 40_000 });
  show(2);
  expect(ended).toHaveLength(0);
  recorder.apply(NOTHING);
  expect(ended).toHaveLength(1);
});
