/**
 * Records one camera: takes its samples like any viewer, cuts them into files, keeps the pre-roll. Whether
 * it should is decided by `record-policy.ts` and told by `recordings.ts`; it never makes the stream wait.
 */
import type { SampleReceiver } from '../../delivery/fmp4/sample-stream.ts';
import { opens } from '../../delivery/fmp4/sample-times.ts';
import type { RelayError } from '../../errors.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { RecordingInfo, RecordingState, RecordReason } from '../../protocol.ts';
import { cutFile } from './cut-policy.ts';
import { OpenRecording } from './open-recording.ts';
import { PreRoll } from './pre-roll.ts';
import type { RecordDecision } from './record-policy.ts';
import type { RecorderOptions } from './recorder-options.ts';
import type { RecordingFile } from './recording-file.ts';
import { DISK_BEHIND, type RecordingTrouble, troubleOf } from './recording-trouble.ts';

const NOTHING: RecordDecision = { reason: null, untilMs: null, hold: false };
/** Without a sample for so long the file is ended: what there is can then be played to its end. */
const SILENCE_MS = 5_000;
/** After a camera or a disk refused. */
const REATTACH_MIN_MS = 1_000;
const REATTACH_MAX_MS = 30_000;
const DISK_RETRY_MS = 10_000;
/** Renewed at every tick while it lasts. */
const REFUSAL_HOLDS_MS = 500;
/** Files of which a disk has not written the end: each holds what waits for it in memory. */
const MAX_CLOSING = 3;

/**
 * ```
 * (off) ──hold──▶ armed ──reason──▶ waiting ──keyframe──▶ recording ──reason gone──▶ armed, (off)
 *                                      ▲  ▲                  │  │
 *                                      │  └── camera silent ─┘  └─ disk refuses ─▶ disk-full, failed
 *                                      └──────────────── time, room ──────────────────────┘
 * ```
 */
