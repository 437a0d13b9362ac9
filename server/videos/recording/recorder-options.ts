/** What a recorder is given: its camera's samples, and who opens and closes its files. Types only. */
import type { Logger } from 'pino';
import type { SampleStream } from '../../delivery/fmp4/sample-stream.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { RecordReason } from '../../protocol.ts';
import type { RecordingFile } from './recording-file.ts';

export interface NewFile {
  readonly startedAtMs: number;
  readonly init: InitSegment;
  readonly reason: RecordReason;
  readonly onFailed: (error: Error) => void;
}

export interface RecorderOptions {
  readonly camera: string;
  readonly samples: Pick<SampleStream, 'add' | 'remove'>;
  /** Null: no pre-roll is ever kept. */
  readonly preRollMs: number | null;
  readonly segmentMs: number;
  readonly maxQueueBytes: number;
  readonly openFile: (options: NewFile) => RecordingFile;
  /** Nothing more is appended to the file; resolves when it is closed and known. Never rejects. */
  readonly closeFile: (file: RecordingFile) => Promise<void>;
  readonly log: Logger;
  /** Told after every change of `info`, but for its bytes. */
  readonly onChanged: () => void;
}
