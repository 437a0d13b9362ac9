/**
 * Walks an FLV byte stream tag by tag and moves its timestamps so that the first coded picture is at 0. So the video
 * element's time is known exactly, flv.js never meets a timestamp beyond 2^31, and only whole tags reach it.
 * Decoding what is inside the tags is left to flv.js.
 */

const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
const PREVIOUS_TAG_SIZE_BYTES = 4;
const TAG_AUDIO = 8;
const TAG_VIDEO = 9;
const TAG_SCRIPT = 18;
const CODEC_AVC = 7;
const SOUND_AAC = 10;
/** No picture of a camera comes near; a larger one means that we lost the tag boundaries. */
const MAX_TAG_BYTES = 16_777_215;
const MAX_STEP_BACK_MS = 1000;
const RESTART_STEP_MS = 40;

/** What came is not FLV. */
export class NotFlvError extends Error {
  override readonly name = 'NotFlvError';
}

/** Pure: `a - b` of two 32-bit timestamps that may have wrapped between them. */
export function wireDifferenceMs(a: number, b: number): number {
  return (a - b) | 0;
}

export class FlvRebase {
  bytes = 0;
  videoFrames = 0;
  audioFrames = 0;
  /** Decode time of the newest picture in the video element's time; -1 before the first. */
  lastVideoMs = -1;
  /** The same of the newest sound. */
  lastAudioMs = -1;
  #tail: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #headerSeen = false;
  #lastWireMs: number | null = null;
  #lastMediaMs = 0;

  /**
   * Takes the next bytes of the stream and returns those that form whole tags, rewritten; they may be the argument's
   * own memory. Throws `NotFlvError`.
   */
  push(chunk: ArrayBuffer): ArrayBuffer | null {
    this.bytes += chunk.byteLength;
    let data = new Uint8Array(chunk);
    if (this.#tail.length > 0) {
      const joined = new Uint8Array(this.#tail.length + data.length);
      joined.set(this.#tail);
      joined.set(data, this.#tail.length);
      data = joined;
    }
    const end = this.#walk(data);
    this.#tail = data.slice(end);
    if (end === 0) return null;
    return end === data.length ? data.buffer : data.buffer.slice(0, end);
  }

  /** The video element's time of a wire timestamp. Before the first picture, `wireMs` is taken to be its time. */
  mediaMs(wireMs: number): number {
    if (this.#lastWireMs === null) return this.#advance(wireMs);
    return this.#lastMediaMs + wireDifferenceMs(wireMs, this.#lastWireMs);
  }

  #walk(data: Uint8Array<ArrayBuffer>): number {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let offset = 0;
    if (!this.#headerSeen) {
      if (data.length < FILE_HEADER_BYTES) return 0;
      if (data[0] !== 0x46 || data[1] !== 0x4c || data[2] !== 0x56) throw new NotFlvError('no FLV signature');
      this.#headerSeen = true;
      offset = FILE_HEADER_BYTES;
      // flv.js wants more than the bare header in its first bite.
      if (data.length === FILE_HEADER_BYTES) {
        this.#headerSeen = false;
        return 0;
      }
    }
    const start = offset;
    while (data.length - offset >= TAG_HEADER_BYTES) {
      const type = data[offset]! & 0x1f;
      const bodyBytes = view.getUint32(offset) & MAX_TAG_BYTES;
      if (type !== TAG_AUDIO && type !== TAG_VIDEO && type !== TAG_SCRIPT) throw new NotFlvError(`tag type ${type}`);
      const tagBytes = TAG_HEADER_BYTES + bodyBytes + PREVIOUS_TAG_SIZE_BYTES;
      if (data.length - offset < tagBytes) break;
      this.#rewrite(data, view, offset, type, bodyBytes);
      offset += tagBytes;
    }
    if (start === FILE_HEADER_BYTES && offset === start) {
      this.#headerSeen = false;
      return 0;
    }
    return offset;
  }

  #rewrite(data: Uint8Array, view: DataView, offset: number, type: number, bodyBytes: number): void {
    const wireMs = ((data[offset + 7]! << 24) | (view.getUint32(offset + 4) >>> 8)) >>> 0;
    const body = offset + TAG_HEADER_BYTES;
    let mediaMs: number;
    if (isCoded(data, body, type, bodyBytes)) {
      mediaMs = this.#advance(wireMs);
      if (type === TAG_VIDEO) {
        this.videoFrames++;
        this.lastVideoMs = mediaMs;
      } else {
        this.audioFrames++;
        this.lastAudioMs = mediaMs;
      }
    } else {
      mediaMs = this.#lastWireMs === null ? 0 : this.mediaMs(wireMs);
    }
    // Sound may begin a few milliseconds before the first picture; flv.js would move its zero there.
    const time = Math.max(0, mediaMs);
    data[offset + 4] = (time >>> 16) & 0xff;
    data[offset + 5] = (time >>> 8) & 0xff;
    data[offset + 6] = time & 0xff;
    data[offset + 7] = (time >>> 24) & 0xff;
  }

  #advance(wireMs: number): number {
    if (this.#lastWireMs === null) this.#lastMediaMs = 0;
    else {
      const stepMs = wireDifferenceMs(wireMs, this.#lastWireMs);
      // Sound and picture interleave, so small steps back are usual; a large one is a clock that began anew.
      this.#lastMediaMs += stepMs < -MAX_STEP_BACK_MS ? RESTART_STEP_MS : stepMs;
    }
    this.#lastWireMs = wireMs;
    return this.#lastMediaMs;
  }
}

/** Pure: whether a tag holds a picture or sound, not a decoder's configuration or a script. */
function isCoded(data: Uint8Array, body: number, type: number, bodyBytes: number): boolean {
  if (bodyBytes < 2 || type === TAG_SCRIPT) return false;
  const first = data[body]!;
  if (type === TAG_VIDEO) return (first & 0x0f) !== CODEC_AVC || data[body + 1] === 1;
  return first >> 4 !== SOUND_AAC || data[body + 1] === 1;
}