export class Recorder implements SampleReceiver {
  readonly #options: RecorderOptions;
  readonly #preRoll: PreRoll | null;
  readonly #closing = new Set<Promise<void>>();
  #decision = NOTHING;
  #event: string | null = null;
  #attached = false;
  #open: OpenRecording | null = null;
  #lastSampleMs = 0;
  #trouble: (RecordingTrouble & { readonly untilMs: number }) | null = null;
  #cameraMessage: string | null = null;
  #reattachMs = REATTACH_MIN_MS;
  #reattachTimer: NodeJS.Timeout | null = null;
  #shown = '';
  #sinceMs = Date.now();
  #closedBytes = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { preRollMs, maxQueueBytes: maxBytes } = options;
    this.#preRoll = preRollMs === null ? null : new PreRoll({ lengthMs: preRollMs, maxBytes, opens });
  }

  get attached(): boolean {
    return this.#attached;
  }

  get info(): RecordingInfo | null {
    const state = this.#state;
    if (state === null) return null;
    const { reason, untilMs } = this.#decision;
    return {
      state,
      reason,
      event: reason === 'event' ? this.#event : null,
      message: this.#message(state),
      since: new Date(this.#sinceMs).toISOString(),
      until: untilMs === null ? null : new Date(untilMs).toISOString(),
      file: this.#open?.file.file.name ?? null,
      bytes: this.#closedBytes + (this.#open?.file.file.bytes ?? 0),
    };
  }

  /** What is to be done from now on. `event` names what happened, for `info`. */
  apply(decision: RecordDecision, event: string | null = null): void {
    const before = this.#decision;
    this.#decision = decision;
    this.#event = event;
    if (decision.hold && !this.#attached && this.#reattachTimer === null) this.#attach();
    if (decision.reason !== null && before.reason === null) this.#begin(decision.reason);
    if (decision.reason === null && before.reason !== null) this.#endFile();
    if (!decision.hold) this.#detach();
    this.#settle();
  }

  /**
   * Once a second or so: silence, and trouble that may be over. By a clock that nobody sets.
   * @param nowMs of `performance.now()`
   * @param refusal the disk has no room
   */
  tick(nowMs: number, refusal: RecordingTrouble | null): void {
    if (refusal !== null) this.#refuse(refusal, nowMs + REFUSAL_HOLDS_MS);
    // A disk that hangs would else be given file after file, each with its queue.
    else if (this.#trouble !== null && nowMs >= this.#trouble.untilMs && this.#closing.size === 0) this.#trouble = null;
    if (this.#open !== null && nowMs - this.#lastSampleMs > SILENCE_MS) this.#endFile();
    this.#settle();
  }

  take(samples: readonly Sample[]): void {
    this.#lastSampleMs = performance.now();
    this.#cameraMessage = null;
    this.#reattachMs = REATTACH_MIN_MS;
    const { reason } = this.#decision;
    for (const sample of samples) {
      if (reason !== null && this.#trouble === null) this.#record(sample, reason);
      else if (reason === null) this.#preRoll?.push(sample);
    }
    this.#settle();
  }

  end(error: RelayError): void {
    this.#attached = false;
    this.#cameraMessage = error.message;
    this.#endFile();
    this.#preRoll?.clear();
    if (this.#decision.hold) {
      this.#reattachTimer = setTimeout(() => {
        this.#reattachTimer = null;
        if (this.#decision.hold && !this.#attached) this.#attach();
      }, this.#reattachMs);
      this.#reattachMs = Math.min(REATTACH_MAX_MS, this.#reattachMs * 2);
    }
    this.#settle();
  }

  /** Lets the camera go; resolves when the last file is closed. Idempotent. */
  async close(): Promise<void> {
    this.apply(NOTHING);
    await Promise.all(this.#closing);
  }

  get #state(): RecordingState | null {
    const { reason, hold } = this.#decision;
    if (reason === null) return hold ? 'armed' : null;
    if (this.#trouble !== null) return this.#trouble.state;
    return this.#open === null ? 'waiting' : 'recording';
  }

  #message(state: RecordingState): string | null {
    if (this.#trouble !== null && state === this.#trouble.state) return this.#trouble.message;
    if (state === 'recording') return null;
    return this.#cameraMessage;
  }

  #attach(): void {
    this.#attached = true;
    this.#options.samples.add(this);
  }

  #detach(): void {
    if (this.#reattachTimer !== null) clearTimeout(this.#reattachTimer);
    this.#reattachTimer = null;
    if (!this.#attached) return;
    this.#attached = false;
    this.#options.samples.remove(this);
    this.#preRoll?.clear();
  }

  /** With what is in memory: an event from well before it, anything else from the keyframe that is being shown. */
  #begin(reason: RecordReason): void {
    this.#closedBytes = 0;
    if (this.#preRoll === null) return;
    const fromMs = reason === 'event' ? Date.now() - this.#options.preRollMs! : Number.POSITIVE_INFINITY;
    for (const sample of this.#preRoll.take(fromMs)) this.#record(sample, reason);
  }

  #record(sample: Sample, reason: RecordReason): void {
    const file = this.#open?.fit(sample) ?? null;
    const cut = cutFile({ opens: opens(sample), file, segmentMs: this.#options.segmentMs });
    if (cut !== 'continue') this.#endFile();
    if (cut === 'leave-out' || this.#trouble !== null) return;
    if (cut === 'new-file' && this.#closing.size > MAX_CLOSING) {
      this.#refuse(DISK_BEHIND, performance.now() + DISK_RETRY_MS);
      return;
    }
    if (cut === 'new-file') this.#beginFile(sample, reason);
    this.#open?.push(sample);
  }

  #beginFile(sample: Sample, reason: RecordReason): void {
    const { openFile, log, camera } = this.#options;
    const { init, arrivedAtMs: startedAtMs } = sample;
    const file = openFile({ startedAtMs, init, reason, onFailed: (error) => this.#failed(file, error) });
    this.#open = new OpenRecording(file, sample);
    log.info({ camera, file: file.file.name, reason }, 'recording begins a file');
  }

  #endFile(): void {
    const open = this.#open;
    if (open === null) return;
    open.flush();
    // The disk may have refused just that, which has ended the file already.
    if (this.#open !== open) return;
    this.#open = null;
    this.#closedBytes += open.file.file.bytes;
    const closed = this.#options.closeFile(open.file);
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  #failed(file: RecordingFile, error: Error): void {
    if (this.#open?.file !== file) return;
    const trouble = troubleOf(error);
    const { log, camera } = this.#options;
    log.error({ camera, err: error }, `recording stopped: ${trouble.message}`);
    this.#refuse(trouble, performance.now() + DISK_RETRY_MS);
    this.#settle();
  }

  #refuse(trouble: RecordingTrouble, untilMs: number): void {
    this.#trouble = { ...trouble, untilMs };
    this.#open?.drop();
    this.#endFile();
  }

  /** Tells when what `info` says is another thing than before. */
  #settle(): void {
    const state = this.#state;
    const { reason, untilMs } = this.#decision;
    const shown = state === null ? '' : `${state} ${reason}`;
    const full = `${shown} ${untilMs} ${this.#open?.file.file.name} ${this.#message(state ?? 'armed')}`;
    if (full === this.#shown) return;
    if (!this.#shown.startsWith(`${shown} `)) this.#sinceMs = Date.now();
    this.#shown = full;
    this.#options.onChanged();
  }
}
