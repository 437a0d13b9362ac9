/**
 * Every connection that watches: lets it in or not, gives it an id, attaches it to its source, logs its coming and
 * going, and keeps the totals. The transports are `ws-flv.ts`, `http-stream.ts` and `fmp4/ws-fmp4.ts`.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Camera } from '../camera/camera.ts';
import { RelayError } from '../errors.ts';
import { type ByteSink, ByteViewer } from '../hub/byte-viewer.ts';
import type { LiveQuery } from './live-query.ts';
import type { ViewerSource } from './viewer-source.ts';

export interface ViewerRegistryOptions {
  readonly maxViewers: number;
  readonly maxQueueBytes: number;
  readonly maxLagMs: number;
  readonly log: Logger;
}

export interface ViewerRequest<Form> {
  readonly camera: Pick<Camera, 'id'>;
  readonly source: ViewerSource<Form>;
  readonly format: 'flv' | 'mp4' | 'mjpeg';
  /** A format that is made of one stream alone has no wish. */
  readonly query: Omit<LiveQuery, 'wish'> & Partial<Pick<LiveQuery, 'wish'>>;
  readonly transport: 'websocket' | 'http';
  readonly address: string;
  /** Its `write` is called without the object. */
  readonly sink: ByteSink;
}

/** One attached connection. */
export interface Attendance {
  readonly id: string;
  /** The connection is gone. Idempotent. */
  leave(): void;
}

/** One drop line per second and relay, however many viewers drop. */
const DROP_LOG_EVERY_MS = 1_000;

export class ViewerRegistry {
  readonly #options: ViewerRegistryOptions;
  readonly #viewers = new Set<{ readonly stats: ByteViewer['stats'] }>();
  #pastBytes = 0;
  #pastDrops = 0;
  #unloggedDrops = new Map<string, number>();
  #dropTimer: NodeJS.Timeout | null = null;

  constructor(options: ViewerRegistryOptions) {
    this.#options = options;
  }

  /** How many of the places are taken. */
  get places(): { readonly used: number; readonly max: number } {
    return { used: this.#viewers.size, max: this.#options.maxViewers };
  }

  /** Since the relay started, over all viewers there are and were. */
  get totals(): { sentBytes: number; droppedTags: number } {
    let sentBytes = this.#pastBytes;
    let droppedTags = this.#pastDrops;
    for (const { stats } of this.#viewers) {
      sentBytes += stats.sentBytes;
      droppedTags += stats.droppedTags;
    }
    return { sentBytes, droppedTags };
  }

  /**
   * Attaches a connection to its source. The sink may be written to or ended before this returns.
   * @throws RelayError `overloaded`
   */
  join<Form>(request: ViewerRequest<Form>): Attendance {
    const { maxViewers, maxQueueBytes, maxLagMs, log } = this.#options;
    if (this.#viewers.size >= maxViewers) {
      throw new RelayError('overloaded', `All ${maxViewers} places for viewers are taken.`);
    }
    const { camera, source, format, query, transport, address, sink } = request;
    const id = randomBytes(6).toString('base64url');
    const line = { viewer: id, camera: camera.id };
    const sinceMs = performance.now();
    const viewer = new ByteViewer<Form>({
      id,
      join: query.join,
      audio: query.audio,
      maxQueueBytes,
      maxLagMs,
      onDropped: (tags) => this.#dropped(camera.id, tags),
      sink: {
        // Handed on as it is: a call between would cost on every write to every viewer.
        write: sink.write,
        end: (error) => {
          log.info({ ...line, reason: error.code }, `viewer ended: ${error.message}`);
          sink.end(error);
        },
      },
    });
    this.#viewers.add(viewer);
    const { wish, ...how } = query;
    log.info({ ...line, format, transport, address, ...how, ...wish }, 'viewer joined');
    source.attach(viewer);
    return {
      id,
      leave: () => {
        if (!this.#viewers.delete(viewer)) return;
        source.detach(viewer);
        const { sentBytes, droppedTags } = viewer.stats;
        this.#pastBytes += sentBytes;
        this.#pastDrops += droppedTags;
        const watchedMs = Math.round(performance.now() - sinceMs);
        log.info({ ...line, sentBytes, droppedTags, watchedMs }, 'viewer left');
      },
    };
  }

  /** Writes what is still to be logged. The connections are closed by their cameras. */
  close(): void {
    if (this.#dropTimer !== null) clearTimeout(this.#dropTimer);
    this.#logDrops();
  }

  #dropped(camera: string, tags: number): void {
    this.#unloggedDrops.set(camera, (this.#unloggedDrops.get(camera) ?? 0) + tags);
    this.#dropTimer ??= setTimeout(() => this.#logDrops(), DROP_LOG_EVERY_MS);
  }

  #logDrops(): void {
    this.#dropTimer = null;
    for (const [camera, tags] of this.#unloggedDrops) {
      this.#options.log.warn({ camera, tags }, 'tags left out for viewers that cannot keep up');
    }
    this.#unloggedDrops.clear();
  }
}
