/** What a camera is made with: types only. */
import type { Logger } from 'pino';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../ffmpeg/redact.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import type { StreamOptions } from '../hub/stream.ts';
import type { Camera } from './camera.ts';
import type { LoginMemory } from './pull/login-memory.ts';
import type { CameraMemory, PullTimings } from './pull/pull-options.ts';
import type { BudgetHost, SessionBudget } from './session-budget.ts';
import type { SourcePreparer } from './source/source-preparer.ts';
import type { TranscodeProfile } from './transcode/transcode.ts';

export interface CameraOptions {
  readonly id: string;
  readonly title: string;
  readonly demo: boolean;
  readonly source: RtspSource;
  /** Where the smaller stream is pulled; null or left out: there is none. */
  readonly subSource?: RtspSource | null;
  /** Output options that every pull gets in place of the codec policy's; null: the policy. */
  readonly profileOutput: readonly string[] | null;
  /** The profile of viewers that ask for none; `auto` when left out. */
  readonly profile?: string;
  /** @throws RelayError `bad-request` for a name that nobody configured */
  readonly profileOf: (name: string) => TranscodeProfile;
  /** What was learnt of the camera's streams before. */
  readonly memories: { readonly main: CameraMemory; readonly sub: CameraMemory };
  readonly sharing: 'shared' | 'viewer';
  readonly keep: 'always' | 'onDemand';
  readonly idleTimeoutMs: number;
  readonly timings: PullTimings;
  /** Shared by cameras that log in to the same device with the same login; one of its own when left out. */
  readonly login?: LoginMemory;
  /** Asks the camera before ffmpeg does; left out: ffmpeg finds out. */
  readonly preparer?: SourcePreparer | undefined;
  /** A publisher sends the pictures; `source` is not used, and all viewers share them. */
  readonly push?: { readonly key: string; readonly takeover: boolean } | undefined;
  readonly budget?: SessionBudget | undefined;
  /** The device that the streams are pulled from, for the budget. */
  readonly host?: BudgetHost | null;
  readonly stream: Omit<StreamOptions, 'onViewersChanged' | 'onVideoHeader'>;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Told after every change that `info` shows, but for the running rates. */
  readonly onChanged: (camera: Camera) => void;
}
