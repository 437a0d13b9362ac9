/** What the page makes of a file's facts: its title, its time, and whether this browser plays it. Pure but for asking it. */
import type { VideoFile } from '../../server/protocol.ts';

const RECORDED = /_(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2}\.\d{3})Z\.mp4$/;

/** Pure: when a recording's first picture was taken, Unix ms, which its name tells; null for other files. */
export function recordedAtMs({ name, camera }: Pick<VideoFile, 'name' | 'camera'>): number | null {
  const [, day, hour, minute, second] = (camera !== null && RECORDED.exec(name)) || [];
  if (day === undefined) return null;
  const ms = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** Pure: a recording by its camera, anything else by its file name. */
export function titleOf(video: Pick<VideoFile, 'name' | 'camera'>, cameraTitle: string | null): string {
  if (video.camera !== null) return cameraTitle ?? video.camera;
  return video.name.replace(/\.[^.]{1,5}$/, '');
}

const CODECS: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'H.265',
  av1: 'AV1',
  vp8: 'VP8',
  vp9: 'VP9',
  mpeg4: 'MPEG-4 Part 2',
  mpeg2video: 'MPEG-2',
  mpeg1video: 'MPEG-1',
  mjpeg: 'Motion JPEG',
  aac: 'AAC',
  mp3: 'MP3',
  opus: 'Opus',
  vorbis: 'Vorbis',
  pcm_mulaw: 'G.711 µ-law',
  pcm_alaw: 'G.711 A-law',
};

const CONTAINERS: Readonly<Record<string, string>> = {
  mp4: 'MP4',
  quicktime: 'QuickTime',
  webm: 'WebM',
  matroska: 'Matroska',
  mpegts: 'MPEG-TS',
  mpeg: 'MPEG-PS',
  flv: 'FLV',
  avi: 'AVI',
  ogg: 'Ogg',
};

/** Pure: a codec or container by the name that people know. */
export function formatName(word: string): string {
  return CODECS[word] ?? CONTAINERS[word] ?? word.toUpperCase();
}

/** Before so much of it there is, a recording may hold no picture yet. */
const MIN_GROWN_MS = 1_000;

/** Pure: as the relay says, but what has hardly begun to be recorded is not damaged: it is not there yet. */
export function stateOf(video: Pick<VideoFile, 'state' | 'growing' | 'durationMs'>): VideoFile['state'] {
  const { state, growing, durationMs } = video;
  return growing && (state === 'broken' || (durationMs ?? 0) < MIN_GROWN_MS) ? 'reading' : state;
}

/** What stands in a place of the player instead of a picture. */
export type Hindrance = 'reading' | 'broken' | 'cannot-decode' | 'no-h265';

/** Pure: why there is nothing to play; null when there is. */
export function hindranceOf(video: VideoFile, playsH265: boolean): Hindrance | null {
  const state = stateOf(video);
  if (state !== 'ready') return state;
  if (video.playable === 'no' || video.playUrl === null) return 'cannot-decode';
  return video.video?.codec === 'hevc' && !playsH265 ? 'no-h265' : null;
}

/** Whether this browser says that it decodes H.265 in MP4. */
export function playsH265(): boolean {
  const type = 'video/mp4; codecs="hvc1.1.6.L93.B0"';
  return document.createElement('video').canPlayType(type) !== '';
}
