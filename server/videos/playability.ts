/** Whether a browser plays a file, and what has to be done before it does. Pure. */
import type { MediaFacts } from '../ffmpeg/media-files.ts';

export type Playability =
  | { readonly kind: 'direct' }
  /** `audio`: the sound has to be coded anew. */
  | { readonly kind: 'remux'; readonly audio: 'copy' | 'aac' }
  | { readonly kind: 'no'; readonly reason: string };

/** H.265 counts: Safari plays it, and Chrome and Edge where the machine decodes it. The page asks its browser. */
const MP4_VIDEO = ['h264', 'hevc', 'av1', 'vp9'];
const MP4_AUDIO = ['aac', 'mp3', 'opus', 'flac'];
const WEBM_VIDEO = ['vp8', 'vp9', 'av1'];
const WEBM_AUDIO = ['opus', 'vorbis'];
/** Endings under which nothing but MP4 and WebM is ever kept: those are played as they are, unread. */
const DIRECT_EXTENSIONS = ['mp4', 'm4v', 'webm'];

/** Pure: whether a file has to be looked into before a `<video>` gets it. */
export function needsLook(extension: string): boolean {
  return !DIRECT_EXTENSIONS.includes(extension);
}

/** Pure. */
export function playability({
  container,
  video,
  audio,
}: Pick<MediaFacts, 'container' | 'video' | 'audio'>): Playability {
  const sound = audio?.codec ?? null;
  if (container === 'webm' && WEBM_VIDEO.includes(video.codec) && (sound === null || WEBM_AUDIO.includes(sound))) {
    return { kind: 'direct' };
  }
  if (!MP4_VIDEO.includes(video.codec)) {
    return { kind: 'no', reason: `No browser decodes ${nameOf(video.codec)} video in ${nameOf(container)} files.` };
  }
  const hasMp4Sound = sound === null || MP4_AUDIO.includes(sound);
  if (container === 'mp4' && hasMp4Sound) return { kind: 'direct' };
  return { kind: 'remux', audio: hasMp4Sound ? 'copy' : 'aac' };
}

const NAMES: Readonly<Record<string, string>> = {
  mpeg4: 'MPEG-4 Part 2',
  mpeg2video: 'MPEG-2',
  mpeg1video: 'MPEG-1',
  mjpeg: 'Motion JPEG',
  vp8: 'VP8',
  flv1: 'Sorenson H.263',
  h263: 'H.263',
  mp4: 'MP4',
  quicktime: 'QuickTime',
  webm: 'WebM',
  matroska: 'Matroska',
  mpegts: 'MPEG transport stream',
  mpeg: 'MPEG program stream',
  flv: 'FLV',
  avi: 'AVI',
  ogg: 'Ogg',
};

function nameOf(word: string): string {
  return Object.hasOwn(NAMES, word) ? NAMES[word]! : word;
}
