/**
 * Pure: why an ffmpeg ended, from what it printed and how it went. The only place that reads ffmpeg's prose; the texts
 * matched are those of ffmpeg 4 to 7 where they agree, recorded from 5.1 and 7.1 in the tests.
 */
import type { CameraReason } from '../protocol.ts';
import type { SourceKind } from './source-input.ts';

export interface Ending {
  /** What ffmpeg printed, oldest first; the first and the last lines suffice. */
  readonly lines: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** From spawn to exit. */
  readonly ranMs: number;
  /** The socket timeout it was given; null without one. */
  readonly timeoutMs: number | null;
  /** Whether it had opened its input: the difference between "never came" and "stopped coming". */
  readonly opened: boolean;
  /** The code of a failed spawn, e.g. `ENOENT`. */
  readonly spawnError: string | null;
  /** Of its input; left out: RTSP. */
  readonly kind?: SourceKind | null;
}

export interface Diagnosis {
  readonly reason: CameraReason;
  /** One English sentence; holds nothing of what ffmpeg printed but status codes. */
  readonly message: string;
}

type Rule = readonly [pattern: RegExp, reason: CameraReason, message: string];

/** The first rule that matches any line wins, so what is most telling comes first. */
const RULES: readonly Rule[] = [
  [/failed: 401(?!\d)|401 Unauthorized/, 'unauthorized', 'The camera refuses the user name or password.'],
  [/failed: 403(?!\d)|403 Forbidden/, 'forbidden', 'The camera forbids this user the stream.'],
  [/failed: 404(?!\d)|404 Not Found/, 'not-found', 'The camera has no stream under this path.'],
  [
    /(?:failed:|HTTP error) 453(?!\d)/,
    'too-many-sessions',
    'The camera has no bandwidth left for one more session (453).',
  ],
  [
    /(?:failed:|HTTP error) 503(?!\d)/,
    'too-many-sessions',
    'The camera is busy (503): it serves as many sessions as it can, or is starting.',
  ],
  [
    /failed: 461(?!\d)/,
    'refused',
    'The camera does not offer this transport; try another one of tcp, udp and multicast (461).',
  ],
  [
    /Nonmatching transport in server reply/,
    'refused',
    'The camera does not offer this transport; try another one of tcp, udp and multicast.',
  ],
  [/Failed to resolve hostname/, 'dns', 'The camera’s name cannot be resolved.'],
  [/Connection refused/, 'refused', 'The camera refuses the connection.'],
  [
    /No route to host|Network is unreachable|Host is down|Network is down/,
    'unreachable',
    'There is no way to the camera’s address.',
  ],
  [
    /\[tls @|\[rtsps? @[^\]]*\] .*(?:TLS|SSL|certificate)|certificate verif/i,
    'tls',
    'The encrypted connection to the camera failed.',
  ],
  [
    /Stream map '(?:0:v[^']*)?' matches no streams|does not contain any stream/,
    'no-video',
    'The camera sends no video.',
  ],
  [
    /not compatible with flv|codec not currently supported in container|Unknown encoder|Unknown decoder|Decoder .* not found|no decoder found|Could not find tag for codec/i,
    'codec',
    'The camera’s codec cannot be served with these output options.',
  ],
  [
    /Packet is missing PTS|pts has no value/,
    'codec',
    'The camera’s video cannot be copied: its frames carry no usable timestamps (B-frames over RTSP).',
  ],
  [
    /Unrecognized option|Option not found|Option .* not found|Error (?:parsing|splitting|setting) .*option/i,
    'ffmpeg-crashed',
    'ffmpeg does not know one of the options it was given.',
  ],
  [/Protocol '.*' not on whitelist/, 'ffmpeg-crashed', 'ffmpeg was told to use a protocol that is not allowed.'],
  [
    /No space left on device|Cannot allocate memory|Out of memory/,
    'ffmpeg-crashed',
    'The machine has no memory or disk space left for ffmpeg.',
  ],
  [/Could not find codec parameters/, 'no-video', 'The camera announced a stream but sent no picture of it in time.'],
];

const LATE_RULES: readonly Rule[] = [
  [
    /400 Bad Request|failed: 4\d\d(?!\d)|4XX Client Error/,
    'not-found',
    'The camera rejects the request for this stream.',
  ],
  [/failed: 5\d\d(?!\d)|5XX Server Error/, 'unreachable', 'The camera reports an error of its own.'],
];

/** Pure: one reason and one sentence for an ffmpeg that ended without being told to. */
export function diagnose(ending: Ending): Diagnosis {
  const { lines, exitCode, signal, spawnError, opened } = ending;
  if (spawnError !== null) return diagnoseSpawn(spawnError);
  if (signal !== null) {
    return { reason: 'ffmpeg-crashed', message: `ffmpeg was ended by ${signal}.` };
  }
  const known = firstMatch(RULES, lines) ?? diagnoseTimeout(ending) ?? firstMatch(LATE_RULES, lines);
  if (known) return known;
  if (opened && exitCode === 0) return { reason: 'ended', message: 'The camera ended the stream.' };
  if (opened) {
    return lines.some((line) => /Invalid data found|Conversion failed|Error while decoding/.test(line))
      ? { reason: 'corrupt', message: 'The camera’s stream is damaged.' }
      : { reason: 'ffmpeg-crashed', message: `ffmpeg stopped with exit code ${exitCode}.` };
  }
  const { kind = 'rtsp' } = ending;
  if (kind !== 'rtsp' && kind !== null && lines.some((line) => /Invalid data found|could not find codec/.test(line))) {
    return { reason: 'corrupt', message: 'What the address answers with is not the kind of stream that it names.' };
  }
  // ffmpeg says "Invalid data" for a camera that closes the connection, resets it, or speaks no RTSP.
  if (
    lines.some((line) => /Invalid data found|End of file|Connection reset|Broken pipe|Input\/output error/.test(line))
  ) {
    return { reason: 'ended', message: 'The camera closed the connection without an answer that RTSP allows.' };
  }
  return { reason: 'ffmpeg-crashed', message: `ffmpeg stopped with exit code ${exitCode}.` };
}

/** Before the input is open ffmpeg calls a timeout "Invalid data found": only the clock tells. */
function diagnoseTimeout({ lines, ranMs, timeoutMs, opened }: Ending): Diagnosis | null {
  const timedOut = lines.some((line) => /timed out/i.test(line));
  if (opened) return timedOut ? { reason: 'stalled', message: 'The camera stopped sending.' } : null;
  const silent = timeoutMs !== null && ranMs >= timeoutMs && lines.some((line) => /Invalid data found/.test(line));
  return timedOut || silent ? { reason: 'timeout', message: 'The camera did not answer in time.' } : null;
}

function diagnoseSpawn(code: string): Diagnosis {
  if (code === 'ENOENT') return { reason: 'ffmpeg-missing', message: 'ffmpeg was not found.' };
  if (code === 'EACCES' || code === 'EPERM' || code === 'ENOEXEC') {
    return { reason: 'ffmpeg-missing', message: `ffmpeg may not be executed (${code}).` };
  }
  return { reason: 'ffmpeg-crashed', message: `ffmpeg could not be started (${code}).` };
}

function firstMatch(rules: readonly Rule[], lines: readonly string[]): Diagnosis | null {
  for (const [pattern, reason, message] of rules) {
    if (lines.some((line) => pattern.test(line))) return { reason, message };
  }
  return null;
}
