/**
 * A consumer of HLS in a test: follows a playlist as low-latency players do (blocking reloads, delta updates) or as
 * plain ones do, and holds every playlist against the rules.
 */
import { parse, setOptions, types } from 'hls-parser';
import { mergeDelta, type ReadPlaylist, readMediaPlaylist } from './hls-playlist.ts';
import { breaches } from './hls-rules.ts';
import { sleep } from './wait.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  /** From the request to the last byte. */
  readonly tookMs: number;
}

export interface Seen {
  readonly playlist: ReadPlaylist;
  /** Unix ms when it was here. */
  readonly atMs: number;
}

export interface Followed {
  readonly seen: readonly Seen[];
  /** Breaches of the rules, and what hls-parser did not understand. */
  readonly complaints: readonly string[];
  /** Statuses of reloads that were not 200. */
  readonly refusals: readonly number[];
}

export class HlsClient {
  /** The multivariant playlist's URL. */
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async get(uri: string, init: RequestInit = {}): Promise<Answer> {
    const sinceMs = performance.now();
    const response = await fetch(new URL(uri, this.url), init);
    const body = Buffer.from(await response.arrayBuffer());
    const tookMs = performance.now() - sinceMs;
    return { status: response.status, headers: response.headers, body, text: body.toString(), tookMs };
  }

  /** The first variant's playlist URI. Throws when hls-parser finds no variant. */
  async variant(): Promise<types.Variant> {
    const { status, text } = await this.get(this.url);
    if (status !== 200) throw new Error(`The multivariant playlist is ${status}: ${text}`);
    const parsed = parse(text);
    const variant = parsed instanceof types.MasterPlaylist ? parsed.variants[0] : undefined;
    if (variant === undefined) throw new Error(`No variant in ${text}`);
    return variant;
  }

  async media(query = ''): Promise<ReadPlaylist> {
    const { uri } = await this.variant();
    const { status, text } = await this.get(`${uri}${query}`);
    if (status !== 200) throw new Error(`The media playlist is ${status}: ${text}`);
    return readMediaPlaylist(text);
  }

  /** A segment as a file that plays by itself. */
  async playable({ uri, map }: { readonly uri: string; readonly map: string | null }): Promise<Buffer> {
    const parts = await Promise.all((map === null ? [uri] : [map, uri]).map((each) => this.get(each)));
    const refused = parts.find(({ status }) => status !== 200);
    if (refused !== undefined) throw new Error(`${uri} is ${refused.status}: ${refused.text}`);
    return Buffer.concat(parts.map(({ body }) => body));
  }

  /** Reads the playlist again and again, with a blocking reload for each part or once in `pollMs`. */
  async follow({ forMs, pollMs }: { readonly forMs: number; readonly pollMs?: number }): Promise<Followed> {
    const { uri } = await this.variant();
    const seen: Seen[] = [];
    const complaints: string[] = [];
    const refusals: number[] = [];
    const endMs = performance.now() + forMs;
    let before: ReadPlaylist | null = null;
    while (performance.now() < endMs) {
      const answer: Answer = await this.get(
        `${uri}${before === null || pollMs !== undefined ? '' : nextQuery(before)}`,
      );
      if (answer.status !== 200) {
        refusals.push(answer.status);
        continue;
      }
      const now: ReadPlaylist = read(answer.text, before, complaints);
      for (const breach of breaches(now, before)) complaints.push(breach);
      seen.push({ playlist: now, atMs: Date.now() });
      before = now;
      if (pollMs !== undefined) await sleep(pollMs);
    }
    return { seen, complaints, refusals };
  }
}

/** It would print what it takes for too many parts; when those are told is one of the rules. */
setOptions({ silent: true });

function read(text: string, before: ReadPlaylist | null, complaints: string[]): ReadPlaylist {
  const playlist = readMediaPlaylist(text);
  try {
    const parsed = parse(text) as types.MediaPlaylist;
    // It counts the segment that is being made, for its parts and for the hint.
    const segments = playlist.segments.length + (playlist.hint === null ? 0 : 1);
    if (parsed.segments.length !== segments) complaints.push(`hls-parser: ${parsed.segments.length}\n${text}`);
  } catch (error) {
    complaints.push(`hls-parser: ${String(error)}\n${text}`);
  }
  return before === null ? playlist : mergeDelta(before, playlist);
}

/** What a low-latency player asks for next. */
export function nextQuery({ mediaSequence, segments, openParts }: ReadPlaylist): string {
  return `?_HLS_msn=${mediaSequence + segments.length}&_HLS_part=${openParts.length}&_HLS_skip=YES`;
}
