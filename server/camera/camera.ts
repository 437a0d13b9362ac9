/**
 * One configured camera: its one or two streams, and what the API says of it. How a stream is fed, shared and transcoded
 * is `camera-stream.ts`.
 */
import { RelayError } from '../errors.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { CameraInfo, RecordingInfo } from '../protocol.ts';
import { cameraInfo } from './camera-info.ts';
import type { CameraOptions } from './camera-options.ts';
import type { CameraStream } from './camera-stream.ts';
import { makeCameraStream } from './make-camera-stream.ts';
import { LoginMemory } from './pull/login-memory.ts';
import type { CameraMemory } from './pull/pull-options.ts';
import type { Publication, Publisher } from './pull/push-intake.ts';
import type { CameraCheck, CheckTarget } from './source/camera-checks.ts';
import type { BusCodec, LiveSource, PictureSource, StreamName, StreamWish } from './stream-wish.ts';
import { SubFallback } from './sub-fallback.ts';
import type { SupplyStatus } from './supply.ts';

export class Camera {
  readonly id: string;
  readonly #options: CameraOptions;
  readonly #login: LoginMemory;
  readonly #main: CameraStream;
  readonly #sub: CameraStream | null;
  readonly #fallback = new SubFallback();
  #closing: Promise<void> | null = null;
  #check: CameraCheck | null = null;
  #recording: () => RecordingInfo | null = () => null;

  constructor(options: CameraOptions) {
    this.id = options.id;
    this.#options = options;
    this.#login = options.login ?? new LoginMemory(options.timings.refusedLoginRetryMs);
    const { keep, idleTimeoutMs, source, subSource = null, memories } = options;
    this.#main = this.#newStream(
      'main',
      source,
      memories.main,
      keep === 'always' ? Number.POSITIVE_INFINITY : idleTimeoutMs,
    );
    this.#sub = subSource === null ? null : this.#newStream('sub', subSource, memories.sub, idleTimeoutMs);
  }

  /** Begins to pull a camera with `keep: "always"`; the others wait for a viewer. */
  start(): void {
    this.#main.start();
  }

  /**
   * Attaches a viewer to the main stream as it comes from the camera, which starts it where necessary. One that cannot be
   * served is ended at once. For viewers that may not play what comes, or want something else, there is `output`.
   */
  attach(viewer: Viewer): void {
    if (this.#closing !== null) viewer.end(new RelayError('going-away'));
    else this.#main.direct.attach(viewer);
  }

  /** The viewer is gone, by whatever road. Idempotent. */
  detach(viewer: Viewer): void {
    this.#main.direct.detach(viewer);
  }

  /**
   * Where viewers with this wish attach; the same object for the same wish.
   * @throws RelayError `bad-request` for a profile that does not exist
   */
  output(wish: StreamWish): LiveSource {
    const profile = wish.profile === 'auto' ? (this.#options.profile ?? 'auto') : wish.profile;
    return this.#streamOf(wish.stream).output({ ...wish, profile });
  }

  /**
   * A stream as it comes, for pictures of it; the same object for the same stream. Null: the one that runs, else the main
   * one. Its `id` tells the camera's streams apart.
   */
  pictures(name: StreamName | null): PictureSource {
    if (name !== null) return this.#streamOf(name).pictures;
    const { pictures } = this.#main;
    const sub = this.#sub?.pictures;
    return pictures.info.state !== 'live' && sub?.info.state === 'live' ? sub : pictures;
  }

  /** What a stream carries as far as it is known, e.g. from the last time; null when it never was. */
  sends(stream: StreamName): BusCodec | null {
    return this.#streamOf(stream).sends;
  }

  /** As `LiveSource` has it. */
  get oneOfMany(): boolean {
    return this.hasSub;
  }

  get hasSub(): boolean {
    return this.#sub !== null;
  }

  /** False as well while the sub stream cannot be had, and its viewers get the main one. */
  get givesSub(): boolean {
    return this.#sub !== null && this.#fallback.failure(Date.now()) === null;
  }

  /** What a publisher has to show; null for a camera that is pulled. */
  get publishKey(): string | null {
    return this.#options.push?.key ?? null;
  }

  /**
   * Lets a publisher in whose key has been checked.
   * @throws RelayError `already-published`; `method-not-allowed` for a camera that is pulled
   */
  publish(publisher: Publisher): Publication {
    const intake = this.#main.feeds[0]?.intake ?? null;
    if (intake === null) throw new RelayError('method-not-allowed', 'This camera is pulled; nobody publishes to it.');
    return intake.publish(publisher);
  }

  /** A person asks for another try: a refused login is forgotten, and a wait for the next try ends. */
  retry(): void {
    this.#login.forget();
    this.#fallback.forget();
    for (const { feeds } of this.#streams) for (const feed of feeds) feed.pull.retry();
    this.#options.onChanged(this);
  }

  get viewers(): number {
    return this.#streams.reduce((sum, stream) => sum + stream.viewers, 0);
  }

  /** What `GET /api/cameras` says of this camera. */
  get info(): CameraInfo {
    const { id, title, demo } = this.#options;
    return cameraInfo({
      id,
      title,
      demo,
      main: this.#main,
      sub: this.#sub,
      recording: this.#recording(),
      check: this.#check,
      refusal: this.#login.refusedAt(Date.now()),
      subFailure: this.#fallback.failure(Date.now()),
    });
  }

  /** Where the pictures of the main stream are fetched and with which login; null where they are sent to us. */
  get pulled(): (CheckTarget & { readonly hasSub: boolean; readonly profileOutput: readonly string[] | null }) | null {
    const { source, push, profileOutput } = this.#options;
    return push === undefined ? { source, login: this.#login, hasSub: this.#sub !== null, profileOutput } : null;
  }

  /** RTP packets that never came over UDP since the relay started. */
  get lostPackets(): number {
    return this.#main.feeds.reduce((sum, feed) => sum + (feed.pull.lostPackets ?? 0), 0);
  }

  /** What to ask while nobody watches; null when there is nothing to ask, or a pull tells more than a check would. */
  get checkTarget(): CheckTarget | null {
    const { source, push, keep } = this.#options;
    if (push !== undefined || keep === 'always' || this.#closing !== null) return null;
    return this.info.state === 'idle' ? { source, login: this.#login } : null;
  }

  /** What came of asking; news only when it is another answer than before. */
  noteCheck(check: CameraCheck): void {
    const before = this.#check?.failure?.code;
    this.#check = check;
    if (before !== check.failure?.code) this.#options.onChanged(this);
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
    await Promise.all(this.#streams.map((stream) => stream.close()));
  }

  get #streams(): readonly CameraStream[] {
    return this.#sub === null ? [this.#main] : [this.#main, this.#sub];
  }

  #streamOf(name: StreamName): CameraStream {
    return name === 'sub' ? (this.#sub ?? this.#main) : this.#main;
  }

  #newStream(name: StreamName, source: RtspSource, memory: CameraMemory, idleTimeoutMs: number): CameraStream {
    return makeCameraStream(this.#options, {
      name,
      source,
      memory,
      idleTimeoutMs,
      login: this.#login,
      onFeedChanged: ({ pull }) => this.#feedChanged(name, pull.status),
      onChanged: () => this.#options.onChanged(this),
      ...(name === 'sub' ? { instead: () => (this.givesSub ? null : this.#main) } : {}),
    });
  }

  #feedChanged(name: StreamName, status: SupplyStatus): void {
    if (name === 'sub' && this.#fallback.note(status) && status.failure !== null) this.#sub?.giveUp(status.failure);
    this.#options.onChanged(this);
  }
}
