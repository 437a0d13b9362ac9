/**
 * Plays a camera's recordings from any moment on: asks for the playlist of the time around it, and for the next one when
 * that ends. Which moments are recorded the page knows; how they look on a bar is `timeline.tsx`.
 */
import type { PeriodOptions } from '../player/hls-engine.ts';
import { ApiError, listRecordings, playlistUrl, readPlaylist, type TimeSpan } from './api.ts';
import { mediaOfMoment, momentOfMedia, type Piece, piecesOf } from './playlist-times.ts';

export interface PlaybackState {
  /** `ended`: nothing is recorded after what was shown. */
  readonly phase: 'idle' | 'loading' | 'ready' | 'ended' | 'failed';
  /** An `ApiError`, or `media` when the browser gave up; null unless `failed`. */
  readonly error: unknown;
}

export interface PlaybackOptions {
  readonly video: HTMLVideoElement;
  readonly camera: string;
  readonly onState: (state: PlaybackState) => void;
}

/** A playlist covers this much around the moment asked for: short enough to be small, long enough for steps back. */
const BEFORE_MS = 10 * 60_000;
const AFTER_MS = 50 * 60_000;
/** What follows is looked for so far. */
const AHEAD_MS = 7 * 24 * 3_600_000;
/** A recording that grows is gone on with when so much more is there. */
const MIN_MORE_MS = 2_000;

export class RecordingPlayback {
  readonly #options: PlaybackOptions;
  #pieces: readonly Piece[] = [];
  #visit: AbortController | null = null;
  #release: (() => void) | null = null;
  /** Shown while the picture of it is on its way. */
  #wantedMs: number | null = null;
  #rate = 1;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    options.video.addEventListener('ended', this.#onEnded);
    options.video.addEventListener('loadeddata', this.#onPicture);
    options.video.addEventListener('seeked', this.#onPicture);
  }

  /** The moment on the picture, Unix ms; null before the first. */
  get momentMs(): number | null {
    return this.#wantedMs ?? momentOfMedia(this.#pieces, this.#options.video.currentTime * 1000);
  }

  /** Shows the moment, or what was recorded next after it. Never rejects; see `onState`. */
  async playFrom(atMs: number, play = true): Promise<void> {
    const { video, camera } = this.#options;
    const mediaMs = this.#covers(atMs) ? mediaOfMoment(this.#pieces, atMs) : null;
    this.#wantedMs = atMs;
    if (mediaMs !== null && this.#release !== null) {
      video.currentTime = mediaMs / 1000;
      if (play) video.play().catch(() => {});
      this.#options.onState({ phase: 'ready', error: null });
      return;
    }
    this.#visit?.abort();
    const visit = new AbortController();
    this.#visit = visit;
    this.#options.onState({ phase: 'loading', error: null });
    const span = { fromMs: atMs - BEFORE_MS, toMs: Math.max(atMs + 1_000, Math.min(atMs + AFTER_MS, Date.now())) };
    try {
      const url = playlistUrl(camera, span);
      const pieces = piecesOf(await readPlaylist(url, visit.signal));
      const startMs = mediaOfMoment(pieces, atMs);
      if (startMs === null) {
        this.#wantedMs = null;
        this.#options.onState({ phase: 'ended', error: null });
        return;
      }
      const { isSupported, playPeriod } = await import('../player/hls-engine.ts');
      if (visit.signal.aborted) return;
      this.#stop();
      this.#pieces = pieces;
      this.#wantedMs = momentOfMedia(pieces, startMs);
      const attach = isSupported() ? playPeriod : playNatively;
      this.#release = attach({ video, url, startS: startMs / 1000, onEnd: (end) => this.#fail(end.reason) });
      if (play) video.play().catch(() => {});
      this.#options.onState({ phase: 'ready', error: null });
    } catch (error) {
      if (!visit.signal.aborted) this.#options.onState({ phase: 'failed', error });
    }
  }

  /** Moves by so much of what was recorded: gaps do not count. */
  seekBy(ms: number): void {
    const { video } = this.#options;
    const last = this.#pieces.at(-1);
    if (last === undefined || this.#release === null) return;
    const targetMs = video.currentTime * 1000 + ms;
    const endMs = last.mediaMs + last.durationMs;
    if (targetMs >= 0 && targetMs < endMs) {
      this.#wantedMs = null;
      video.currentTime = targetMs / 1000;
      return;
    }
    const moment = momentOfMedia(this.#pieces, video.currentTime * 1000);
    if (moment !== null && targetMs < 0) void this.playFrom(moment + ms, !video.paused);
    else void this.#goOn();
  }

  /** Idempotent. */
  close(): void {
    const { video } = this.#options;
    video.removeEventListener('ended', this.#onEnded);
    video.removeEventListener('loadeddata', this.#onPicture);
    video.removeEventListener('seeked', this.#onPicture);
    this.#visit?.abort();
    this.#stop();
  }

  readonly #onEnded = (): void => void this.#goOn();

  readonly #onPicture = (): void => {
    if (this.#options.video.seeking) return;
    this.#wantedMs = null;
    this.#options.video.playbackRate = this.#rate;
  };

  #covers(atMs: number): boolean {
    const [first, last] = [this.#pieces[0], this.#pieces.at(-1)];
    return first !== undefined && atMs >= first.atMs && atMs < last!.atMs + last!.durationMs;
  }

  async #goOn(): Promise<void> {
    const last = this.#pieces.at(-1);
    if (last === undefined) return;
    const endMs = last.atMs + last.durationMs;
    this.#visit?.abort();
    const visit = new AbortController();
    this.#visit = visit;
    try {
      const { periods } = await listRecordings(
        this.#options.camera,
        { fromMs: endMs, toMs: endMs + AHEAD_MS },
        visit.signal,
      );
      const next = nextFrom(
        periods.map(({ from, to }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) })),
        endMs,
      );
      if (next === null) this.#options.onState({ phase: 'ended', error: null });
      else await this.playFrom(next);
    } catch (error) {
      if (!visit.signal.aborted) this.#options.onState({ phase: 'failed', error });
    }
  }

  #fail(reason: { readonly code: string; readonly message: string } | null): void {
    const error =
      reason === null || reason.code === 'internal' ? 'media' : new ApiError(400, reason.code, reason.message);
    this.#options.onState({ phase: 'failed', error });
    this.#stop();
  }

  #stop(): void {
    // A new source begins at the default pace.
    this.#rate = this.#options.video.playbackRate;
    this.#release?.();
    this.#release = null;
    this.#pieces = [];
  }
}

/** Pure: where playing goes on after an end; null when there is nothing worth it. */
export function nextFrom(periods: readonly TimeSpan[], endMs: number): number | null {
  const next = periods.find(({ toMs }) => toMs - endMs > MIN_MORE_MS);
  return next === undefined ? null : Math.max(next.fromMs, endMs);
}

/** For browsers that play playlists themselves and know no MSE: iPhones. */
function playNatively({ video, url, startS, onEnd }: PeriodOptions): () => void {
  const onMetadata = () => {
    video.currentTime = startS;
  };
  const onError = () => onEnd({ code: 0, reason: null });
  video.addEventListener('loadedmetadata', onMetadata, { once: true });
  video.addEventListener('error', onError);
  video.src = url.href;
  return () => {
    video.removeEventListener('loadedmetadata', onMetadata);
    video.removeEventListener('error', onError);
    video.removeAttribute('src');
    video.load();
  };
}
