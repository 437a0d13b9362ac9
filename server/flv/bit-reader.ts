/** Bits, most significant first, with the Exp-Golomb codes of H.264 (section 9.1) and H.265. */
import { RelayError } from '../errors.ts';

/** Every read past the end throws `RelayError('corrupt')`, so a loop over bits from outside always ends. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Unsigned, at most 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) value = value * 2 + this.#next();
    return value;
  }

  flag(): boolean {
    return this.#next() === 1;
  }

  skip(count: number): void {
    this.#bit += count;
  }

  /** `ue(v)` */
  unsigned(): number {
    let zeros = 0;
    while (this.#next() === 0) zeros++;
    if (zeros > 31) throw new RelayError('corrupt', 'An Exp-Golomb code is longer than 32 bits.');
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** `se(v)` */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }

  #next(): number {
    const byte = this.#bytes[this.#bit >> 3];
    if (byte === undefined) throw new RelayError('corrupt', 'A parameter set is cut off.');
    const value = (byte >> (7 - (this.#bit & 7))) & 1;
    this.#bit++;
    return value;
  }
}

/** Pure: a NAL unit without its emulation prevention bytes (H.264 section 7.4.1). */
export function unescapeNal(nal: Uint8Array): Uint8Array {
  const plain = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    const isEscape = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isEscape) plain[length++] = byte;
  }
  return plain.subarray(0, length);
}
