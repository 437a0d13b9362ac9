/**
 * Writes nested boxes (ISO/IEC 14496-12 section 4.2) into one buffer of a size known beforehand, so that a fragment
 * costs one allocation and each sample one copy. Which boxes there are is `movie-boxes.ts` and `fragment-boxes.ts`.
 */

const BOX_HEADER_BYTES = 8;
/** Size field, type, version and flags. */
export const FULL_BOX_BYTES = BOX_HEADER_BYTES + 4;

export class BoxWriter {
  readonly #bytes: Buffer;
  #position = 0;

  /** Writing past `capacityBytes` throws a RangeError: the caller counted wrong. */
  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#position;
  }

  box(type: string, content: () => void): void {
    const start = this.#position;
    this.u32(0);
    this.text(type);
    content();
    this.patchU32(start, this.#position - start);
  }

  fullBox(type: string, version: number, flags: number, content: () => void): void {
    this.box(type, () => {
      this.u32(version * 0x100_0000 + flags);
      content();
    });
  }

  u8(value: number): void {
    this.#position = this.#bytes.writeUInt8(value, this.#position);
  }

  u16(value: number): void {
    this.#position = this.#bytes.writeUInt16BE(value, this.#position);
  }

  u32(value: number): void {
    this.#position = this.#bytes.writeUInt32BE(value, this.#position);
  }

  i32(value: number): void {
    this.#position = this.#bytes.writeInt32BE(value, this.#position);
  }

  /** A whole number from 0 to 2^53 - 1. */
  u64(value: number): void {
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  text(latin1: string): void {
    this.#position += this.#bytes.write(latin1, this.#position, 'latin1');
  }

  zeros(count: number): void {
    this.#bytes.fill(0, this.#position, this.#position + count);
    this.#position += count;
  }

  bytes(data: Uint8Array): void {
    // Buffer.set throws when it does not fit; fill and copy would cut it off silently.
    this.#bytes.set(data, this.#position);
    this.#position += data.length;
  }

  patchU32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  /** What was written. The writer is not used after this. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#position);
  }
}
