/**
 * Keeps sound going when a camera's audio dies: a browser plays only where both tracks have data, so a picture alone
 * would stand still. Splices of the camera's clock are `timeline.ts`, which comes before.
 */
import { type AudioConfig, readAudioConfig } from './audio-config.ts';
import { silentBlock } from './silent-block.ts';
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from './tag.ts';

export interface SilenceFillerOptions {
  /** How far the picture may run ahead of the sound before silence fills in; default 200. */
  readonly aheadMs?: number;
}

const DEFAULT_AHEAD_MS = 200;
/** Sound that always comes late must not be drowned: the patience grows up to this, and no further. */
const MAX_AHEAD_MS = 500;
const LATE_SLACK_MS = 50;
/** Sound missing for this long has died; until then it may only be late. */
const DEAD_AFTER_MS = 1000;
/**
 * Silence for dead sound runs this far ahead of the picture. Browsers halt a picture whose sound does not reach some
 * 150 ms ahead, so without it they could not come nearer to live than that.
 */
const DEAD_LEAD_MS = 200;
/** A hole longer than this is not filled, only its end; no stream has one after the timeline. */
const MAX_FILL_MS = 10_000;

/**
 * ```
 * real sound ──picture runs `aheadMs` ahead──▶ filling ──1 s without any sound──▶ dead: silence ahead of it
 *     ▲──────────────sound newer than the last silence─────┴───────────────────────────┘
 * ```
 * The viewer's picture goes no further than the sound, so what silence keeps behind is delay on the screen.
 * Give it every tag in order, on the timeline. Sound other than AAC-LC mono and stereo passes through untouched.
 */
export class SilenceFiller {
  #aheadMs: number;
  #header: Tag | null = null;
  #silence: Buffer | null = null;
  #frameMs = 0;
  /** When the next frame of sound is due; null before anything came to count from. */
  #dueMs: number | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  #pictureMs = Number.NEGATIVE_INFINITY;
  #filling = false;
  /** Where the picture was when the sound that is missing now began to be. */
  #missingSinceMs = Number.POSITIVE_INFINITY;
  #headerIsOld = false;

  constructor(options: SilenceFillerOptions = {}) {
    this.#aheadMs = options.aheadMs ?? DEFAULT_AHEAD_MS;
  }

  /** Silence is being filled in now. */
  get filling(): boolean {
    return this.#filling;
  }

  /**
   * A new source begins on the same timeline. If it has no sound at all, players that have a sound track still need
   * it to go on: silence follows, after the last header once more.
   */
  restarted(): void {
    this.#headerIsOld = true;
  }

  /** The tags to pass on, in order: silence that is due, then `tag` itself unless it is sound that comes too late. */
  push(tag: Tag): Tag[] {
    switch (tag.kind) {
      case 'audio-header':
        this.#begin(tag);
        return [tag];
      case 'audio':
        return this.#silence ? this.#sound(tag) : [tag];
      case 'keyframe':
      case 'frame':
        return this.#silence ? this.#picture(tag) : [tag];
      default:
        return [tag];
    }
  }

  #begin(header: Tag): void {
    const config = readAudioConfig(header);
    this.#header = header;
    this.#headerIsOld = false;
    this.#missingSinceMs = Number.POSITIVE_INFINITY;
    this.#silence = config && silentBody(config, tagBody(header)[0]!);
    this.#frameMs = config ? (config.samplesPerFrame * 1000) / config.sampleRateHz : 0;
  }

  #sound(tag: Tag): Tag[] {
    this.#missingSinceMs = Number.POSITIVE_INFINITY;
    if (tag.timestampMs <= this.#lastMs && this.#filling) {
      const lateMs = this.#pictureMs - tag.timestampMs + LATE_SLACK_MS;
      if (lateMs > this.#aheadMs) this.#aheadMs = Math.min(lateMs, Math.max(MAX_AHEAD_MS, this.#aheadMs));
      return [];
    }
    const silence = this.#filling ? this.#fillUntil(tag.timestampMs - this.#frameMs, tag) : [];
    this.#filling = false;
    this.#lastMs = tag.timestampMs;
    this.#dueMs = tag.timestampMs + this.#frameMs;
    return [...silence, tag];
  }

  #picture(tag: Tag): Tag[] {
    this.#pictureMs = tag.timestampMs;
    this.#dueMs ??= tag.timestampMs;
    const isDead = tag.timestampMs - this.#missingSinceMs > DEAD_AFTER_MS;
    const untilMs = tag.timestampMs + (isDead ? DEAD_LEAD_MS : -this.#aheadMs);
    if (this.#dueMs > untilMs) return [tag];
    this.#filling = true;
    this.#missingSinceMs = Math.min(this.#missingSinceMs, tag.timestampMs);
    return [...this.#fillUntil(untilMs, tag), tag];
  }

  /** Silent frames from the one that is due to the last that begins at or before `untilMs`. */
  #fillUntil(untilMs: number, cause: Tag): Tag[] {
    const silence = this.#silence;
    const tags: Tag[] = [];
    if (!silence || this.#dueMs === null) return tags;
    let dueMs = Math.max(this.#dueMs, untilMs - MAX_FILL_MS);
    if (dueMs <= untilMs && this.#headerIsOld && this.#header) {
      tags.push(stamped(TAG_TYPE.audio, 'audio-header', dueMs, tagBody(this.#header), cause));
      this.#headerIsOld = false;
    }
    for (; dueMs <= untilMs; dueMs += this.#frameMs) {
      tags.push(stamped(TAG_TYPE.audio, 'audio', dueMs, silence, cause));
      this.#lastMs = Math.round(dueMs);
    }
    this.#dueMs = dueMs;
    return tags;
  }
}

function stamped(type: number, kind: Tag['kind'], atMs: number, body: Buffer, cause: Tag): Tag {
  const timestampMs = Math.round(atMs);
  return { kind, timestampMs, bytes: serialiseTag(type, timestampMs, body), arrivedAtMs: cause.arrivedAtMs };
}

/** Pure: an AAC frame's whole tag body; null when there is no silent frame for the layout. */
function silentBody(config: AudioConfig, soundFormat: number): Buffer | null {
  const block = silentBlock(config);
  return block === null ? null : Buffer.concat([Buffer.from([soundFormat, 1]), block]);
}
