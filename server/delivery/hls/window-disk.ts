/** Moves the complete segments of a window to disk, each once. A segment that cannot be written stays in memory. */
import type { SegmentDisk } from './segment-disk.ts';
import type { Segment, SegmentWindow } from './segment-window.ts';

export class WindowDisk {
  readonly #window: SegmentWindow;
  readonly #disk: Pick<SegmentDisk, 'store' | 'remove'>;
  #tried = -1;

  constructor(window: SegmentWindow, disk: Pick<SegmentDisk, 'store' | 'remove'>) {
    this.#window = window;
    this.#disk = disk;
  }

  /** To be called when segments may have become whole. */
  changed(): void {
    for (const segment of this.#window.listed) {
      if (segment.sequence <= this.#tried) continue;
      this.#tried = segment.sequence;
      void this.#move(segment);
    }
  }

  async #move({ sequence, parts }: Segment): Promise<void> {
    const path = await this.#disk.store(parts.map(({ bytes }) => bytes).filter((bytes) => Buffer.isBuffer(bytes)));
    if (path === null) return;
    // It may have left while it was written.
    if (!this.#window.moveOut(sequence, path)) this.#disk.remove(path);
  }
}
