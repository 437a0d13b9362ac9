/**
 * What the installed ffmpeg can do, asked of it once. Which options follow from the answer is decided by
 * `rtsp-input.ts` and `codec-policy.ts`.
 */

export interface FfmpegCapabilities {
  readonly version: { readonly major: number; readonly minor: number; readonly text: string };
  /** The RTSP demuxer's socket timeout: before 5.0 `-timeout` meant "listen", and `-stimeout` is fatal since. */
  readonly timeoutOption: 'timeout' | 'stimeout';
  /** Enhanced FLV (H.265 with a FourCC) is written since 6.1. */
  readonly hevcInFlv: boolean;
  /** Names of the encoders compiled in, e.g. `libx264`. */
  readonly encoders: ReadonlySet<string>;
}
