/**
 * A viewer that takes bytes over a transport: one write under way at a time, a bounded queue behind it, and a jump to
 * the next keyframe when the transport cannot keep up. Which transport, and which format, is `delivery/`'s business.
 */
import { RelayError } from '../errors.ts';
import { backlogPolicy } from './backlog-policy.ts';
import type { ByteBatch } from './byte-batch.ts';
import type { WireForm } from './tag-batch.ts';
import type { JoinMode } from './viewer.ts';

/** The transport under a viewer. */
export interface ByteSink {
  /**
   * Hands bytes over. True when the transport can take more at once; otherwise `drained` is called when it can, once
   * and never before this returns. A transport that has failed need not call it: `end` or its own close follows.
   */
  write(bytes: Buffer, drained: () => void): boolean;
  /** Ends the connection, saying why. */
  end(error: RelayError): void;
}

export interface ByteViewerOptions {
  readonly id: string;
  readonly join: JoinMode;
  readonly audio: boolean;
  readonly sink: ByteSink;
  /** Bytes that may wait in the queue. */
  readonly maxQueueBytes: number;
  /** How long the viewer may be behind before it is ended with `too-slow`. */
  readonly maxLagMs: number;
  /** Told when tags were left out, with their number. */
  readonly onDropped?: (tags: number) => void;
}

/** With FLV's `WireForm` it is a `Viewer` of a stream. */
export class ByteViewer<Form = WireForm> {
  readonly id: string;
  readonly join: JoinMode;
  readonly audio: boolean;
  readonly #options: ByteViewerOptions;
  readonly #sink: ByteSink;
  readonly #onDrained = () => this.#drained();
  #form: Form | null = null;
  #headers: object | null = null;
  /** What was left out may have held new parameter sets, which must stand before the queue. */
  #lacksHeaders = false;
  #queue: ByteBatch<Form>[] = [];
  #queuedBytes = 0;
  #writing = false;
  #skipping = false;
  #behindSinceMs: number | null = null;
  #ended = false;
  #sentBytes = 0;
  #droppedTags = 0;

  constructor(options: ByteViewerOptions) {
    this.id = options.id;
    this.join = options.join;
    this.audio = options.audio;
    this.#options = options;
    this.#sink = options.sink;
  }

  /** Totals since the viewer was attached. */
  get stats(): { sentBytes: number; droppedTags: number; queuedBytes: number } {
    return { sentBytes: this.#sentBytes, droppedTags: this.#droppedTags, queuedBytes: this.#queuedBytes };
  }

  begin(batch: ByteBatch<Form>, form: Form): void {
    this.#form = form;
    this.#headers = batch.headers;
    this.#write(batch.joinBytes(form));
  }

  push(batch: ByteBatch<Form>): void {
    const form = this.#form;
    if (form === null || this.#ended) return;
    if (!this.#writing && !this.#skipping) {
      this.#headers = batch.headers;
      const bytes = batch.bytes(form);
      if (bytes.length > 0) this.#write(bytes);
      return;
    }
    this.#fallBehind(batch, form);
  }

  end(error: RelayError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#sink.end(error);
  }

  #fallBehind(batch: ByteBatch<Form>, form: Form): void {
    const nowMs = performance.now();
    this.#behindSinceMs ??= nowMs;
    const decision = backlogPolicy({
      skipping: this.#skipping,
      writing: this.#writing,
      hasKeyframe: batch.keyframeIndex >= 0,
      queuedBytes: this.#queuedBytes + batch.bytes(form).length,
      maxQueueBytes: this.#options.maxQueueBytes,
      behindMs: nowMs - this.#behindSinceMs,
      maxLagMs: this.#options.maxLagMs,
    });
    switch (decision) {
      case 'queue':
        this.#enqueue(batch, form);
        break;
      case 'skip':
        this.#drop(batch.count);
        break;
      case 'jump':
        this.#drop(batch.entryIndex);
        this.#skipping = false;
        this.#lacksHeaders = batch.headers !== this.#headers;
        this.#enqueue(batch.fromKeyframe(), form);
        if (this.#writing) break;
        // It only waited for this keyframe, and is level with the stream again.
        this.#behindSinceMs = null;
        this.#sendQueue();
        break;
      case 'close':
        this.#tooSlow();
        break;
    }
  }

  #drop(newTags: number): void {
    const dropped = this.#queue.reduce((sum, batch) => sum + batch.count, newTags);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#skipping = true;
    if (dropped === 0) return;
    this.#droppedTags += dropped;
    this.#options.onDropped?.(dropped);
  }

  #enqueue(batch: ByteBatch<Form>, form: Form): void {
    this.#queue.push(batch);
    this.#queuedBytes += batch.bytes(form).length;
  }

  #drained(): void {
    this.#writing = false;
    if (this.#ended) return;
    if (this.#queue.length > 0) this.#sendQueue();
    else if (!this.#skipping) this.#behindSinceMs = null;
  }

  #sendQueue(): void {
    const form = this.#form;
    const first = this.#queue[0];
    if (form === null || first === undefined) return;
    const parts = this.#queue.map((batch) => batch.bytes(form));
    if (this.#lacksHeaders) parts.unshift(first.headerBytes(form));
    this.#lacksHeaders = false;
    this.#headers = this.#queue[this.#queue.length - 1]!.headers;
    this.#queue = [];
    this.#queuedBytes = 0;
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    // Sound alone leaves nothing for a viewer without it, and an empty chunk would end an answer over HTTP.
    if (bytes.length > 0) this.#write(bytes);
    if (!this.#writing) this.#behindSinceMs = null;
  }

  #write(bytes: Buffer): void {
    this.#sentBytes += bytes.length;
    this.#writing = !this.#sink.write(bytes, this.#onDrained);
  }

  #tooSlow(): void {
    const seconds = Math.round(this.#options.maxLagMs / 1000);
    this.end(new RelayError('too-slow', `The connection was more than ${seconds} s behind the camera.`));
  }
}
