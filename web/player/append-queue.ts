/**
 * What waits for a SourceBuffer, bounded: a decoder that cannot keep up loses pictures up to the next keyframe, not the
 * page its memory. Pure of the browser; appending is `mse-engine.ts`.
 */

export type Appendable =
  | { readonly kind: 'init'; readonly mime: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'fragment'; readonly independent: boolean; readonly bytes: Uint8Array<ArrayBuffer> };

/** What to append in one call: an init segment with its type, or all fragments up to the next one. */
export interface Append {
  /** Null for fragments of the type that is in force. */
  readonly mime: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class AppendQueue {
  readonly #maxBytes: number;
  #waiting: Appendable[] = [];
  #bytes = 0;
  #skipping = false;
  #droppedFragments = 0;

  /** @param maxBytes of fragments that may wait; init segments are few and small and always kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Fragments left out since the start. */
  get droppedFragments(): number {
    return this.#droppedFragments;
  }

  push(item: Appendable): void {
    if (item.kind === 'init') {
      // Only the newest of several in a row says how to decode what follows.
      if (this.#waiting.at(-1)?.kind === 'init') this.#waiting.pop();
      this.#waiting.push(item);
      return;
    }
    if (this.#bytes + item.bytes.length > this.#maxBytes) this.#dropWaiting();
    if (this.#skipping && item.independent && item.bytes.length <= this.#maxBytes) this.#skipping = false;
    if (this.#skipping) {
      this.#droppedFragments++;
      return;
    }
    this.#waiting.push(item);
    this.#bytes += item.bytes.length;
  }

  /** The next append, in order; null when nothing waits. */
  take(): Append | null {
    const first = this.#waiting[0];
    if (first === undefined) return null;
    if (first.kind === 'init') {
      this.#waiting.shift();
      return { mime: first.mime, bytes: first.bytes };
    }
    const nextInit = this.#waiting.findIndex(({ kind }) => kind === 'init');
    const taken = this.#waiting.splice(0, nextInit === -1 ? this.#waiting.length : nextInit);
    const bytes = taken.length === 1 ? first.bytes : joined(taken.map((each) => each.bytes));
    this.#bytes -= bytes.length;
    return { mime: null, bytes };
  }

  /** What was taken last could not be appended: drops the rest too, up to the next keyframe. */
  overflow(): void {
    this.#dropWaiting();
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  /** What follows needs a keyframe now. */
  #dropWaiting(): void {
    const inits = this.#waiting.filter(({ kind }) => kind === 'init');
    this.#droppedFragments += this.#waiting.length - inits.length;
    this.#waiting = inits.slice(-1);
    this.#bytes = 0;
    this.#skipping = true;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
