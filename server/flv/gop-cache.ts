/**
 * What a late viewer is given first: the headers and every tag since the last keyframe, within caps. Whether a viewer
 * wants that is `hub/join-policy.ts`.
 */
import { type Tag, tagBody } from './tag.ts';

export interface GopCacheOptions {
  /** Cap of the cached tags' bytes. */
  readonly maxBytes: number;
  /** Cap of the time between the keyframe and the newest tag. */
  readonly maxDurationMs: number;
}

/** How much sound a stream without pictures keeps: enough for a player to begin at once, not enough to lag. */
const AUDIO_RUN_MS = 1_000;
/** Of a run of script tags only the newest are kept: the arrival mark comes right before its keyframe. */
const MAX_LEAD_TAGS = 4;

/**
 * A GOP is cached whole or not at all: one that outgrows a cap is let go except for its keyframe (a still picture),
 * and the cache is not `joinable` until the next keyframe. Holds references, copies nothing.
 */
export class GopCache {
  readonly #options: GopCacheOptions;
  #metadata: Tag | null = null;
  #videoHeader: Tag | null = null;
  #audioHeader: Tag | null = null;
  #tags: Tag[] = [];
  #bytes = 0;
  #startMs = 0;
  #hasVideo = false;
  #complete = false;
  #truncated = false;
  /** Script tags since the last media tag: an arrival mark belongs to the keyframe that follows it. */
  #lead: Tag[] = [];

  constructor(options: GopCacheOptions) {
    this.#options = options;
  }

  get metadata(): Tag | null {
    return this.#metadata;
  }

  get videoHeader(): Tag | null {
    return this.#videoHeader;
  }

  get audioHeader(): Tag | null {
    return this.#audioHeader;
  }

  /**
   * From the last keyframe on (or from the script tags just before it), in order, without headers and metadata. Of a
   * GOP over the caps only the keyframe. The array is the cache's own: copy it to keep it.
   */
  get tags(): readonly Tag[] {
    return this.#tags;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The current GOP has outgrown a cap. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** `tags` runs without a hole from a keyframe to the newest tag (without video: it is the newest sound). */
  get joinable(): boolean {
    return this.#tags.length > 0 && (this.#hasVideo ? this.#complete : true);
  }

  push(tag: Tag): void {
    switch (tag.kind) {
      case 'metadata':
        this.#metadata = tag;
        return;
      case 'video-header':
        this.#hasVideo = true;
        // Pictures cached so far do not decode with other parameters, and a joiner gets only the newest header.
        if (!sameBody(this.#videoHeader, tag)) this.#drop();
        this.#videoHeader = tag;
        return;
      case 'audio-header':
        if (!sameBody(this.#audioHeader, tag)) this.#drop();
        this.#audioHeader = tag;
        return;
      case 'video-end':
        return;
      case 'keyframe':
        this.#begin(tag);
        return;
      case 'script':
        this.#lead.push(tag);
        if (this.#lead.length > MAX_LEAD_TAGS) this.#lead.shift();
        return;
      case 'frame':
      case 'audio':
        this.#continue(tag);
    }
  }

  /** Forgets everything, headers too: the source is gone. */
  clear(): void {
    this.#drop();
    this.#lead = [];
    this.#hasVideo = false;
    this.#metadata = null;
    this.#videoHeader = null;
    this.#audioHeader = null;
  }

  #begin(keyframe: Tag): void {
    const lead = this.#lead;
    this.#drop();
    this.#lead = [];
    this.#hasVideo = true;
    this.#startMs = keyframe.timestampMs;
    this.#complete = true;
    for (const tag of [...lead, keyframe]) this.#append(tag);
    if (this.#bytes > this.#options.maxBytes) this.#truncate(0);
  }

  #continue(tag: Tag): void {
    if (!this.#hasVideo && tag.kind === 'audio') {
      this.#lead = [];
      this.#append(tag);
      this.#trimAudioRun(tag.timestampMs);
      return;
    }
    const lead = this.#lead;
    this.#lead = [];
    if (!this.#complete) return;
    for (const each of [...lead, tag]) this.#append(each);
    const { maxBytes, maxDurationMs } = this.#options;
    if (this.#bytes > maxBytes || tag.timestampMs - this.#startMs > maxDurationMs) {
      this.#truncate(this.#tags.findIndex((each) => each.kind === 'keyframe') + 1);
    }
  }

  #trimAudioRun(newestMs: number): void {
    const oldestMs = newestMs - Math.min(AUDIO_RUN_MS, this.#options.maxDurationMs);
    while (this.#tags.length > 0 && (this.#tags[0]!.timestampMs < oldestMs || this.#bytes > this.#options.maxBytes)) {
      this.#bytes -= this.#tags.shift()!.bytes.length;
    }
  }

  #append(tag: Tag): void {
    this.#tags.push(tag);
    this.#bytes += tag.bytes.length;
  }

  #truncate(keep: number): void {
    // A new array: the old one may be held by somebody who joins just now.
    this.#tags = this.#tags.slice(0, keep);
    this.#bytes = this.#tags.reduce((sum, tag) => sum + tag.bytes.length, 0);
    this.#complete = false;
    this.#truncated = true;
  }

  #drop(): void {
    this.#tags = [];
    this.#bytes = 0;
    this.#complete = false;
    this.#truncated = false;
  }
}

function sameBody(a: Tag | null, b: Tag): boolean {
  return a !== null && tagBody(a).equals(tagBody(b));
}
