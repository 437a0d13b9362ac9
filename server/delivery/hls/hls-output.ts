/**
 * One camera's HLS in one rendition: runs while consumers ask, holds requests until what they wait for is there. How
 * the stream is cut is `cutter.ts`, what is kept `segment-window.ts`, how it is told `playlist.ts`.
 */
import { RelayError } from '../../errors.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { SampleReceiver } from '../fmp4/sample-stream.ts';
import type { Content } from './content.ts';
import { Cutter } from './cutter.ts';
import { FileNames, playlistName, type Rendition } from './file-names.ts';
import type { HlsOutputOptions } from './hls-output-options.ts';
import type { RenditionReport, Variant } from './playlist.ts';
import { PlaylistTexts } from './playlist-texts.ts';
import { hasReached, refuseTooFar } from './reload-policy.ts';
import type { ReloadQuery } from './reload-query.ts';
import { SegmentWindow } from './segment-window.ts';
import { Waiters } from './waiters.ts';
import { WindowDisk } from './window-disk.ts';

/** Of target durations: how long a blocking reload waits (draft-pantos-hls-rfc8216bis section 6.2.5.2). */
const RELOAD_WAIT = 3;
/** What was measured is not all that will come, least of all at the start. */
const PEAK_MARGIN = { early: 1.5, later: 1.1 } as const;
const EARLY_SEGMENTS = 5;

/**
 * ```
 * idle ──playlist asked──▶ running ──nobody asked for idleTimeoutMs, end(error)──▶ idle
 * ```
 * The window's numbers and the names go on from one run to the next, and mostly what the playlist promises (`cutter.ts`).
 */
