/**
 * The names of an HLS output's files, beside each other in `/live/:camera/`. A name never stands for other bytes: it
 * carries the relay's start, and numbers that only rise.
 */

/** What of a camera is wanted, and in which container. */
export interface Rendition {
  readonly stream: 'main' | 'sub';
  /** `auto`, `copy`, or a profile's name. */
  readonly profile: string;
  /** H.265 as it is, where the camera sends that; else H.264 is made of it. */
  readonly hevc: boolean;
  readonly audio: boolean;
  readonly container: 'fmp4' | 'ts';
}

export type HlsFile =
  | { readonly kind: 'multivariant' }
  | { readonly kind: 'media'; readonly rendition: Rendition }
  | { readonly kind: 'init'; readonly rendition: Rendition; readonly start: string; readonly init: number }
  | { readonly kind: 'segment'; readonly rendition: Rendition; readonly start: string; readonly sequence: number }
  | {
      readonly kind: 'part';
      readonly rendition: Rendition;
      readonly start: string;
      readonly sequence: number;
      readonly part: number;
    };

/** By stream, with sound and without. */
const STEMS = { main: ['main', 'silent'], sub: ['sub', 'sub-silent'] } as const;
const PROFILE = '(?:_([a-z][a-z0-9-]{0,31}))?';
const STEM = '(main|silent|sub|sub-silent)(-hevc)?';
const PLAYLIST = new RegExp(`^${STEM}(-ts)?${PROFILE}\\.m3u8$`);
/** No number is longer than what a double holds exactly. */
const MEDIA = new RegExp(
  `^${STEM}${PROFILE}-([a-z0-9]{4,16})-(?:init(\\d{1,9})\\.mp4|(\\d{1,15})(?:\\.(\\d{1,5}))?\\.(m4s|ts))$`,
);

/** Pure: null when no file is ever called that. */
export function readFileName(name: string): HlsFile | null {
  if (name === 'index.m3u8') return { kind: 'multivariant' };
  const playlist = PLAYLIST.exec(name);
  if (playlist !== null) {
    const [, stem, hevc, ts, profile] = playlist;
    return { kind: 'media', rendition: renditionOf({ stem, hevc, profile, ts: ts !== undefined }) };
  }
  const media = MEDIA.exec(name);
  if (media === null) return null;
  const [, stem, hevc, profile, start = '', init, sequence, part, extension] = media;
  const rendition = renditionOf({ stem, hevc, profile, ts: extension === 'ts' });
  if (init !== undefined) return { kind: 'init', rendition, start, init: Number(init) };
  if (part === undefined) return { kind: 'segment', rendition, start, sequence: Number(sequence) };
  return { kind: 'part', rendition, start, sequence: Number(sequence), part: Number(part) };
}

/** Pure. */
export function playlistName(rendition: Rendition): string {
  return `${stemOf(rendition)}${rendition.container === 'ts' ? '-ts' : ''}${profileOf(rendition)}.m3u8`;
}

/** Names of one rendition's files. */
export class FileNames {
  readonly #prefix: string;
  readonly #extension: string;

  /** @param start names the relay's start: lowercase letters and digits */
  constructor(rendition: Rendition, start: string) {
    this.#prefix = `${stemOf(rendition)}${profileOf(rendition)}-${start}-`;
    this.#extension = rendition.container === 'ts' ? 'ts' : 'm4s';
  }

  init(number: number): string {
    return `${this.#prefix}init${number}.mp4`;
  }

  segment(sequence: number): string {
    return `${this.#prefix}${sequence}.${this.#extension}`;
  }

  part(sequence: number, part: number): string {
    return `${this.#prefix}${sequence}.${part}.${this.#extension}`;
  }
}

function stemOf({ stream, audio, hevc }: Rendition): string {
  return `${STEMS[stream][audio ? 0 : 1]}${hevc ? '-hevc' : ''}`;
}

function profileOf({ profile }: Rendition): string {
  return profile === 'auto' ? '' : `_${profile}`;
}

interface NameParts {
  readonly stem: string | undefined;
  readonly hevc: string | undefined;
  readonly profile: string | undefined;
  readonly ts: boolean;
}

function renditionOf({ stem, hevc, profile = 'auto', ts }: NameParts): Rendition {
  return {
    stream: stem === STEMS.sub[0] || stem === STEMS.sub[1] ? 'sub' : 'main',
    profile,
    hevc: hevc !== undefined,
    audio: stem === STEMS.main[0] || stem === STEMS.sub[0],
    container: ts ? 'ts' : 'fmp4',
  };
}
