/**
 * One ffmpeg's service for a stream, from its start to its exit: bytes in, tags published, a watchdog on the picture.
 * What follows an end is `pull.ts`.
 */
import { RelayError } from '../../errors.ts';
import type { FfmpegCapabilities } from '../../ffmpeg/capabilities.ts';
import { needsNewGuess, type PullPlan, planPull } from '../../ffmpeg/codec-policy.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import type { FfmpegExit, FfmpegRun } from '../../ffmpeg/run.ts';
import { sourceInput, sourceKind } from '../../ffmpeg/source-input.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import { sourceLogin } from '../../ffmpeg/user-info.ts';
import type { Tag } from '../../flv/tag.ts';
import { tcpAddressOf } from '../source/source-address.ts';
import type { TagPipeline } from '../tag-pipeline.ts';
import { ClockWatch } from './clock-watch.ts';
import { HttpFlvRun } from './http-flv-run.ts';
import { likelyTracks, soundIsMissing, soundPatienceMs } from './likely-source.ts';
import { PinnedLine } from './pinned-line.ts';
import type { PullOptions } from './pull-options.ts';
import { VideoWatchdog } from './video-watchdog.ts';

export interface AttemptEnd {
  /** Null: start once more at once, because only now it is known what the camera sends. */
  readonly failure: RelayError | null;
  /** A picture came before the end. */
  readonly wasLive: boolean;
}

export interface AttemptEvents {
  readonly onRunning: () => void;
  readonly onPicture: () => void;
  readonly onTags: (tags: readonly Tag[]) => void;
}

/** ffmpeg's own time-out is for what the watchdog cannot see, so it comes later. */
const FFMPEG_TIMEOUT_MARGIN_MS = 3_000;

export class PullAttempt {
  readonly #options: PullOptions;
  readonly #pipeline: TagPipeline;
  readonly #events: AttemptEvents;
  readonly #clock = new ClockWatch();
  #failure: RelayError | null = null;
  #announced: SourceTracks | null = null;
  #guessedWrong = false;
  #sourceKnown = false;
  #wasLive = false;
  #run: FfmpegRun | null = null;
  #line: PinnedLine | null = null;

  constructor(options: PullOptions, pipeline: TagPipeline, events: AttemptEvents) {
    this.#options = options;
    this.#pipeline = pipeline;
    this.#events = events;
  }

  /** RTP packets that ffmpeg missed, over UDP. */
  get lostPackets(): number {
    return this.#run?.lostPackets ?? 0;
  }

