/** Pure: a camera's examination as text for a terminal. */
import type { Advice, ProbeReport } from '../protocol.ts';
import { name } from './advice.ts';
import { ADVICE_WORDS, type DoctorLanguage } from './advice-words.ts';
import { REPORT_WORDS, type ReportWords } from './report-words.ts';

const SIGNS: Readonly<Record<Advice['level'], string>> = { error: '✗', warning: '!', note: '·' };
const LABEL_WIDTH = 9;

/** Pure: one block of lines, ending with a line feed. */
export function reportText(report: ProbeReport, language: DoctorLanguage = 'en'): string {
  const { camera, title, advice } = report;
  const words = REPORT_WORDS[language];
  const lines = [
    title === camera ? camera : `${camera}  ${title}`,
    ...addressLines(report, words),
    ...rtspLines(report, words),
    ...streamLines(report, words),
    ...planLines(report, words),
    ...advice.map(({ level, text }) => `  ${SIGNS[level]} ${capital(text)}`),
  ];
  if (advice.length === 0) lines.push(`  ✓ ${ADVICE_WORDS[language].nothing}`);
  return `${lines.join('\n')}\n`;
}

function addressLines({ address }: ProbeReport, words: ReportWords): string[] {
  if (address === null) return [];
  const { host, port, addresses, lookupMs, connectMs } = address;
  const { labels } = words;
  const isAddress = addresses.length === 1 && addresses[0] === host;
  return [
    ...(isAddress ? [] : [line(labels.name, words.resolved(host, addresses.join(', '), `${lookupMs} ms`))]),
    line(labels.port, words.accepts(port, connectMs === null ? null : `${connectMs} ms`)),
  ];
}

function rtspLines({ rtsp }: ProbeReport, { labels, kinds, login }: ReportWords): string[] {
  if (rtsp === null) return [];
  const { status, statusText, server, logins, describeMs, tracks } = rtsp;
  const said = [`${status} ${statusText} (${describeMs} ms)`, ...(server === null ? [] : [server]), login(logins)];
  const listed = tracks.map(
    ({ kind, codec }) => `${kind === 'video' || kind === 'audio' ? kinds[kind] : kind} ${name(codec)}`,
  );
  return [line(labels.RTSP, said.join(', ')), ...(tracks.length === 0 ? [] : [line(labels.tracks, listed.join(', '))])];
}

function streamLines({ stream }: ProbeReport, words: ReportWords): string[] {
  if (stream === null) return [];
  const { video, fps, bitrate, keyframeIntervalMs, firstPictureMs, wasLive, lostPackets, lostShare, measuredMs } =
    stream;
  const { labels, kinds } = words;
  const size = video === null || video.width === 0 ? '' : ` ${video.width}×${video.height}`;
  const parts = [
    `${video === null ? kinds.video : name(video.codec)}${size}`,
    words.frames(fps),
    `${(bitrate / 1_000_000).toFixed(2)} Mbit/s`,
    keyframeIntervalMs === null
      ? words.oneKeyframe(seconds(measuredMs))
      : words.keyframeEvery(seconds(keyframeIntervalMs)),
  ];
  const lost = lostPackets === 0 ? words.noneLost : words.lost(lostPackets, `${(lostShare * 100).toFixed(1)} %`);
  return [
    line(labels.stream, parts.join(', ')),
    line(labels.picture, words.firstPicture(seconds(firstPictureMs), wasLive)),
    line(labels.packets, lost),
  ];
}

function planLines({ plan }: ProbeReport, { labels, policy }: ReportWords): string[] {
  return plan === null ? [] : [line(labels.policy, policy(plan.video, plan.audio))];
}

/** Chinese characters are two columns wide on a terminal. */
function line(label: string, text: string): string {
  const columns = label.replace(/\p{Script=Han}/gu, '  ').length;
  return `  ${label}${' '.repeat(Math.max(1, LABEL_WIDTH - columns))}${text}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
