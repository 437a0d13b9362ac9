/** The session description of a demo camera (RFC 4566; media formats of RFC 6184 and RFC 3640). Pure. */
import { type GroupAddress, groupPort, MULTICAST_TTL } from './group-address.ts';
import { AUDIO_CHANNELS, AUDIO_SAMPLE_RATE_HZ } from './picture.ts';
import { aacFormat } from './rtp-aac.ts';
import { profileLevelId } from './rtp-h264.ts';
import type { SceneFormat } from './scene.ts';

/** The tracks as they are numbered in control addresses. */
export const TRACKS = [
  { kind: 'video', number: 1, payloadType: 96, clockRateHz: 90_000 },
  { kind: 'audio', number: 2, payloadType: 97, clockRateHz: AUDIO_SAMPLE_RATE_HZ },
] as const;
export type Track = (typeof TRACKS)[number];

export interface SdpOptions extends SceneFormat {
  readonly title: string;
  readonly fps: number;
  /** Address of the whole, as the client asked for it. */
  readonly uri: string;
  readonly sessionId: number;
  /** Where it is sent to all at once; null: to each client on its own. */
  readonly group: GroupAddress | null;
}

/** Pure: the SDP. Control addresses are absolute, because clients disagree on what is relative to a query. */
export function sessionDescription(options: SdpOptions): string {
  const { sps, pps } = options.parameterSets;
  const { group } = options;
  const [video, audio] = TRACKS;
  const portOf = (track: Track) => (group === null ? 0 : groupPort(group, track));
  const lines = [
    'v=0',
    `o=- ${options.sessionId} 1 IN IP4 0.0.0.0`,
    `s=${options.title}`,
    `c=IN IP4 ${group === null ? '0.0.0.0' : `${group.address}/${MULTICAST_TTL}`}`,
    't=0 0',
    `a=control:${options.uri}`,
    'a=range:npt=now-',
    `m=video ${portOf(video)} RTP/AVP ${video.payloadType}`,
    `a=rtpmap:${video.payloadType} H264/${video.clockRateHz}`,
    `a=fmtp:${video.payloadType} packetization-mode=1;profile-level-id=${profileLevelId(sps)};` +
      `sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`,
    `a=framerate:${options.fps}`,
    `a=control:${trackUri(options.uri, video)}`,
  ];
  if (options.audioConfig) {
    lines.push(
      `m=audio ${portOf(audio)} RTP/AVP ${audio.payloadType}`,
      `a=rtpmap:${audio.payloadType} MPEG4-GENERIC/${audio.clockRateHz}/${AUDIO_CHANNELS}`,
      `a=fmtp:${audio.payloadType} ${aacFormat(options.audioConfig)}`,
      `a=control:${trackUri(options.uri, audio)}`,
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Pure: a track's address; the query stays at the end. */
export function trackUri(uri: string, track: Track): string {
  const [path = '', ...query] = uri.split('?');
  return [`${path.replace(/\/+$/, '')}/track${track.number}`, ...query].join('?');
}

/** Pure: splits an address into the camera (path and query) and the track's number. Takes `…?query/track1` as well. */
export function splitTrackUri(uri: string): { camera: string; trackNumber: number | null } | null {
  const match = /^rtsps?:\/\/[^/?#]+\/?([^#]*)$/i.exec(uri);
  if (!match) return null;
  let trackNumber: number | null = null;
  const camera = match[1]!.replace(/\/track(\d{1,3})(?=\/?(?:\?|$))/, (_, digits: string) => {
    trackNumber = Number(digits);
    return '';
  });
  return { camera: camera.replace(/\/+$/, ''), trackNumber };
}
