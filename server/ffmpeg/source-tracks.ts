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

/** Higher "rates" are clock rates that ffmpeg prints when it knows no frame rate. */
const MAX_CREDIBLE_FPS = 240;

/** Fed with stderr lines one by one; answers once, when the dump of input 0 is over. */
export class SourceTracksReader {
  #state: 'before' | 'inside' | 'done' = 'before';
  #video: SourceTracks['video'] = null;
  #audio: SourceTracks['audio'] = null;

  /** The tracks when this line ends the dump, else null. */
  push(line: string): SourceTracks | null {
    if (this.#state === 'before' && line.startsWith('Input #0,')) this.#state = 'inside';
    else if (this.#state === 'inside') {
      if (!line.startsWith(' ')) return this.end();
      const track = /^ +Stream #0:\d+.*?: (Video|Audio): (.*)$/.exec(line);
      if (track?.[1] === 'Video') this.#video ??= parseVideo(track[2] ?? '');
      else if (track?.[1] === 'Audio') this.#audio ??= parseAudio(track[2] ?? '');
    }
    return null;
  }

  /** To be called when stderr ends: the dump may have been the last that was printed. */
  end(): SourceTracks | null {
    if (this.#state !== 'inside') return null;
    this.#state = 'done';
    return { video: this.#video, audio: this.#audio };
  }

  /** Whether ffmpeg got far enough to open the input. */
  get opened(): boolean {
    return this.#state !== 'before';
  }
}

function parseVideo(text: string): SourceTracks['video'] {
  const size = /, (\d{2,5})x(\d{2,5})(?=[ ,[]|$)/.exec(text);
  const rate = /, ([\d.]+) fps/.exec(text) ?? /, ([\d.]+) tbr/.exec(text);
  const fps = Number(rate?.[1] ?? 0);
  return {
    codec: codecName(text),
    width: Number(size?.[1] ?? 0),
    height: Number(size?.[2] ?? 0),
    fps: fps <= MAX_CREDIBLE_FPS ? fps : 0,
  };
}

function parseAudio(text: string): SourceTracks['audio'] {
  const rate = /, (\d+) Hz(?:, ([^,]+))?/.exec(text);
  return { codec: codecName(text), sampleRateHz: Number(rate?.[1] ?? 0), channels: channelCount(rate?.[2] ?? '') };
}

function codecName(text: string): string {
  return /^[^\s,(]+/.exec(text)?.[0] ?? 'unknown';
}

/** ffmpeg's layout names: `mono`, `stereo`, `5.1(side)`, `3 channels`. */
function channelCount(layout: string): number {
  if (layout === 'mono') return 1;
  if (layout === 'stereo' || layout === 'downmix') return 2;
  const surround = /^(\d+)\.(\d+)/.exec(layout);
  if (surround) return Number(surround[1]) + Number(surround[2]);
  return Number(/^(\d+) channels/.exec(layout)?.[1] ?? 0);
}
