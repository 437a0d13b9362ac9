/** Cuts what ffmpeg's `mpjpeg` muxer writes into pictures. What becomes of them is decided elsewhere. */

/** More than any camera's picture; what claims to be longer is no output of ours. */
const MAX_PICTURE_BYTES = 33_554_432;
const MAX_HEAD_BYTES = 1_024;
const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /^content-length:\s*(\d+)\s*$/im;

/** Goes by the length in each part's head (RFC 2046 section 5.1): JPEG data may hold any bytes. */
export class MultipartPictures {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Length of the picture under way; null in a head. */
  #pictureBytes: number | null = null;

  /**
   * The pictures that are whole with this chunk, oldest first. Each has bytes of its own.
   * @throws Error when it is not such an output; the reader is of no use after that
   */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const pictures: Buffer[] = [];
    // Joined only when something is whole: a picture may come in many chunks.
    while (this.#bytes >= (this.#pictureBytes ?? 1)) {
      const gathered = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      if (this.#pictureBytes === null) {
        const end = gathered.indexOf(HEAD_END);
        if (end < 0 ? gathered.length > MAX_HEAD_BYTES : end > MAX_HEAD_BYTES)
          throw new Error('A part without a head.');
        this.#keep(gathered, end < 0 ? 0 : end + HEAD_END.length);
        if (end < 0) break;
        this.#pictureBytes = lengthIn(gathered.toString('latin1', 0, end));
      } else {
        pictures.push(Buffer.from(gathered.subarray(0, this.#pictureBytes)));
        this.#keep(gathered, this.#pictureBytes);
        this.#pictureBytes = null;
      }
    }
    return pictures;
  }

  #keep(gathered: Buffer, from: number): void {
    this.#chunks = from === gathered.length ? [] : [gathered.subarray(from)];
    this.#bytes = gathered.length - from;
  }
}

function lengthIn(head: string): number {
  const length = Number(CONTENT_LENGTH.exec(head)?.[1]);
  if (!(length > 0 && length <= MAX_PICTURE_BYTES)) throw new Error('A part without a sensible length.');
  return length;
}
