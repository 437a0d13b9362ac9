/** Pure: a camera's examination as text for a terminal. */
import type { Advice, ProbeReport } from '../protocol.ts';
import { name } from './advice.ts';
import { ADVICE_WORDS, type DoctorLanguage } from './advice-words.ts';

const SIGNS: Readonly<Record<Advice['level'], string>> = { error: '✗', warning: '!', note: '·' };
const LABEL_WIDTH = 9;

/** Pure: one block of lines, ending with a line feed. */
export function reportText(report: ProbeReport, language: DoctorLanguage = 'en'): string {
  const { camera, title, advice } = report;
  const lines = [
    title === camera ? camera : `${camera}  ${title}`,
    ...addressLines(report),
    ...rtspLines(report),
    ...streamLines(report),
    ...planLines(report),
    ...advice.map(({ level, text }) => `  ${SIGNS[level]} ${capital(text)}`),
  ];
  if (advice.length === 0) lines.push(`  ✓ ${ADVICE_WORDS[language].nothing}`);
  return `${lines.join('\n')}\n`;
}

function addressLines({ address }: ProbeReport): string[] {
  if (address === null) return [];
  const { host, port, addresses, lookupMs, connectMs } = address;
  const named = addresses.length === 1 && addresses[0] === host;
  return [
    ...(named ? [] : [line('name', `${host} is ${addresses.join(', ')} (${lookupMs} ms)`)]),
    line(
      'port',
      connectMs === null ? `${port} accepts no connection` : `${port} accepts connections (${connectMs} ms)`,
    ),
  ];
}

function rtspLines({ rtsp }: ProbeReport): string[] {
  if (rtsp === null) return [];
  const { status, statusText, server, logins, describeMs, tracks } = rtsp;
  const said = [
    `${status} ${statusText} (${describeMs} ms)`,
    ...(server === null ? [] : [server]),
    `login: ${logins.length === 0 ? 'none asked for' : logins.join(' or ')}`,
  ];
  return [
    line('RTSP', said.join(', ')),
    ...(tracks.length === 0
      ? []
      : [line('tracks', tracks.map(({ kind, codec }) => `${kind} ${name(codec)}`).join(', '))]),
  ];
}

function streamLines({ stream }: ProbeReport): string[] {
  if (stream === null) return [];
  const { video, fps, bitrate, keyframeIntervalMs, firstPictureMs, wasLive, lostPackets, lostShare, measuredMs } =
    stream;
  const size = video === null || video.width === 0 ? '' : ` ${video.width}×${video.height}`;
  const keyframes =
    keyframeIntervalMs === null
      ? `one keyframe in ${seconds(measuredMs)}`
      : `a keyframe every ${seconds(keyframeIntervalMs)}`;
  const parts = [
    `${video === null ? 'video' : name(video.codec)}${size}`,
    `${fps} frames/s`,
    `${(bitrate / 1_000_000).toFixed(2)} Mbit/s`,
    keyframes,
  ];
  const lost = lostPackets === 0 ? 'none lost' : `${lostPackets} lost, about ${(lostShare * 100).toFixed(1)} %`;
  return [
    line('stream', parts.join(', ')),
    line(
      'picture',
      `after ${seconds(firstPictureMs)}${wasLive ? ', from the running stream' : ', with the start of the stream'}`,
    ),
    line('packets', lost),
  ];
}

function planLines({ plan }: ProbeReport): string[] {
  return plan === null ? [] : [line('policy', `video: ${plan.video}; sound: ${plan.audio}`)];
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
