/**
 * Examines one camera: its name, its port, its own words, its stream, and what follows from them. It looks at the stream
 * that viewers get, so a live camera has no second session by it. What to change is `advice.ts`.
 */
import { lookup } from 'node:dns/promises';
import type { Camera } from '../camera/camera.ts';
import { TcpWatch } from '../camera/pull/tcp-watch.ts';
import { tcpAddressOf } from '../camera/source/source-address.ts';
import type { SourceReading } from '../camera/source/source-check.ts';
import type { SourcePreparer } from '../camera/source/source-preparer.ts';
import { RelayError } from '../errors.ts';
import { planPull } from '../ffmpeg/codec-policy.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { SourceTracks } from '../ffmpeg/source-tracks.ts';
import { sourceLogin } from '../ffmpeg/user-info.ts';
import { CAMERA_REASONS, type CameraReason, type ProbeReport } from '../protocol.ts';
import type { DescribeAnswer } from '../rtsp/describe.ts';
import { type AdviceFacts, adviseOn, name } from './advice.ts';
import type { DoctorLanguage } from './advice-words.ts';
import { REPORT_WORDS, type TrackPlan } from './report-words.ts';
import { measureStream } from './stream-measure.ts';

export interface DoctorOptions {
  readonly preparer: Pick<SourcePreparer, 'check'>;
  readonly ffmpeg: Pick<Ffmpeg, 'capabilities'>;
  readonly connectTimeoutMs: number;
  /** How long a stream is looked at; less when its keyframes have shown their interval. 12000 when left out. */
  readonly lookForMs?: number;
}

/** A refused login is not tried again for the next channel of the same recorder. */
const REFUSED_JUST_NOW_MS = 60_000;
/** A usual RTP packet; only a guess at how many there were is made of it. */
const PACKET_BYTES = 1_300;
const DEFAULT_LOOK_MS = 12_000;

type Pulled = NonNullable<Camera['pulled']>;
type Outcome = Pick<AdviceFacts, 'address' | 'rtsp' | 'stream' | 'reason' | 'message'> & { readonly plan: Plan | null };

/** What happens to picture and sound, before it is put into words. */
interface Plan {
  readonly video: TrackPlan;
  readonly audio: TrackPlan;
}

type Configuration = Pick<AdviceFacts, 'pathAndQuery' | 'transport' | 'hasSub' | 'encrypted'>;

interface Examination {
  readonly report: Omit<ProbeReport, 'advice' | 'plan'>;
  readonly plan: Plan | null;
  readonly configuration: Configuration;
}

export interface ExamineOptions {
  /** Of the advice and the plan; English when left out. */
  readonly language?: DoctorLanguage;
  readonly signal?: AbortSignal;
}

/** Nothing to close: an examination ends with its caller's signal. */
export class Doctor {
  readonly #options: DoctorOptions;
  /** By camera: who asks meanwhile gets the same report, in his language. */
  readonly #running = new Map<string, Promise<Examination>>();

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /** Never rejects for what is wrong with the camera: that is what the report says. */
  async examine(camera: Camera, options: ExamineOptions = {}): Promise<ProbeReport> {
    let running = this.#running.get(camera.id);
    if (running === undefined) {
      running = this.#examine(camera, options.signal).finally(() => this.#running.delete(camera.id));
      this.#running.set(camera.id, running);
    }
    const { report, plan, configuration } = await running;
    const { language = 'en' } = options;
    const words = REPORT_WORDS[language];
    const told = { ...report, plan: plan && { video: words.video(plan.video), audio: words.audio(plan.audio) } };
    return { ...told, advice: adviseOn({ ...told, ...configuration }, language) };
  }

