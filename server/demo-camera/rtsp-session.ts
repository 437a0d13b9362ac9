/**
 * One client of the demo cameras: answers its requests and plays to it (RFC 2326). The connection is `rtsp-server.ts`,
 * what is sent after PLAY is `media-sender.ts`.
 *
 *     init ──SETUP──▶ ready ──PLAY──▶ playing ──TEARDOWN──▶ init
 *
 * A session lives in its connection: it ends with it, over UDP too.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { type Challenge, serialiseChallenge, verifyAuthorization } from '../rtsp/authentication.ts';
import { header, type RtspHeaders, type RtspRequest } from '../rtsp/message.ts';
import { abortable } from './abortable.ts';
import { type DemoAddress, parseDemoAddress } from './address.ts';
import { MediaSender, type SenderTrack } from './media-sender.ts';
import { beginPlayingFaults } from './playing-faults.ts';
import { InterleavedTransport, parseTransport, UdpTransport } from './rtp-transport.ts';
import { formalReply, OPTIONS_REPLY, type RtspReply } from './rtsp-reply.ts';
import type { Scene, SceneFormat } from './scene.ts';
import type { Scenes } from './scenes.ts';
import { sessionDescription, splitTrackUri, TRACKS, type Track, trackUri } from './sdp.ts';

export interface RtspSessionOptions {
  readonly socket: Socket;
  readonly scenes: Scenes;
  readonly log: Logger;
  /** Address of this server, to send UDP from. */
  readonly host: string;
  /** Null lets everybody in. */
  readonly users: Readonly<Record<string, string>> | null;
  readonly auth: 'digest' | 'basic';
  readonly timeoutMs: number;
}

const REALM = 'Sightline demo camera';

export class RtspSession {
  readonly #options: RtspSessionOptions;
  readonly #challenge: Challenge;
  readonly #ended = new AbortController();
  /** What must be undone: leases, counts, timers. Run once, at TEARDOWN or when the connection ends. */
  #releases: (() => void)[] = [];
  #address: DemoAddress | null = null;
  #scene: Scene | null = null;
  #format: SceneFormat | null = null;
  #id: string | null = null;
  #tracks: SenderTrack[] = [];
  #sender: MediaSender | null = null;
  #lastSignMs = Date.now();
  #isAnswering = false;

  constructor(options: RtspSessionOptions) {
    this.#options = options;
    const nonce = randomBytes(16).toString('hex');
    this.#challenge =
      options.auth === 'basic'
        ? { scheme: 'basic', realm: REALM }
        : { scheme: 'digest', realm: REALM, nonce, algorithm: 'MD5', qopAuth: false };
  }

  /** True when nothing has been heard for the session's timeout. A playing TCP client is heard by its connection. */
  isExpired(nowMs: number): boolean {
    const overTcp =
      this.#sender !== null && this.#tracks.every(({ transport }) => transport instanceof InterleavedTransport);
    return !overTcp && !this.#isAnswering && nowMs - this.#lastSignMs > this.#options.timeoutMs;
  }

  /** The client gave a sign of life. */
  touch(): void {
    this.#lastSignMs = Date.now();
  }

