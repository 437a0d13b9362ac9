/** Who is being sent which file: the retention of recordings leaves those alone. */

/** Counts by name. */
export class FileReaders {
  readonly #readers = new Map<string, number>();

  has(name: string): boolean {
    return this.#readers.has(name);
  }

  /** One more reader; the function that is returned, which is idempotent, ends it. */
  begin(name: string): () => void {
    this.#count(name, 1);
    let isReading = true;
    return () => {
      if (isReading) this.#count(name, -1);
      isReading = false;
    };
  }

  /** One more reader for as long as the work takes, whatever comes of it. */
  async during(name: string, work: () => Promise<void>): Promise<void> {
    const end = this.begin(name);
    try {
      await work();
    } finally {
      end();
    }
  }

  #count(name: string, change: 1 | -1): void {
    const readers = (this.#readers.get(name) ?? 0) + change;
    if (readers > 0) this.#readers.set(name, readers);
    else this.#readers.delete(name);
  }
}