export class HlsOutput implements SampleReceiver {
  readonly #options: HlsOutputOptions;
  readonly #window: SegmentWindow;
  readonly #waiters: Waiters;
  readonly #cutter: Cutter;
  readonly #texts: PlaylistTexts;
  readonly #disk: WindowDisk | null;
  #running = false;
  #ended: RelayError | null = null;
  #lastUsedMs = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: HlsOutputOptions) {
    const { rendition, limits, notes, newWriter, disk } = options;
    const { window: listed, keepExpired: expired, maxBytes, maxDiskBytes } = limits;
    this.#options = options;
    this.#waiters = new Waiters(options.maxWaiting);
    const windowLimits = { listed, expired, maxBytes, maxDiskBytes };
    const window = new SegmentWindow(windowLimits, options.first, (path) => disk?.remove(path));
    this.#window = window;
    this.#disk = disk === undefined ? null : new WindowDisk(window, disk);
    this.#cutter = new Cutter({
      notes,
      limits,
      window,
      needsInits: rendition.container === 'fmp4',
      ...(newWriter === undefined ? {} : { newWriter }),
    });
    this.#texts = new PlaylistTexts({
      window,
      cutter: this.#cutter,
      names: new FileNames(rendition, options.start),
      lowLatency: this.#lowLatency,
      reports: options.reports ?? (() => []),
    });
  }

  get rendition(): Rendition {
    return this.#options.rendition;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Of segments. */
  get bytes(): { readonly memory: number; readonly disk: number } {
    return { memory: this.#window.bytes + this.#cutter.bytes, disk: this.#window.diskBytes };
  }

  /** As the cutter has it. */
  get outgrown(): boolean {
    return this.#cutter.outgrown;
  }

  /** How far it is, for the playlists of other renditions; null while there is nothing to tell. */
  get report(): RenditionReport | null {
    const { open, listed } = this.#window;
    const newest = open !== null && open.parts.length > 0 ? open : listed.at(-1);
    if (!this.#running || newest === undefined) return null;
    const uri = playlistName(this.#options.rendition);
    return { uri, lastSequence: newest.sequence, lastPart: this.#lowLatency ? newest.parts.length - 1 : null };
  }

  /**
   * What the multivariant playlist says of this rendition; starts the camera and resolves when there is something to
   * play.
   * @throws RelayError why the camera cannot be shown, or `timeout`
   */
  async variant(signal: AbortSignal): Promise<Variant> {
    await this.#playable(signal);
    const init = this.#cutter.newestInit!;
    const listed = this.#window.listed;
    return {
      uri: playlistName(this.#options.rendition),
      codecs: init.codecs,
      peakBitrate: this.#cutter.peakBitrate * (listed.length < EARLY_SEGMENTS ? PEAK_MARGIN.early : PEAK_MARGIN.later),
      averageBitrate: this.#cutter.averageBitrate,
      width: init.video?.width ?? 0,
      height: init.video?.height ?? 0,
      fps: init.video === null ? 0 : 1000 / this.#cutter.frameMs,
    };
  }

  /**
   * The media playlist, held back as the query asks.
   * @throws RelayError as `variant`; `bad-request` for what is too far ahead; `stalled` when it does not come
   */
  async playlist(query: ReloadQuery, signal: AbortSignal): Promise<string> {
    await this.#playable(signal);
    const { sequence, part, skip } = query;
    if (sequence !== null && this.#lowLatency) {
      refuseTooFar(this.#window, sequence, part, this.#cutter.plan?.partTargetMs ?? 1000);
      await this.#waiters.until(() => (hasReached(this.#window, sequence, part) ? true : undefined), {
        withinMs: RELOAD_WAIT * this.#targetMs,
        late: () => new RelayError('stalled', 'The camera sent too little for the next part of the playlist.'),
        signal,
      });
      this.#touch();
    }
    return this.#texts.text(skip);
  }

  /** An init segment; null when there is none of this number any more. */
  init(number: number): Buffer | null {
    this.#touch();
    return this.#cutter.init(number)?.bytes ?? null;
  }

  /** A whole segment's bytes; null when it is no more, or not yet. */
  segment(sequence: number): readonly Content[] | null {
    this.#touch();
    const segment = this.#window.find(sequence);
    if (segment === undefined || segment === this.#window.open) return null;
    return segment.parts.map(({ bytes }) => bytes);
  }

  /** A part's bytes; one that was hinted at is waited for. Null when it is no more, too far ahead, or does not come. */
  async part(sequence: number, index: number, signal: AbortSignal): Promise<Content | null> {
    this.#touch();
    const look = (): Content | null | undefined => {
      const segment = this.#window.find(sequence);
      if (segment?.still === true) return null;
      const part = segment?.parts[index];
      if (part !== undefined) return part.bytes;
      const isOpen = sequence === this.#window.openSequence;
      const isNext = isOpen ? index === (segment?.parts.length ?? 0) : sequence === this.#window.openSequence + 1;
      return this.#running && this.#lowLatency && isNext && (isOpen || index === 0) ? undefined : null;
    };
    try {
      const late = () => new RelayError('stalled');
      return await this.#waiters.until(look, { withinMs: RELOAD_WAIT * this.#targetMs, late, signal });
    } catch (error) {
      if (error instanceof RelayError && error.code !== 'overloaded') return null;
      throw error;
    }
  }

  take(samples: readonly Sample[]): void {
    if (!this.#cutter.take(samples)) return;
    this.#disk?.changed();
    this.#texts.changed();
    this.#waiters.wake();
  }

  end(error: RelayError): void {
    this.#ended = error;
    this.#stop();
    this.#waiters.fail(error);
  }

  /** Lets the camera go and refuses what waits. */
  close(): void {
    this.#options.samples.remove(this);
    this.end(new RelayError('going-away'));
  }

  get #lowLatency(): boolean {
    return this.#options.rendition.container === 'fmp4';
  }

  get #targetMs(): number {
    return (this.#cutter.plan?.targetDurationS ?? 1) * 1000;
  }

  async #playable(signal: AbortSignal): Promise<void> {
    this.#touch();
    if (!this.#running) this.#start();
    // A camera that is known to refuse says so within `add`.
    if (!this.#running) throw this.#ended ?? new RelayError('going-away');
    const { connectTimeoutMs, limits } = this.#options;
    await this.#waiters.until(() => (this.#window.listed.length > 0 ? true : undefined), {
      withinMs: connectTimeoutMs + limits.maxSegmentMs,
      late: () => new RelayError('timeout', 'The camera did not send a whole segment in time.'),
      signal,
    });
    this.#touch();
  }

  #start(): void {
    const { camera, rendition, log, samples } = this.#options;
    log.info({ camera, ...rendition }, 'HLS begins');
    this.#running = true;
    this.#cutter.begin();
    this.#armIdleTimer();
    samples.add(this);
  }

  #stop(): void {
    if (!this.#running) return;
    const { camera, rendition, log } = this.#options;
    this.#running = false;
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    this.#cutter.end();
    this.#window.clear();
    this.#texts.changed();
    log.info({ camera, ...rendition }, 'HLS ends');
  }

  #touch(): void {
    this.#lastUsedMs = performance.now();
  }

  /** Requests that wait count as use. A consumer that polls once per target duration must never find it asleep. */
  #armIdleTimer(): void {
    const idleMs = Math.max(this.#options.limits.idleTimeoutMs, RELOAD_WAIT * this.#targetMs);
    const sinceMs = this.#waiters.size > 0 ? 0 : performance.now() - this.#lastUsedMs;
    if (sinceMs >= idleMs) {
      this.#options.samples.remove(this);
      this.#stop();
      return;
    }
    this.#idleTimer = setTimeout(() => this.#armIdleTimer(), idleMs - sinceMs);
  }
}
