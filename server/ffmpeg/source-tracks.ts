/**
 * Reads what an input carries out of the dump ffmpeg prints before it starts ("Stream #0:0: Video: h264 …"), so that
 * nobody has to open the camera a second time with ffprobe. What follows from it is `codec-policy.ts`.
 */

/** The first video and first audio track of an input; numbers are 0 while ffmpeg does not know them. */
export interface SourceTracks {
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly fps: number;
  } | null;
  readonly audio: { readonly codec: string; readonly sampleRateHz: number; readonly channels: number } | null;
}
