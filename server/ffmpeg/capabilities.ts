/**
 * What the installed ffmpeg can do, asked of it once. Which options follow from the answer is decided by
 * `rtsp-input.ts` and `codec-policy.ts`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RelayError } from '../errors.ts';
import { diagnose } from './diagnosis.ts';

export interface FfmpegCapabilities {
  readonly version: { readonly major: number; readonly minor: number; readonly text: string };
  /** The RTSP demuxer's socket timeout: before 5.0 `-timeout` meant "listen", and `-stimeout` is fatal since. */
  readonly timeoutOption: 'timeout' | 'stimeout';
  /** Enhanced FLV (H.265 with a FourCC) is written since 6.1. */
  readonly hevcInFlv: boolean;
  /** Names of the encoders compiled in, e.g. `libx264`. */
  readonly encoders: ReadonlySet<string>;
}

const PROBE_TIMEOUT_MS = 15_000;
/** libavformat's major version stands in for builds that call themselves `N-109542-g1c2b3d4`. */
const AVFORMAT_TO_FFMPEG = 54;

const run = promisify(execFile);

/**
 * Runs `ffmpeg -version` and `ffmpeg -encoders`.
 * @throws RelayError `ffmpeg-missing` when it cannot be run, `ffmpeg-crashed` when it fails or is not ffmpeg
 */
export async function probeCapabilities(path: string, signal: AbortSignal): Promise<FfmpegCapabilities> {
  const options = { signal, timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL', windowsHide: true } as const;
  try {
    const [version, encoders] = await Promise.all([
      run(path, ['-version'], options),
      run(path, ['-hide_banner', '-encoders'], options),
    ]);
    return parseCapabilities(version.stdout, encoders.stdout);
  } catch (error) {
    if (error instanceof RelayError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const spawnError = typeof code === 'string' ? code : null;
    const ending = { lines: [], exitCode: null, signal: null, ranMs: 0, timeoutMs: null, opened: false, spawnError };
    const { reason, message } = diagnose(ending);
    throw new RelayError(reason, message, { cause: error });
  }
}

/**
 * Pure: reads both printouts.
 * @throws RelayError `ffmpeg-crashed` when the first is not ffmpeg's
 */
export function parseCapabilities(versionText: string, encodersText: string): FfmpegCapabilities {
  const text = /^ffmpeg version (\S+)/m.exec(versionText)?.[1];
  if (text === undefined) throw new RelayError('ffmpeg-crashed', 'The program configured as ffmpeg is not ffmpeg.');
  const numbers = /^n?(\d{1,2})\.(\d+)/.exec(text);
  const avformat = Number(/^libavformat\s+(\d+)\./m.exec(versionText)?.[1] ?? 0);
  const major = numbers ? Number(numbers[1]) : Math.max(0, avformat - AVFORMAT_TO_FFMPEG);
  // A build between releases is at least what its library says, most likely newer.
  const minor = numbers ? Number(numbers[2]) : 0;
  const encoders = [...encodersText.matchAll(/^ [VAS][A-Z.]{5} (\S+)/gm)].map((match) => match[1] ?? '');
  return {
    version: { major, minor, text },
    timeoutOption: major >= 5 ? 'timeout' : 'stimeout',
    hevcInFlv: major > 6 || (major === 6 && minor >= 1),
    encoders: new Set(encoders.filter((name) => name !== '=')),
  };
}
