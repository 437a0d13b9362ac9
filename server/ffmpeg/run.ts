/** What an ffmpeg is asked to do, what its owner holds while it runs, and how it ended. Running it is `process.ts`. */
import type { Readable } from 'node:stream';
import type { CameraReason } from '../protocol.ts';
import type { SourceTracks } from './source-tracks.ts';

export interface FfmpegJob {
  /** Camera id, or what else it works for, for log lines. */
  readonly camera: string;
  /** What stands after `-i`; may hold credentials, which the redactor must know. */
  readonly input: string;
  /** One array element per argument. */
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
  /** Muxer name, e.g. `flv`. */
  readonly format: string;
  /** What ffmpeg reads where `input` is `pipe:0`. The run takes it over and destroys it at its own end. */
  readonly stdin?: Readable;
  /** Goes over the relay's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that is written anew, in place of standard output. */
  readonly output?: string;
  /** Its input has an end, so that ending by itself is what it should do. */
  readonly finite?: boolean;
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
  /**
   * ffmpeg's standard output; ends with it, at times a little after `exited` resolved. The owner must read it; once
   * the run is stopping, or the owner has destroyed it, the run drains it.
   */
  readonly output: Readable;
  /** What the input carries, once ffmpeg has said so. */
  readonly sources: SourceTracks | null;
  /** Called at most once, when `sources` becomes known. Set it right after `start()`. */
  onSources: ((sources: SourceTracks) => void) | null;
  /** RTP packets that never came, over UDP, as ffmpeg counts them. */
  readonly lostPackets: number;
  /** Frees the start slot: the owner calls it at the first output. The exit frees it too. */
  markStarted(): void;
  /** Idempotent, from any state: SIGTERM, after killTimeoutMs SIGKILL; resolves with the child's own exit. */
  stop(): Promise<FfmpegExit>;
  /** Never rejects. */
  readonly exited: Promise<FfmpegExit>;
}
