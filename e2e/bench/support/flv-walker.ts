/**
 * Walks an FLV byte stream in whatever pieces it comes and looks at tag headers only: is the structure whole, is a
 * tag missing, when was the first keyframe there. Bodies are skipped, not copied, so that a thousand walkers cost
 * little; taking the transport's framing off is `transport-reader.ts`.
 */

/** PreviousTagSize of the tag before, the tag header, and the two body bytes that tell frames apart. */
const PREFIX_BYTES = 17;
const FILE_HEADER_BYTES = 9;
const MARK_KEY = Buffer.from('arrivedAtMs');

/**
 * The order of timestamps as any viewer of the same stream has seen it. A viewer that goes from one timestamp to a
 * later one than others did has missed a tag; that works whatever the camera's own rhythm is.
 */
export class TagOrder {
  readonly #next = [new Map<number, number>(), new Map<number, number>()];

  /** True when something between the two is known to be missing. `track`: 0 audio, 1 video. */
  skipped(track: 0 | 1, fromMs: number, toMs: number): boolean {
    const next = this.#next[track]!;
    const known = next.get(fromMs);
    if (known === toMs) return false;
    if (known === undefined) {
      // Old pairs are of no use any more; a Map forgets its oldest keys first.
      if (next.size > 20_000) for (const key of [...next.keys()].slice(0, 10_000)) next.delete(key);
      next.set(fromMs, toMs);
      return false;
    }
    if (toMs < known) next.set(fromMs, toMs);
    return true;
  }
}

export class FlvWalker {
  /** Tags seen. */
  tags = 0;
  /** Tags after which something was missing. */
  gaps = 0;
  /** Why this is not FLV; null while it is. */
  broken: string | null = null;
  hasKeyframe = false;
  readonly #order: TagOrder;
  readonly #onMark: ((arrivedAtMs: number) => void) | null;
  readonly #carry = Buffer.alloc(PREFIX_BYTES);
  #carried = 0;
  #started = false;
  #skip = 0;
  #expectedPrevious = 0;
  #lastMs: [audio: number, video: number] = [-1, -1];
  #script: Buffer | null = null;
  #scripted = 0;

  /** @param onMark told the arrival time of each mark, as soon as the whole mark is there; null looks at none */
  constructor(order: TagOrder, onMark: ((arrivedAtMs: number) => void) | null = null) {
    this.#order = order;
    this.#onMark = onMark;
  }

  /** Takes `bytes[start, end)`; keeps no reference to it. */
  feed(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && this.broken === null) {
      if (this.#skip > 0) {
        const taken = Math.min(this.#skip, end - at);
        if (this.#script !== null) this.#scripted += bytes.copy(this.#script, this.#scripted, at, at + taken);
        this.#skip -= taken;
        at += taken;
        if (this.#skip === 0 && this.#script !== null) this.#readScript(this.#script);
        continue;
      }
      const needed = this.#started ? PREFIX_BYTES : FILE_HEADER_BYTES;
      if (this.#carried === 0 && end - at >= needed) {
        this.#prefix(bytes, at);
        at += needed;
        continue;
      }
      const taken = Math.min(needed - this.#carried, end - at);
      bytes.copy(this.#carry, this.#carried, at, at + taken);
      this.#carried += taken;
      at += taken;
      if (this.#carried < needed) return;
      this.#carried = 0;
      this.#prefix(this.#carry, 0);
    }
  }

  #prefix(bytes: Buffer, at: number): void {
    if (!this.#started) {
      this.#started = true;
      if (bytes.toString('latin1', at, at + 3) !== 'FLV') this.broken = 'no FLV header';
      return;
    }
    const previous = bytes.readUInt32BE(at);
    if (previous !== this.#expectedPrevious) {
      this.broken = `PreviousTagSize is ${previous}, not ${this.#expectedPrevious}`;
      return;
    }
    const type = bytes[at + 4]!;
    const size = bytes.readUIntBE(at + 5, 3);
    if ((type !== 8 && type !== 9 && type !== 18) || size < 2) {
      this.broken = `a tag of type ${type} and ${size} bytes`;
      return;
    }
    this.#expectedPrevious = size + 11;
    this.#skip = size - 2;
    this.tags += 1;
    if (type === 18) {
      if (this.#onMark === null) return;
      this.#script = Buffer.alloc(size - 2);
      this.#scripted = 0;
      return;
    }
    // Packet type 0 is a sequence header, which stands outside the order of frames.
    if (bytes[at + 16] === 0) return;
    const timestampMs = bytes.readUIntBE(at + 8, 3) + bytes[at + 11]! * 0x100_0000;
    const track = type === 9 ? 1 : 0;
    if (track === 1 && bytes[at + 15]! >> 4 === 1) this.hasKeyframe = true;
    const lastMs = this.#lastMs[track]!;
    if (lastMs >= 0 && this.#order.skipped(track, lastMs, timestampMs)) this.gaps += 1;
    this.#lastMs[track] = timestampMs;
  }

  #readScript(script: Buffer): void {
    this.#script = null;
    const key = script.indexOf(MARK_KEY);
    // AMF0: the member's name, the number marker, eight bytes.
    if (key >= 0) this.#onMark?.(script.readDoubleBE(key + MARK_KEY.length + 1));
  }
}
