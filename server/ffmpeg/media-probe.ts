/**
 * What is in a media file on this machine, by ffprobe. Files come from anywhere, so only formats that hold their own
 * media are opened: a playlist that is named `clip.mp4` would have ffprobe read what it lists.
 */
import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RelayError } from '../errors.ts';

export interface MediaFacts {
  /** `mp4`, `quicktime`, `webm`, `matroska`, `mpegts`, `flv`, `avi`, `mpeg`, `ogg`. */
  readonly container: string;
  /** Null when the file does not say. */
  readonly durationMs: number | null;
  /** Bits per second. */
  readonly bitrate: number | null;
  readonly video: { readonly codec: string; readonly width: number; readonly height: number; readonly fps: number };
  readonly audio: { readonly codec: string; readonly sampleRateHz: number; readonly channels: number } | null;
}

const PROBE_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 4_194_304;

/** Options before `-i` for a file of unknown origin. */
export const FILE_INPUT: readonly string[] = [
  ...['-protocol_whitelist', 'file'],
  ...['-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,flv,live_flv,avi,mpeg,mpegvideo,ogg'],
];

const run = promisify(execFile);

/** Pure: ffmpeg's argument for a file, which could otherwise be read as a protocol or an option. */
export function fileArgument(path: string): string {
  return `file:${path}`;
}

/** Pure: the ffprobe that came with an ffmpeg: beside it, with what else its name has. */
export function ffprobePath(ffmpegPath: string): string {
  const name = basename(ffmpegPath);
  if (!name.includes('ffmpeg')) return 'ffprobe';
  const probe = name.replace('ffmpeg', 'ffprobe');
  return name === ffmpegPath ? probe : join(dirname(ffmpegPath), probe);
}

/**
 * Reads a file's head (and tail, where that is needed).
 * @throws RelayError `not-a-video` when it has no video that ffmpeg knows, `ffmpeg-missing`, or `going-away`
 */
export async function probeMedia(ffprobe: string, path: string, signal: AbortSignal): Promise<MediaFacts> {
  const args = ['-v', 'error', '-hide_banner', ...FILE_INPUT, '-show_format', '-show_streams', '-of', 'json'];
  try {
    const { stdout } = await run(ffprobe, [...args, '-i', fileArgument(path)], {
      signal,
      timeout: PROBE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      windowsHide: true,
    });
    return readFacts(JSON.parse(stdout), path);
  } catch (error) {
    if (error instanceof RelayError) throw error;
    if (signal.aborted) throw new RelayError('going-away');
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw new RelayError('ffmpeg-missing', 'ffprobe, which comes with ffmpeg, is not installed.', { cause: error });
    }
    throw new RelayError('not-a-video', 'The file is not a video, or is damaged.', { cause: error });
  }
}

interface ProbeOutput {
  readonly format?: { readonly format_name?: string; readonly duration?: string; readonly bit_rate?: string };
  readonly streams?: readonly ProbeStream[];
}

interface ProbeStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly disposition?: { readonly attached_pic?: number };
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Pure: reads ffprobe's JSON.
 * @throws RelayError `not-a-video`
 */
export function readFacts(output: ProbeOutput, path: string): MediaFacts {
  const streams = output.streams ?? [];
  const video = streams.find(
    ({ codec_type, disposition, width = 0 }) => codec_type === 'video' && disposition?.attached_pic !== 1 && width > 0,
  );
  if (video === undefined) throw new RelayError('not-a-video', 'There is no video in the file.');
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  const durationS = positive(output.format?.duration);
  return {
    container: containerOf(output.format?.format_name ?? '', path),
    durationMs: durationS === null ? null : Math.round(durationS * 1000),
    bitrate: positive(output.format?.bit_rate),
    video: {
      codec: video.codec_name ?? 'unknown',
      width: video.width ?? 0,
      height: video.height ?? 0,
      fps: rateOf(video.avg_frame_rate) || rateOf(video.r_frame_rate),
    },
    audio:
      audio === undefined
        ? null
        : {
            codec: audio.codec_name ?? 'unknown',
            sampleRateHz: positive(audio.sample_rate) ?? 0,
            channels: audio.channels ?? 0,
          },
  };
}

function positive(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return value > 0 && Number.isFinite(value) ? value : null;
}

function rateOf(text: string | undefined): number {
  const [over, under] = (text ?? '0/0').split('/').map(Number);
  const rate = (over ?? 0) / (under ?? 0);
  return Number.isFinite(rate) ? Math.round(rate * 1000) / 1000 : 0;
}

/** ffprobe names families of formats; the ending tells their members apart. */
function containerOf(formatName: string, path: string): string {
  const names = formatName.split(',');
  if (names.includes('mp4')) return /\.mov$/i.test(path) ? 'quicktime' : 'mp4';
  if (names.includes('webm')) return /\.webm$/i.test(path) ? 'webm' : 'matroska';
  return names[0] ?? '';
}
