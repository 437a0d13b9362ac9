/**
 * Cuts ffmpeg's stderr into lines and keeps the first and the last of them, bounded whatever comes. Meaning is found
 * elsewhere.
 */

const MAX_LINE_LENGTH = 2_000;
const HEAD_LINES = 40;
const TAIL_LINES = 40;

/** Nothing to close. */
export class StderrLines {
  readonly #head: string[] = [];
  readonly #tail: string[] = [];
  #unfinished = '';
  #pushed = 0;

  /** The lines that became complete. What exceeds the longest line is cut off. */
  push(text: string): string[] {
    const parts = text.split(/\r\n|[\r\n]/);
    const last = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) {
      const line = this.#grow(part);
      this.#unfinished = '';
      if (line.trim() !== '') lines.push(this.#keep(line));
    }
    this.#unfinished = this.#grow(last);
    return lines;
  }

  /** The unfinished line, if any, once nothing more will come. */
  end(): string[] {
    const line = this.#unfinished;
    this.#unfinished = '';
    return line.trim() === '' ? [] : [this.#keep(line)];
  }

  /** The last lines. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** The first and the last lines, none twice. */
  get all(): readonly string[] {
    const overlap = Math.max(0, this.#head.length + this.#tail.length - this.#pushed);
    return [...this.#head, ...this.#tail.slice(overlap)];
  }

  #grow(part: string): string {
    return (this.#unfinished + part.slice(0, MAX_LINE_LENGTH)).slice(0, MAX_LINE_LENGTH);
  }

  #keep(line: string): string {
    this.#pushed++;
    if (this.#head.length < HEAD_LINES) this.#head.push(line);
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    return line;
  }
}