  async #examine(camera: Camera, signal: AbortSignal | undefined): Promise<Examination> {
    const begunMs = performance.now();
    const at = new Date().toISOString();
    const { pulled } = camera;
    const { plan, ...outcome } = await this.#outcome(camera, pulled, signal);
    const { title } = camera.info;
    const report = { camera: camera.id, title, at, tookMs: Math.round(performance.now() - begunMs), ...outcome };
    return { report, plan, configuration: configured(pulled) };
  }

  async #outcome(camera: Camera, pulled: Pulled | null, signal: AbortSignal | undefined): Promise<Outcome> {
    const outcome: { -readonly [Key in keyof Outcome]: Outcome[Key] } = {
      address: null,
      rtsp: null,
      stream: null,
      plan: null,
      reason: null,
      message: null,
    };
    try {
      let tracks: SourceTracks | null = null;
      if (pulled !== null) {
        outcome.address = await this.#address(pulled.source.url, signal);
        const refused = pulled.login.refusedAt(Date.now());
        if (refused !== null && Date.now() - refused.atMs < REFUSED_JUST_NOW_MS) {
          throw new RelayError(refused.code, refused.message);
        }
        const reading = await this.#ask(pulled, signal);
        outcome.rtsp = reading.answer === null ? null : rtspOf(reading.answer);
        tracks = reading.tracks;
        outcome.plan = await this.#plan(tracks, pulled);
      }
      outcome.stream = await this.#measure(camera, signal);
      const { video } = outcome.stream;
      if (outcome.plan === null && video !== null) {
        outcome.plan = { video: reaches(video), audio: reaches(outcome.stream.audio) };
      }
    } catch (thrown) {
      const { code, message } = RelayError.from(thrown);
      outcome.reason = CAMERA_REASONS.find((reason) => reason === code) ?? 'ffmpeg-crashed';
      outcome.message = message;
    }
    return outcome;
  }

  async #address(url: string, signal: AbortSignal | undefined): Promise<NonNullable<ProbeReport['address']> | null> {
    const address = tcpAddressOf(url);
    if (address === null) return null;
    const begunMs = performance.now();
    let addresses: string[];
    try {
      addresses = (await lookup(address.host, { all: true })).map(({ address: text }) => text);
    } catch {
      throw new RelayError('dns', 'The camera’s name cannot be resolved.');
    }
    const lookupMs = performance.now() - begunMs;
    const connectingMs = performance.now();
    const answer = await new TcpWatch(address, this.#options.connectTimeoutMs).ask(
      signal ?? new AbortController().signal,
    );
    const connectMs = answer === null ? round(performance.now() - connectingMs) : null;
    return { ...address, addresses, lookupMs: round(lookupMs), connectMs };
  }

  async #ask({ source, login }: Pulled, signal: AbortSignal | undefined): Promise<SourceReading> {
    try {
      const reading = await this.#options.preparer.check(source, signal);
      if (reading.answer?.loginSent) login.accepted();
      return reading;
    } catch (thrown) {
      const { code, message } = RelayError.from(thrown);
      const reason: CameraReason | undefined = CAMERA_REASONS.find((each) => each === code);
      if (reason !== undefined) login.observe({ code: reason, message, atMs: Date.now() });
      throw thrown;
    }
  }

  async #plan(source: SourceTracks | null, { profileOutput }: Pulled): Promise<Plan | null> {
    if (source?.video == null) return null;
    const capabilities = await this.#options.ffmpeg.capabilities();
    const plan = planPull({ source, profileOutput, capabilities, hevcOnBus: true });
    if (plan.video === 'profile') return { video: { how: 'profile' }, audio: { how: 'profile' } };
    const copied = source.video.codec === 'hevc' ? 'copied-or-encoded' : 'copied';
    return {
      video: { how: plan.video === 'copy' ? copied : 'encoded', codec: name(source.video.codec) },
      audio:
        source.audio === null
          ? { how: 'none' }
          : { how: plan.audio === 'copy' ? 'copied' : 'encoded', codec: name(source.audio.codec) },
    };
  }

  async #measure(camera: Camera, signal: AbortSignal | undefined): Promise<NonNullable<ProbeReport['stream']>> {
    const { connectTimeoutMs, lookForMs = DEFAULT_LOOK_MS } = this.#options;
    const wasLive = camera.info.state === 'live';
    const lostBefore = camera.lostPackets;
    const measured = await measureStream(camera, { firstPictureWithinMs: connectTimeoutMs * 2, lookForMs, signal });
    const lostPackets = Math.max(0, camera.lostPackets - lostBefore);
    const { bytes, ...rest } = measured;
    const about = bytes / PACKET_BYTES + lostPackets;
    return {
      ...rest,
      measuredMs: Math.round(rest.measuredMs),
      firstPictureMs: Math.round(rest.firstPictureMs),
      bitrate: Math.round(rest.bitrate),
      fps: round(rest.fps),
      wasLive,
      lostPackets,
      lostShare: about > 0 ? lostPackets / about : 0,
    };
  }
}

function rtspOf(answer: DescribeAnswer): NonNullable<ProbeReport['rtsp']> {
  const { status, statusText, server, loginsOffered, methods, describeMs, tracks } = answer;
  return {
    status,
    statusText,
    server,
    logins: loginsOffered,
    methods,
    describeMs: round(describeMs),
    tracks: tracks.map(({ kind, codec, clockRateHz, channels }) => ({ kind, codec, clockRateHz, channels })),
  };
}

/** Pure: what the advice needs of the configuration. */
function configured(pulled: Pulled | null): Configuration {
  if (pulled === null) return { pathAndQuery: '', transport: 'auto', hasSub: true, encrypted: true };
  const { source, hasSub } = pulled;
  const { scheme, rest } = loginOf(source.url);
  const pathAndQuery = rest.slice(Math.max(0, rest.search(/[/?#]/)));
  return { pathAndQuery, transport: source.transport, hasSub, encrypted: /^(?:rtsps|https|rtmps)$/.test(scheme) };
}

function loginOf(url: string): { scheme: string; rest: string } {
  try {
    return sourceLogin({ url });
  } catch {
    return { scheme: '', rest: '' };
  }
}

function reaches(track: { readonly codec: string } | null): TrackPlan {
  return track === null ? { how: 'none' } : { how: 'reaches', codec: name(track.codec) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