  /** The answer to a request; null is no answer at all (`silent`). Never rejects. One at a time. */
  async handle(request: RtspRequest): Promise<RtspReply | null> {
    this.#isAnswering = true;
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof RelayError && error.code === 'config') return { status: 404 };
      if (!this.#ended.signal.aborted) this.#options.log.warn({ err: error }, 'demo camera cannot answer');
      return { status: error instanceof RelayError ? 503 : 500 };
    } finally {
      this.#isAnswering = false;
      this.touch();
    }
  }

  /** Ends what plays and gives everything back. Idempotent. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#release();
  }

  async #answer(request: RtspRequest): Promise<RtspReply | null> {
    const formal = formalReply(request);
    if (formal !== null) return formal;
    const target = splitTrackUri(request.uri);
    if (!target) return { status: 400 };
    const address = parseDemoAddress(target.camera);
    if (address.fault?.name === 'silent') return null;
    if (request.method === 'OPTIONS') return OPTIONS_REPLY;
    if (!this.#isLetIn(request, address)) {
      return { status: 401, headers: [['WWW-Authenticate', serialiseChallenge(this.#challenge)]] };
    }
    if (request.method === 'DESCRIBE') return this.#describe(request, address);
    const sessionId = header(request, 'Session')?.split(';')[0]?.trim();
    if (sessionId !== undefined && sessionId !== this.#id) return { status: 454 };
    if (request.method === 'SETUP') return this.#setup(request, address, target.trackNumber);
    if (request.method === 'GET_PARAMETER' && sessionId === undefined) return { status: 200 };
    if (sessionId === undefined || this.#id === null) return { status: this.#id === null ? 455 : 454 };
    const session: RtspHeaders = [['Session', this.#id]];
    if (request.method === 'GET_PARAMETER') return { status: 200, headers: session };
    if (target.trackNumber !== null && this.#tracks.length > 1) return { status: 460 };
    if (request.method === 'PLAY') return this.#play(request, session);
    await this.#release();
    return { status: 200, headers: session };
  }

  #isLetIn(request: RtspRequest, address: DemoAddress): boolean {
    if (address.fault?.name === 'wrong-password') return false;
    const { users } = this.#options;
    if (!users) return true;
    const passwordOf = (name: string) => (Object.hasOwn(users, name) ? users[name] : undefined);
    return verifyAuthorization(header(request, 'Authorization'), this.#challenge, request, passwordOf);
  }

  async #describe(request: RtspRequest, address: DemoAddress): Promise<RtspReply> {
    if (this.#id !== null) return { status: 455 };
    if (address.fault?.name === 'slow-start') {
      await sleep(address.fault.afterMs, undefined, { signal: this.#ended.signal });
    }
    const format = await this.#open(address);
    const uri = request.uri.replace(/\/+$/, '');
    const body = sessionDescription({
      ...format,
      title: `Sightline demo: ${address.picture.scene}`,
      fps: address.picture.fps,
      uri,
      sessionId: randomBytes(4).readUInt32BE(),
    });
    return {
      status: 200,
      headers: [
        ['Content-Type', 'application/sdp'],
        ['Content-Base', `${uri}/`],
      ],
      body,
    };
  }

  /** Leases the scene, so that it runs by the time of PLAY, and waits for what the SDP needs. */
  async #open(address: DemoAddress): Promise<SceneFormat> {
    if (this.#address?.camera !== address.camera) await this.#release();
    this.#ended.signal.throwIfAborted();
    this.#address = address;
    if (!this.#scene) {
      const scene = this.#options.scenes.get(address.picture);
      this.#scene = scene;
      this.#releases.push(
        scene.lease({
          onSample: (sample) => this.#sender?.send(sample, 'main', Date.now()),
          onEnded: () => this.#sceneEnded(),
        }),
      );
    }
    this.#format = await abortable(this.#scene.format(), this.#ended.signal);
    return this.#format;
  }

  /** A session ends with its picture; before there is one, the pending request is answered with the failure. */
  #sceneEnded(): void {
    if (this.#id !== null) this.#options.socket.destroy();
    this.#scene = null;
  }

  async #setup(request: RtspRequest, address: DemoAddress, trackNumber: number | null): Promise<RtspReply> {
    if (this.#sender) return { status: 455 };
    const track = trackOf(address, trackNumber);
    if (track === 'aggregate') return { status: 459 };
    if (!track) return { status: 404 };
    if (this.#id !== null && this.#address?.camera !== address.camera) return { status: 459 };
    const proposal = parseTransport(header(request, 'Transport') ?? '');
    const { socket, host } = this.#options;
    if (!proposal || !socket.remoteAddress) return { status: 461 };
    await this.#open(address);
    const again = this.#tracks.find((known) => known.track === track);
    if (again) {
      this.#tracks = this.#tracks.filter((known) => known !== again);
      await again.transport.close();
    }
    const first = this.#tracks.length * 2;
    const transport =
      proposal.kind === 'tcp'
        ? new InterleavedTransport(socket, proposal.channels ?? [first, first + 1])
        : await UdpTransport.open({
            host,
            address: socket.remoteAddress.replace(/^::ffff:/, ''),
            ports: proposal.ports,
            onReport: () => this.touch(),
          });
    if (this.#ended.signal.aborted) {
      await transport.close();
      return { status: 503 };
    }
    this.#tracks.push({ track, transport });
    this.#id ??= randomBytes(8).toString('hex');
    const timeout = Math.max(1, Math.round(this.#options.timeoutMs / 1000));
    return {
      status: 200,
      headers: [
        ['Transport', transport.description],
        ['Session', `${this.#id};timeout=${timeout}`],
      ],
    };
  }

  #play(request: RtspRequest, session: RtspHeaders): RtspReply {
    const address = this.#address!;
    // A second PLAY changes nothing on a live camera (RFC 2326 section 10.5).
    if (this.#sender) return { status: 200, headers: session };
    const { scenes, socket } = this.#options;
    const faults = beginPlayingFaults({ address, scenes, socket, sender: () => this.#sender });
    const sender = new MediaSender({
      tracks: this.#tracks,
      fault: address.fault,
      playedAtMs: Date.now(),
      parameterSets: (source) =>
        source === 'main' ? this.#format!.parameterSets : (faults.otherFormat()?.parameterSets ?? null),
    });
    this.#releases.push(() => faults.release());
    this.#releases.push(scenes.countSession(address.picture, address.camera));
    this.#options.log.debug({ camera: address.camera }, 'demo camera plays');
    const base = request.uri.replace(/\/+$/, '');
    const info = sender.info.map(
      ({ track, sequence, timestamp }) => `url=${trackUri(base, track)};seq=${sequence};rtptime=${timestamp}`,
    );
    return {
      status: 200,
      headers: [...session, ['Range', 'npt=now-'], ['RTP-Info', info.join(',')]],
      after: () => {
        if (this.#id !== null && !this.#ended.signal.aborted) this.#sender = sender;
      },
    };
  }

  async #release(): Promise<void> {
    const tracks = this.#tracks;
    this.#tracks = [];
    this.#sender = null;
    this.#id = null;
    this.#scene = null;
    this.#address = null;
    for (const release of this.#releases.splice(0)) release();
    await Promise.all(tracks.map(({ transport }) => transport.close()));
  }
}

/** The whole stands for its only track; with sound there are two, which are set up one by one. */
function trackOf(address: DemoAddress, number: number | null): Track | 'aggregate' | undefined {
  const tracks = TRACKS.filter(({ kind }) => kind === 'video' || address.picture.audio);
  if (number === null) return tracks.length === 1 ? tracks[0] : 'aggregate';
  return tracks.find((track) => track.number === number);
}
