/**
 * The names of an HLS output's files, beside each other in `/live/:camera/`. A name never stands for other bytes: it
 * carries the relay's start, and numbers that only rise.
 */

/** What of a camera is wanted, and in which container. */
export interface Rendition {
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

const PLAYLIST = /^(main|silent)(-ts)?\.m3u8$/;
/** No number is longer than what a double holds exactly. */
const MEDIA = /^(main|silent)-([a-z0-9]{4,16})-(?:init(\d{1,9})\.mp4|(\d{1,15})(?:\.(\d{1,5}))?\.(m4s|ts))$/;

/** Pure: null when no file is ever called that. */
export function readFileName(name: string): HlsFile | null {
  if (name === 'index.m3u8') return { kind: 'multivariant' };
  const playlist = PLAYLIST.exec(name);
  if (playlist !== null) return { kind: 'media', rendition: renditionOf(playlist[1]!, playlist[2] !== undefined) };
  const media = MEDIA.exec(name);
  if (media === null) return null;
  const [, stem, start, init, sequence, part, extension] = media as unknown as [string, string, string, ...string[]];
  const rendition = renditionOf(stem, extension === 'ts');
  if (init !== undefined) return { kind: 'init', rendition, start, init: Number(init) };
  if (part === undefined) return { kind: 'segment', rendition, start, sequence: Number(sequence) };
  return { kind: 'part', rendition, start, sequence: Number(sequence), part: Number(part) };
}

/** Pure. */
export function playlistName({ audio, container }: Rendition): string {
  return `${stemOf(audio)}${container === 'ts' ? '-ts' : ''}.m3u8`;
}

/** Names of one rendition's files. */
export class FileNames {
  readonly #prefix: string;
  readonly #extension: string;

  /** @param start names the relay's start: lowercase letters and digits */
  constructor({ audio, container }: Rendition, start: string) {
    this.#prefix = `${stemOf(audio)}-${start}-`;
    this.#extension = container === 'ts' ? 'ts' : 'm4s';
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

function stemOf(audio: boolean): string {
  return audio ? 'main' : 'silent';
}

function renditionOf(stem: string, ts: boolean): Rendition {
  return { audio: stem === 'main', container: ts ? 'ts' : 'fmp4' };
}
