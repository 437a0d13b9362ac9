/**
 * A stream and the pull that feeds it, with the rule that joins them: the first viewer starts the pull, and
 * `idleTimeoutMs` after the last it ends.
 */
import { RelayError } from '../errors.ts';
import { Stream, type StreamOptions } from '../hub/stream.ts';
import type { Viewer } from '../hub/viewer.ts';
import { Pull } from './pull/pull.ts';
import type { PullOptions } from './pull/pull-options.ts';
import { PushIntake, type PushIntakeOptions } from './pull/push-intake.ts';
import type { BudgetHost, BudgetMember, SessionBudget } from './session-budget.ts';
import type { Supply } from './supply.ts';

export interface FeedOptions {
  readonly stream: Omit<StreamOptions, 'onViewersChanged'>;
  readonly pull: Omit<PullOptions, 'stream' | 'watched'>;
  /** A publisher sends the pictures, and nothing is pulled. */
  readonly push?: Pick<PushIntakeOptions, 'takeover'> | undefined;
  /** Counts this stream; left out: nobody does. */
  readonly budget?: SessionBudget | undefined;
  readonly host?: BudgetHost | null;
  /** How long the pull goes on with nobody watching, in ms; Infinity: for good, and it starts without anybody. */
  readonly idleTimeoutMs: number;
}

/**
 * Viewers who were turned away because the camera does not answer try again within this; until then its return is
 * watched for, so that they find a picture.
 */
const TURNED_AWAY_MS = 15_000;
/** How often a stream that is to be kept up, and found no place, looks for one. */
const PLACE_EVERY_MS = 10_000;

export class Feed implements BudgetMember {
  readonly cameraId: string;
  readonly host: BudgetHost | null;

  readonly stream: Stream;
  readonly pull: Supply;
  /** Where publishers come in; null for a camera that is pulled. */
  readonly intake: PushIntake | null;
  readonly #idleTimeoutMs: number;
  readonly #onChanged: () => void;
  readonly #budget: SessionBudget | null;
  #idleTimer: NodeJS.Timeout | null = null;
  #placeTimer: NodeJS.Timeout | null = null;
  #lastViewerAtMs = Number.NEGATIVE_INFINITY;
  /** Viewers that were let in since the relay started. */
  #admitted = 0;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#onChanged = options.pull.onChanged;
    this.cameraId = options.pull.cameraId;
    this.host = options.host ?? null;
    // A publisher's stream costs no session, and nobody here decides when it begins.
    this.#budget = options.push === undefined ? (options.budget ?? null) : null;
    this.stream = new Stream({ ...options.stream, onViewersChanged: (viewers) => this.#viewersChanged(viewers) });
    const { stream } = this;
    const { pull, push } = options;
    this.intake = push === undefined ? null : new PushIntake({ ...pull, ...push, stream });
    this.pull = this.intake ?? new Pull({ ...pull, stream, watched: () => this.#watched });
  }

  /** Pulls a camera that is kept up with nobody watching; leaves the others alone. */
  start(): void {
    if (!this.#keptAlways || this.#closed) return;
    try {
      this.pull.start(this.#budget?.enter(this));
    } catch (error) {
      const atMs = Date.now();
      const { message } = RelayError.from(error);
      this.pull.putOff({ code: 'too-many-sessions', message, atMs }, atMs + PLACE_EVERY_MS);
      this.#placeTimer = setTimeout(() => this.start(), PLACE_EVERY_MS);
    }
  }

  get idleSinceMs(): number | null {
    return this.stream.viewers > 0 || this.#keptAlways ? null : this.#lastViewerAtMs;
  }

  async makeRoom(): Promise<void> {
    this.#clearIdleTimer();
    await this.pull.stop();
  }

  /** Attaches a viewer and sees to it that the camera is pulled, or ends the viewer at once with the reason why not. */
  attach(viewer: Viewer): void {
    const { refusal } = this.pull;
    if (this.#closed) viewer.end(new RelayError('going-away'));
    else if (refusal !== null) viewer.end(new RelayError(refusal.code, refusal.message));
    else this.#admit(viewer);
  }

  #admit(viewer: Viewer): void {
    let place: Promise<void> | undefined;
    try {
      place = this.#budget?.enter(this);
    } catch (error) {
      viewer.end(RelayError.from(error));
      return;
    }
    this.#admitted++;
    this.stream.attach(viewer);
    this.pull.start(place);
    this.pull.retryNow();
  }

  /** Ends all viewers, then the pull; resolves when ffmpeg is gone. Idempotent. */
  async close(error: RelayError): Promise<void> {
    this.#closed = true;
    this.stream.end(error);
    this.#clearIdleTimer();
    if (this.#placeTimer !== null) clearTimeout(this.#placeTimer);
    await this.pull.close();
    this.#budget?.leave(this);
  }

  get #watched(): boolean {
    return this.stream.viewers > 0 || Date.now() - this.#lastViewerAtMs < TURNED_AWAY_MS;
  }

  get #keptAlways(): boolean {
    return this.#idleTimeoutMs === Number.POSITIVE_INFINITY;
  }

  #viewersChanged(viewers: number): void {
    this.#clearIdleTimer();
    this.#lastViewerAtMs = Date.now();
    if (viewers === 0 && !this.#keptAlways && !this.#closed) {
      const { status, awaitsReturn } = this.pull;
      // A pull that shows nothing is not worth keeping for the next viewer, unless he was here a moment ago.
      const waitMs = status.state !== 'waiting' ? this.#idleTimeoutMs : awaitsReturn ? TURNED_AWAY_MS : 0;
      this.#idleTimer = setTimeout(() => void this.#stopPulling(), waitMs);
    }
    this.#onChanged();
  }

  /** The place is free once the session is closed. Who came meanwhile, and may have left again, has begun another in it. */
  async #stopPulling(): Promise<void> {
    const admitted = this.#admitted;
    await this.pull.stop();
    if (this.#admitted === admitted) this.#budget?.leave(this);
  }

  #clearIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}
