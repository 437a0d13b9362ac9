/** Pure: what to change about a camera, from what was measured of it. Measuring is `doctor.ts`. */
import type { Advice, ProbeReport } from '../protocol.ts';
import { ADVICE_WORDS, type AdviceWords, type DoctorLanguage } from './advice-words.ts';

export interface AdviceFacts extends Omit<ProbeReport, 'advice'> {
  /** Path and query of the camera's address, which the report itself does not hold. */
  readonly pathAndQuery: string;
  readonly transport: 'auto' | 'tcp' | 'udp' | 'multicast';
  readonly hasSub: boolean;
  /** RTSP over TLS, or HTTPS. */
  readonly encrypted: boolean;
}

const LONG_KEYFRAME_INTERVAL_MS = 4_000;
/** No setting of a camera asks for this: it is what "smart" codecs do in a quiet scene. */
const SMART_CODEC_INTERVAL_MS = 8_000;
const LATE_FIRST_PICTURE_MS = 3_000;
const LOW_FPS = 8;
const HIGH_BITRATE = 8_000_000;
const LARGE_WIDTH = 1_280;
const SLOW_LOOKUP_MS = 500;
const NOTABLE_LOSS = 0.001;

/** Pure: advice in the order of its weight, errors first; what the camera itself said stays in English. */
export function adviseOn(facts: AdviceFacts, language: DoctorLanguage = 'en'): Advice[] {
  const words = ADVICE_WORDS[language];
  return [...onFailure(facts, words), ...onAddress(facts, words), ...onStream(facts, words), ...onCodecs(facts, words)];
}

function onFailure({ reason, message, rtsp, pathAndQuery }: AdviceFacts, words: AdviceWords): Advice[] {
  const missing = missingAmpersand(pathAndQuery);
  const ampersand: Advice[] =
    missing === null
      ? []
      : [
          {
            code: 'missing-ampersand',
            level: reason === null ? 'note' : 'error',
            text: words.missingAmpersand(missing),
          },
        ];
  if (reason === null) return ampersand;
  const advice: Advice[] = [
    ...ampersand,
    { code: 'failure', level: 'error', text: [message, words.failure[reason]].filter(Boolean).join(' ') },
  ];
  if (reason === 'redirected' && rtsp !== null) {
    advice.push({
      code: 'redirect-target',
      level: 'note',
      text: words.redirectTarget(),
    });
  }
  return advice;
}

/** Names that cameras take in their queries; a value that ends in one of them has swallowed the next parameter. */
const PARAMETERS = 'channel|subtype|stream|streamtype|unicast|proto|profile|resolution|camera|user|password|app|port';

/** Pure: the part of a query where two parameters have grown together, e.g. `channel=1subtype=0`; null when none has. */
export function missingAmpersand(pathAndQuery: string): string | null {
  const glued = new RegExp(`(?:^|[?&/])((?:${PARAMETERS})=[0-9A-Za-z]*?[0-9](?:${PARAMETERS})=)([^&#]*)`, 'i');
  const match = glued.exec(pathAndQuery);
  if (match === null) return null;
  // What follows a name that may hold a secret is not repeated.
  return /(?:user|password)=$/i.test(match[1] ?? '') ? `${match[1]}…` : `${match[1]}${match[2]}`;
}

function onAddress({ address, rtsp, encrypted }: AdviceFacts, words: AdviceWords): Advice[] {
  const advice: Advice[] = [];
  if (address !== null && address.lookupMs > SLOW_LOOKUP_MS) {
    advice.push({
      code: 'slow-name',
      level: 'note',
      text: words.slowName(seconds(address.lookupMs)),
    });
  }
  if (rtsp !== null && !encrypted && rtsp.logins.length > 0 && rtsp.logins.every((login) => login === 'basic')) {
    advice.push({
      code: 'readable-login',
      level: 'note',
      text: words.readableLogin(),
    });
  }
  return advice;
}

function onStream({ stream, transport, hasSub }: AdviceFacts, words: AdviceWords): Advice[] {
  if (stream === null) return [];
  const advice: Advice[] = [];
  const { keyframeIntervalMs, measuredMs, firstPictureMs, wasLive, lostPackets, lostShare, fps, bitrate, video } =
    stream;
  if (keyframeIntervalMs === null) {
    if (measuredMs > LONG_KEYFRAME_INTERVAL_MS) {
      const text = words.noKeyframe(seconds(measuredMs), isSmart(measuredMs));
      advice.push({ code: 'no-keyframe', level: 'warning', text });
    }
  } else if (keyframeIntervalMs > LONG_KEYFRAME_INTERVAL_MS) {
    const text = words.keyframeInterval(seconds(keyframeIntervalMs), isSmart(keyframeIntervalMs));
    advice.push({ code: 'keyframe-interval', level: 'warning', text });
  }
  if (!wasLive && firstPictureMs > LATE_FIRST_PICTURE_MS) {
    advice.push({
      code: 'late-first-picture',
      level: 'warning',
      text: words.lateFirstPicture(seconds(firstPictureMs)),
    });
  }
  if (lostPackets > 0 && lostShare >= NOTABLE_LOSS) {
    const share = `${(lostShare * 100).toFixed(1)} %`;
    advice.push({ code: 'packet-loss', level: 'warning', text: words.packetLoss(share, transport === 'tcp') });
  }
  if (fps > 0 && fps < LOW_FPS) {
    advice.push({
      code: 'low-frame-rate',
      level: 'note',
      text: words.lowFrameRate(fps.toFixed(1)),
    });
  }
  if (bitrate > HIGH_BITRATE) {
    advice.push({
      code: 'high-bit-rate',
      level: 'note',
      text: words.highBitRate((bitrate / 1_000_000).toFixed(1)),
    });
  }
  if (video !== null && video.width > LARGE_WIDTH && !hasSub) {
    advice.push({
      code: 'no-sub-stream',
      level: 'note',
      text: words.noSubStream(`${video.width}×${video.height}`),
    });
  }
  return advice;
}

function isSmart(intervalMs: number): boolean {
  return intervalMs >= SMART_CODEC_INTERVAL_MS;
}

function onCodecs({ stream, rtsp }: AdviceFacts, words: AdviceWords): Advice[] {
  const sent = (kind: string) => rtsp?.tracks.find((track) => track.kind === kind)?.codec ?? null;
  const video = sent('video') ?? stream?.video?.codec ?? null;
  const audio = sent('audio');
  const advice: Advice[] = [];
  if (video === 'hevc') {
    advice.push({
      code: 'browser-h265',
      level: 'note',
      text: words.browserH265(),
    });
  } else if (video !== null && video !== 'h264' && video !== 'unknown' && video !== 'mpegts') {
    advice.push({
      code: 'transcoded-video',
      level: 'warning',
      text: words.transcodedVideo(name(video)),
    });
  }
  if (audio !== null && audio !== 'aac') {
    advice.push({
      code: 'transcoded-audio',
      level: 'note',
      text: words.transcodedAudio(name(audio)),
    });
  }
  return advice;
}

const NAMES: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'H.265',
  mjpeg: 'MJPEG',
  mpeg4: 'MPEG-4',
  aac: 'AAC',
  pcm_alaw: 'G.711 A-law',
  pcm_mulaw: 'G.711 µ-law',
  adpcm_g726: 'G.726',
  opus: 'Opus',
  mp3: 'MP3',
};

/** Pure: a codec as people call it. */
export function name(codec: string): string {
  return NAMES[codec] ?? codec;
}

/** Pure: `10 s`, `0.4 s`. */
function seconds(ms: number): string {
  const value = ms / 1000;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} s`;
}