  /** Runs until ffmpeg has exited: by itself, by the watchdog, or because `stopping` is aborted. Never rejects. */
  async run(stopping: AbortSignal): Promise<AttemptEnd> {
    try {
      const { run, plan, capabilities } = await this.#start(stopping);
      this.#run = run;
      const stop = () => void run.stop();
      stopping.addEventListener('abort', stop);
      if (stopping.aborted) stop();
      this.#events.onRunning();
      const exit = await this.#serve(run, plan, capabilities);
      stopping.removeEventListener('abort', stop);
      if (this.#guessedWrong) return { failure: null, wasLive: this.#wasLive };
      this.#failure ??= failureOf(exit);
      if (this.#failure.code === 'codec' && plan.video === 'copy') return this.#insteadOf(run);
    } catch (error) {
      this.#failure ??= RelayError.from(error);
    } finally {
      await this.#line?.close();
    }
    this.#options.preparer?.forget(this.#options.source);
    return { failure: this.#failure, wasLive: this.#wasLive };
  }

  async #start(stopping: AbortSignal): Promise<{ run: FfmpegRun; plan: PullPlan; capabilities: FfmpegCapabilities }> {
    const { cameraId, ffmpeg, timings, memory, redactor } = this.#options;
    const { profileOutput, maxHeight = null, hevcOnBus } = this.#options;
    const capabilities = await ffmpeg.capabilities();
    const { source, tracks } = await this.#prepare(stopping);
    this.#announced = tracks;
    const timeoutMs = Math.max(timings.connectTimeoutMs, timings.stallTimeoutMs) + FFMPEG_TIMEOUT_MARGIN_MS;
    const { input, inputOptions, secrets } = sourceInput(source, capabilities, timeoutMs);
    for (const secret of secrets) redactor.add(secret);
    const direct = this.#startDirectly(source, timeoutMs);
    if (direct !== null) return { ...direct, capabilities };
    const { neverCopyVideo } = memory;
    const question = {
      source: likelyTracks(tracks, memory),
      profileOutput,
      maxHeight,
      capabilities,
      hevcOnBus,
      neverCopyVideo,
      soundIsMissing: soundIsMissing(memory, Date.now()),
    };
    const copying = planPull(question);
    const encoder = copying.video === 'transcode' ? await ffmpeg.encoder() : null;
    const plan = encoder === null ? copying : planPull({ ...question, encoder });
    memory.encoder = encoder === null ? null : { name: encoder.name, hardware: encoder.hardware };
    this.#pipeline.reads(plan.format);
    const { outputOptions, format } = plan;
    this.#line = await openLine(source, timings.connectTimeoutMs);
    const run = ffmpeg.start({
      camera: cameraId,
      input,
      inputOptions: [...plan.inputOptions, ...inputOptions],
      outputOptions,
      format,
      ...(this.#line === null ? {} : { environment: this.#line.environment }),
    });
    return { run, plan, capabilities };
  }

  async #prepare(stopping: AbortSignal): Promise<{ source: RtspSource; tracks: SourceTracks | null }> {
    const { source, preparer, login } = this.#options;
    if (preparer === undefined) return { source, tracks: null };
    return login.inTurn(() => preparer.prepare(source, stopping), stopping);
  }

  async #serve(run: FfmpegRun, plan: PullPlan, capabilities: FfmpegCapabilities): Promise<FfmpegExit> {
    const { connectTimeoutMs, stallTimeoutMs } = this.#options.timings;
    const watchdog = new VideoWatchdog({
      connectTimeoutMs,
      stallTimeoutMs,
      hasBegun: () => run.pid !== undefined || run instanceof HttpFlvRun,
      onExpired: (error) => this.#fail(run, error),
    });
    let soundTimer: NodeJS.Timeout | undefined;
    run.onSources = (sources) => {
      this.#options.memory.sources = sources;
      if (run instanceof HttpFlvRun) return;
      if (!needsNewGuess(plan, sources, capabilities)) {
        soundTimer = this.#waitForSound(run, plan);
        return;
      }
      this.#options.memory.misannounced = this.#announced;
      this.#planAnew(run);
    };
    const onData = (chunk: Buffer) => this.#take(chunk, run, watchdog);
    run.output.on('data', onData);
    const exit = await run.exited;
    clearTimeout(soundTimer);
    watchdog.close();
    run.output.off('data', onData);
    return exit;
  }

  /** Nothing comes of an input that is open: then it is sound that an encoder waits for, and the picture with it. */
  #waitForSound(run: FfmpegRun, plan: PullPlan): NodeJS.Timeout | undefined {
    const patienceMs = soundPatienceMs(plan, this.#options.timings.connectTimeoutMs);
    if (patienceMs === null) return undefined;
    return setTimeout(() => {
      if (this.#sourceKnown) return;
      this.#options.log.warn({ camera: this.#options.cameraId }, 'the sound that the camera announces does not come');
      this.#options.memory.soundMissedAtMs = Date.now();
      this.#planAnew(run);
    }, patienceMs);
  }

  #planAnew(run: FfmpegRun): void {
    this.#guessedWrong = true;
    void run.stop();
  }

  /** FLV over HTTP that needs nothing done to it is taken as it comes; null where ffmpeg has to have a hand in it. */
  #startDirectly(source: RtspSource, timeoutMs: number): { run: FfmpegRun; plan: PullPlan } | null {
    const { profileOutput, maxHeight = null, hevcOnBus, memory } = this.#options;
    const asIs =
      !profileOutput?.length &&
      maxHeight === null &&
      !memory.neverCopyVideo &&
      !memory.flvByFfmpeg &&
      source.input.length === 0;
    if (!asIs || sourceKind(source.url) !== 'flv') return null;
    const plan: PullPlan = {
      ...{ inputOptions: [], outputOptions: [], format: 'flv', video: 'copy', audio: 'copy', hevcOnBus },
    };
    this.#pipeline.reads('flv');
    return { run: new HttpFlvRun(sourceLogin(source), { timeoutMs, hevcOnBus }), plan };
  }

  /** Some H.264 (B-frames over RTSP, say) cannot be copied, and some FLV not taken as it is; that shows when it is tried. */
  #insteadOf(run: FfmpegRun): AttemptEnd {
    if (run instanceof HttpFlvRun) this.#options.memory.flvByFfmpeg = true;
    else this.#options.memory.neverCopyVideo = true;
    return { failure: null, wasLive: this.#wasLive };
  }

  #take(chunk: Buffer, run: FfmpegRun, watchdog: VideoWatchdog): void {
    if (this.#failure !== null || this.#guessedWrong) return;
    run.markStarted();
    watchdog.heard();
    try {
      const tags = this.#pipeline.push(chunk);
      const { tracks } = this.#pipeline;
      if (!this.#sourceKnown && tracks !== null) {
        this.#sourceKnown = true;
        this.#options.stream.sourceStarted(tracks);
      }
      const picture = tags.findLast((tag) => tag.kind === 'keyframe' || tag.kind === 'frame');
      if (picture !== undefined) {
        watchdog.sawVideo();
        this.#wasLive = true;
        this.#events.onPicture();
      }
      this.#events.onTags(tags);
      this.#options.stream.publish(tags);
      if (picture !== undefined && this.#clock.observe(picture.timestampMs, performance.now())) this.#beginAnew(run);
    } catch (error) {
      this.#fail(run, RelayError.from(error));
    }
  }

  #beginAnew(run: FfmpegRun): void {
    this.#fail(run, new RelayError('corrupt', 'The camera set its clock back; its stream has to begin anew.'));
  }

  #fail(run: FfmpegRun, error: RelayError): void {
    this.#failure ??= error;
    void run.stop();
  }
}

/** Null where ffmpeg may go to wherever the URL leads. */
async function openLine(source: RtspSource, timeoutMs: number): Promise<PinnedLine | null> {
  const { url, address } = source;
  const named = tcpAddressOf(url);
  return address === undefined || named === null ? null : PinnedLine.open({ ...named, address, timeoutMs });
}

function failureOf(exit: FfmpegExit): RelayError {
  if (exit.end === 'ended') return new RelayError('ended', exit.message);
  return new RelayError(exit.reason ?? 'ffmpeg-crashed', exit.message);
}
