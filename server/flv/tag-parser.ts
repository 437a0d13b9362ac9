/**
 * Cuts a byte stream into FLV tags, whatever the chunk boundaries. Linear in the bytes, and it holds at most one
 * unfinished tag. What the tags mean in time is `timeline.ts`; which are kept is `gop-cache.ts`.
 */
import { RelayError } from '../errors.ts';
import { PREVIOUS_TAG_SIZE_BYTES, readTimestamp, TAG_HEADER_BYTES, TAG_TYPE, type Tag } from './tag.ts';
import { tagKind } from './tag-kind.ts';

/** The file header and the first PreviousTagSize (annex E.2 and E.3). */
const FILE_HEADER_BYTES = 13;
/**
 * Tags of a chunk that holds whole tags and nothing else are views of it, as most that ffmpeg writes are; others are copied
 * into slabs of this size. Either way a cached tag pins its neighbours in time, which the cache holds too, and not much else.
 */
const SLAB_BYTES = 65_536;
const SLAB_SHARE_BYTES = SLAB_BYTES / 4;
const DEFAULT_MAX_TAG_BYTES = 8 * 1024 * 1024;

export interface TagParserOptions {
  /** Largest whole tag accepted; default 8 MiB. FLV's own limit is 16 MiB. */
  readonly maxTagBytes?: number;
  /** Wall clock in Unix ms, for `Tag.arrivedAtMs`. */
  readonly nowMs?: () => number;
}

/**
 * Chunks in, tags out. Throws `RelayError('corrupt')` on anything that is not FLV, and again on every later call:
 * after damage there is no way to find the next tag. Tags may be views of chunks, which must not be written to any more.
 */
export class TagParser {
  readonly #maxTagBytes: number;
  readonly #nowMs: () => number;
  /** The file header or a tag header while it is being gathered. */
  readonly #head = Buffer.alloc(FILE_HEADER_BYTES);
  #headFilled = 0;
  #tag: Buffer | null = null;
  #tagFilled = 0;
  #slab = Buffer.alloc(0);
  /** Bytes consumed since the start, and where the current tag began: for error messages. */
  #offset = 0;
  #tagOffset = 0;
  #header: { audio: boolean; video: boolean } | null = null;
  #failure: RelayError | null = null;

