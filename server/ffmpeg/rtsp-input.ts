/**
 * Pure: what ffmpeg gets in front of and as its RTSP input. The only place where a camera's credentials are put
 * into a URL; the result stands nowhere but in ffmpeg's own argument.
 */
import type { FfmpegCapabilities } from './capabilities.ts';

/** The part of a camera's configuration that says how to reach it. */
export interface RtspSource {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly transport: 'tcp' | 'udp';
  /** Extra ffmpeg input options, one per element; they come last and so win. */
  readonly input: readonly string[];
}

export interface RtspInput {
  readonly input: string;
  readonly inputOptions: readonly string[];
  /** What the redactor has to know before anything of this is logged. */
  readonly secrets: readonly string[];
}

/**
 * Pure.
 * @throws RelayError `config` when the URL is not one that ffmpeg may be given
 */
export function rtspInput(source: RtspSource, _capabilities: FfmpegCapabilities, _connectTimeoutMs: number): RtspInput {
  return { input: source.url, inputOptions: [], secrets: [] };
}
