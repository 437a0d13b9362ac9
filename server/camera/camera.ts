/**
 * One configured camera: who watches it, through which feeds, and what the API says of it. With `sharing: "shared"`
 * all viewers have one feed; with `"viewer"` each has an ffmpeg of its own.
 */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../ffmpeg/redact.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import type { StreamOptions } from '../hub/stream.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { CameraInfo, RecordingInfo } from '../protocol.ts';
import { cameraInfo } from './camera-info.ts';
import { Feed } from './feed.ts';
import { LoginMemory } from './login-memory.ts';
import type { CameraMemory, PullTimings } from './pull.ts';

export interface CameraOptions {
  readonly id: string;
  readonly title: string;
  readonly demo: boolean;
  readonly source: RtspSource;
  readonly profileOutput: readonly string[] | null;
  readonly sharing: 'shared' | 'viewer';
  readonly keep: 'always' | 'onDemand';
  readonly idleTimeoutMs: number;
  readonly timings: PullTimings;
  /** Shared by cameras that log in to the same device with the same login; one of its own when left out. */
  readonly login?: LoginMemory;
  readonly stream: Omit<StreamOptions, 'onViewersChanged'>;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Told after every change that `info` shows, but for the running rates. */
  readonly onChanged: (camera: Camera) => void;
}

export class Camera {
  readonly id: string;
  readonly #options: CameraOptions;
  readonly #memory: CameraMemory = { sources: null, neverCopyVideo: false };
  readonly #login: LoginMemory;
  readonly #shared: Feed | null;
  readonly #own = new Map<Viewer, Feed>();
  readonly #ending = new Set<Promise<void>>();
  #endedStarts = 0;
  #emptySinceMs = Date.now();
  #closing: Promise<void> | null = null;
  #recording: () => RecordingInfo | null = () => null;

  constructor(options: CameraOptions) {
    this.id = options.id;
    this.#options = options;
    this.#login = options.login ?? new LoginMemory(options.timings.refusedLoginRetryMs);
    const alone = options.sharing === 'viewer';
    this.#shared = alone
      ? null
      : this.#newFeed(options.keep === 'always' ? Number.POSITIVE_INFINITY : options.idleTimeoutMs);
  }

  /** Begins to pull a camera with `keep: "always"`; the others wait for a viewer. */
  start(): void {
    this.#shared?.start();
  }

  /** Attaches a viewer, which starts the camera where necessary. A viewer that cannot be served is ended at once. */
  attach(viewer: Viewer): void {
    if (this.#closing !== null) viewer.end(new RelayError('going-away'));
    else if (this.#shared !== null) this.#shared.attach(viewer);
    else {
      const feed = this.#newFeed(0);
      this.#own.set(viewer, feed);
      feed.attach(viewer);
    }
  }

  /** The viewer is gone, by whatever road. Idempotent. */
  detach(viewer: Viewer): void {
    this.#shared?.stream.detach(viewer);
    const feed = this.#own.get(viewer);
    if (feed === undefined) return;
    this.#own.delete(viewer);
    feed.stream.detach(viewer);
    this.#endedStarts += feed.pull.starts;
    this.#emptySinceMs = Date.now();
    const ending = feed.close(new RelayError('going-away'));
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  /** A person asks for another try: a refused login is forgotten, and a wait for the next try ends. */
  retry(): void {
    this.#login.forget();
    for (const feed of this.#feeds) feed.pull.retry();
    this.#options.onChanged(this);
  }

  get viewers(): number {
    return this.#feeds.reduce((sum, feed) => sum + feed.stream.viewers, 0);
  }

  /** What `GET /api/cameras` says of this camera. */
  get info(): CameraInfo {
    const { id, title, demo } = this.#options;
    return cameraInfo({
      id,
      title,
      demo,
      feeds: this.#feeds,
      endedStarts: this.#endedStarts,
      emptySinceMs: this.#emptySinceMs,
      recording: this.#recording(),
    });
  }

  /** Who records this camera says here what `info` shows of it, and calls `recordingChanged` when that is another. */
  showRecording(ask: () => RecordingInfo | null): void {
    this.#recording = ask;
  }

  recordingChanged(): void {
    this.#options.onChanged(this);
  }

  /** Ends every viewer with `going-away` and every ffmpeg; resolves when they are gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const goingAway = new RelayError('going-away');
    await Promise.all([...this.#feeds.map((feed) => feed.close(goingAway)), ...this.#ending]);
  }

  get #feeds(): Feed[] {
    return this.#shared === null ? [...this.#own.values()] : [this.#shared];
  }

  #newFeed(idleTimeoutMs: number): Feed {
    const { id, source, profileOutput, timings, ffmpeg, redactor, log, stream } = this.#options;
    return new Feed({
      stream,
      idleTimeoutMs,
      pull: {
        cameraId: id,
        source,
        profileOutput,
        timings,
        memory: this.#memory,
        login: this.#login,
        ffmpeg,
        redactor,
        log,
        onChanged: () => this.#options.onChanged(this),
      },
    });
  }
}