  constructor(options: TagParserOptions = {}) {
    this.#maxTagBytes = options.maxTagBytes ?? DEFAULT_MAX_TAG_BYTES;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** The tracks that the file header announces; null until it has come. */
  get header(): { audio: boolean; video: boolean } | null {
    return this.#header;
  }

  /** Takes the next bytes and returns the tags that they complete, in order. */
  push(chunk: Buffer): Tag[] {
    if (this.#failure) throw this.#failure;
    const tags: Tag[] = [];
    let position = 0;
    const mayView = this.#tag === null && this.#headFilled === 0 && this.#header !== null && isWholeTags(chunk);
    while (position < chunk.length) {
      const used = mayView
        ? this.#viewTag(chunk, position, tags)
        : this.#tag
          ? this.#fillTag(this.#tag, chunk, position, tags)
          : this.#fillHead(chunk, position);
      position += used;
      this.#offset += used;
    }
    return tags;
  }

  /** Says that no more bytes come. Throws `RelayError('corrupt')` when a tag or the file header is unfinished. */
  end(): void {
    if (this.#failure) throw this.#failure;
    if (this.#tag) {
      this.#fail(`ends inside a tag, ${this.#tag.length - this.#tagFilled} bytes short`, this.#tagOffset);
    }
    if (this.#headFilled > 0) this.#fail('ends inside a header', this.#offset - this.#headFilled);
  }

  #viewTag(chunk: Buffer, position: number, tags: Tag[]): number {
    const size = this.#sizeOf(chunk, position, this.#offset);
    this.#tagOffset = this.#offset;
    tags.push(this.#finish(chunk.subarray(position, position + size)));
    return size;
  }

  #fillHead(chunk: Buffer, position: number): number {
    const wanted = this.#header ? TAG_HEADER_BYTES : FILE_HEADER_BYTES;
    const used = Math.min(wanted - this.#headFilled, chunk.length - position);
    chunk.copy(this.#head, this.#headFilled, position, position + used);
    this.#headFilled += used;
    if (this.#headFilled === wanted) {
      const start = this.#offset + used - wanted;
      this.#headFilled = 0;
      if (this.#header) this.#beginTag(start);
      else this.#readFileHeader();
    }
    return used;
  }

  #readFileHeader(): void {
    const head = this.#head;
    if (head.toString('latin1', 0, 3) !== 'FLV') this.#fail('does not begin with "FLV"', 0);
    if (head[3] !== 1) this.#fail(`has version ${head[3]}, not 1`, 3);
    if (head.readUInt32BE(5) !== 9) this.#fail(`has a file header of ${head.readUInt32BE(5)} bytes, not 9`, 5);
    if (head.readUInt32BE(9) !== 0) this.#fail('has a first PreviousTagSize other than 0', 9);
    this.#header = { audio: (head[4]! & 0x04) !== 0, video: (head[4]! & 0x01) !== 0 };
  }

  #beginTag(start: number): void {
    this.#tagOffset = start;
    this.#tag = this.#allocate(this.#sizeOf(this.#head, 0, start));
    this.#head.copy(this.#tag, 0, 0, TAG_HEADER_BYTES);
    this.#tagFilled = TAG_HEADER_BYTES;
  }

  /** Of the tag whose header stands at `at`. */
  #sizeOf(bytes: Buffer, at: number, start: number): number {
    const type = bytes[at]!;
    if (type !== TAG_TYPE.audio && type !== TAG_TYPE.video && type !== TAG_TYPE.script) {
      this.#fail(`has an unknown tag type ${type}`, start);
    }
    if (bytes.readUIntBE(at + 8, 3) !== 0) this.#fail('has a tag whose StreamID is not 0', start + 8);
    const size = TAG_HEADER_BYTES + bytes.readUIntBE(at + 1, 3) + PREVIOUS_TAG_SIZE_BYTES;
    if (size > this.#maxTagBytes) this.#fail(`has a tag of ${size} bytes, over the cap of ${this.#maxTagBytes}`, start);
    return size;
  }

  #fillTag(tag: Buffer, chunk: Buffer, position: number, tags: Tag[]): number {
    const used = Math.min(tag.length - this.#tagFilled, chunk.length - position);
    chunk.copy(tag, this.#tagFilled, position, position + used);
    this.#tagFilled += used;
    if (this.#tagFilled === tag.length) {
      this.#tag = null;
      tags.push(this.#finish(tag));
    }
    return used;
  }

  #finish(bytes: Buffer): Tag {
    const bodyEnd = bytes.length - PREVIOUS_TAG_SIZE_BYTES;
    const previousTagSize = bytes.readUInt32BE(bodyEnd);
    if (previousTagSize !== bodyEnd) {
      this.#fail(`has PreviousTagSize ${previousTagSize} after a tag of ${bodyEnd} bytes`, this.#tagOffset + bodyEnd);
    }
    const kind = tagKind(bytes[0]!, bytes.subarray(TAG_HEADER_BYTES, bodyEnd));
    if (!kind) this.#fail(`has an unknown tag type ${bytes[0]}`, this.#tagOffset);
    const media = kind === 'audio' || kind === 'frame' || kind === 'keyframe';
    return {
      kind,
      timestampMs: readTimestamp(bytes),
      // Headers are kept as long as the stream lives: they get memory of their own so that no slab lives with them.
      bytes: media || bytes.buffer.byteLength === bytes.length ? bytes : ownCopy(bytes),
      arrivedAtMs: this.#nowMs(),
    };
  }

  #allocate(size: number): Buffer {
    if (size > SLAB_SHARE_BYTES) return Buffer.allocUnsafeSlow(size);
    if (size > this.#slab.length) this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    const bytes = this.#slab.subarray(0, size);
    this.#slab = this.#slab.subarray(size);
    return bytes;
  }

  #fail(what: string, byteOffset: number): never {
    this.#failure = new RelayError('corrupt', `The FLV stream ${what} (at byte ${byteOffset}).`);
    this.#tag = null;
    this.#slab = Buffer.alloc(0);
    throw this.#failure;
  }
}

/** Pure: whether tags, as far as their sizes say, fill the chunk and all the memory that it would pin. */
function isWholeTags(chunk: Buffer): boolean {
  if (chunk.buffer.byteLength > SLAB_BYTES) return false;
  let at = 0;
  while (at + TAG_HEADER_BYTES + PREVIOUS_TAG_SIZE_BYTES <= chunk.length) {
    at += TAG_HEADER_BYTES + chunk.readUIntBE(at + 1, 3) + PREVIOUS_TAG_SIZE_BYTES;
  }
  return at === chunk.length;
}

function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
