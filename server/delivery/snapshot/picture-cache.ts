/** The newest picture per camera and width, within a number of bytes. Which one will do is the asker's to say. */
import type { Picture } from './picture.ts';

/** What was asked for longest ago goes first. */
export class PictureCache {
  readonly #maxBytes: number;
  readonly #pictures = new Map<string, Picture>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The newest picture, however old. */
  get(key: string): Picture | null {
    const picture = this.#pictures.get(key);
    if (picture === undefined) return null;
    this.#pictures.delete(key);
    this.#pictures.set(key, picture);
    return picture;
  }

  /**
   * An older picture than the one that is there is left out: decodes may end in another order than they began. One from
   * the future was taken before the clock was put back, and is the older one.
   */
  put(key: string, picture: Picture, nowMs: number = Date.now()): void {
    const before = this.#pictures.get(key);
    if (before !== undefined && before.takenAtMs > picture.takenAtMs && before.takenAtMs <= nowMs) return;
    this.#drop(key);
    if (picture.jpeg.length > this.#maxBytes) return;
    this.#pictures.set(key, picture);
    this.#bytes += picture.jpeg.length;
    for (const oldest of this.#pictures.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#pictures.get(key)?.jpeg.length ?? 0;
    this.#pictures.delete(key);
  }
}
