/**
 * One ffmpeg from the wish to run it to its own exit. Which options it gets is decided elsewhere; how many may
 * start at once is `start-limiter.ts`.
 */
import type { Readable } from 'node:stream';
import type { CameraReason } from '../protocol.ts';
import type { SourceTracks } from './source-tracks.ts';

export interface FfmpegJob {
  /** Camera id, for log lines. */
  readonly camera: string;
  /** What stands after `-i`; may hold credentials, which the redactor must know. */
  readonly input: string;
  /** One array element per argument. */
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
  /** Muxer name, e.g. `flv`. */
  readonly format: string;
}

/** `stopped`: we asked for it; `ended`: exit code 0 by itself; `failed`: anything else. */
export type FfmpegEnd = 'stopped' | 'ended' | 'failed';

export interface FfmpegExit {
  readonly end: FfmpegEnd;
  /** Null when stopped. */
  readonly reason: CameraReason | null;
  /** One English sentence without credentials. */
  readonly message: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines ffmpeg printed, without credentials. */
  readonly stderrTail: readonly string[];
}

export interface FfmpegRun {
  /** Defined once spawned. */
  readonly pid: number | undefined;
  /** ffmpeg's standard output; ends with it. The owner must read it; once the run is stopping the run drains it. */
  readonly output: Readable;
  /** What the input carries, once ffmpeg has said so. */
  readonly sources: SourceTracks | null;
  /** Called at most once, when `sources` becomes known. Set it right after `start()`. */
  onSources: ((sources: SourceTracks) => void) | null;
  /** Frees the start slot: the owner calls it at the first output. The exit frees it too. */
  markStarted(): void;
  /** Idempotent, from any state: SIGTERM, after killTimeoutMs SIGKILL; resolves with the child's own exit. */
  stop(): Promise<FfmpegExit>;
  /** Never rejects. */
  readonly exited: Promise<FfmpegExit>;
}
