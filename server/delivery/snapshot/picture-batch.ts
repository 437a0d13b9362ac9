/** One JPEG on its way to many viewers, as a part of `multipart/x-mixed-replace`. Where it comes from is `mjpeg-stream.ts`. */
import type { ByteBatch } from '../../hub/byte-batch.ts';

export type PictureForm = 'multipart';

const BOUNDARY = 'sightline-picture';

export const MULTIPART_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

const DELIMITER = `--${BOUNDARY}\r\n`;
const NOTHING = Buffer.alloc(0);
const NO_HEADERS = {};

/** Every picture stands for itself: a viewer may come in with any and leave out any. */
export class PictureBatch implements ByteBatch<PictureForm> {
  readonly headers = NO_HEADERS;
  readonly count = 1;
  readonly keyframeIndex = 0;
  readonly entryIndex = 0;
  readonly #part: Buffer;
  #join: Buffer | null = null;

  constructor(jpeg: Buffer) {
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
    // The next part's delimiter goes out with this one: browsers show a picture once they see that it is over.
    this.#part = Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n${DELIMITER}`)]);
  }

  bytes(): Buffer {
    return this.#part;
  }

  joinBytes(): Buffer {
    this.#join ??= Buffer.concat([Buffer.from(DELIMITER), this.#part]);
    return this.#join;
  }

  headerBytes(): Buffer {
    return NOTHING;
  }

  fromKeyframe(): PictureBatch {
    return this;
  }
}
