/**
 * One client of the demo cameras: answers its requests (RFC 2326). The connection is `rtsp-server.ts`, what the client
 * holds of a camera and what is sent to it is `session-media.ts`.
 *
 *     init ──SETUP──▶ ready ──PLAY──▶ playing ──TEARDOWN──▶ init
 *
 * A session lives in its connection: it ends with it, over UDP too.
 */
import { randomBytes } from 'node:crypto';
import { isIPv4, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { type Challenge, serialiseChallenge, verifyAuthorization } from '../rtsp/authentication.ts';
import { header, type RtspHeaders, type RtspRequest } from '../rtsp/message.ts';
import { type DemoAddress, parseDemoAddress } from './address.ts';
import { groupAddress } from './group-address.ts';
import type { MulticastGroups } from './multicast.ts';
import { parseTransport } from './rtp-transport.ts';
import { formalReply, OPTIONS_REPLY, type RtspReply } from './rtsp-reply.ts';
import type { SceneFormat } from './scene.ts';
import type { Scenes } from './scenes.ts';
import { sessionDescription, splitTrackUri, TRACKS, type Track, trackUri } from './sdp.ts';
import { SessionMedia } from './session-media.ts';

export interface RtspSessionOptions {
  readonly socket: Socket;
  readonly scenes: Scenes;
  readonly groups: MulticastGroups;
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
  readonly #media: SessionMedia;
  #id: string | null = null;
  #lastSignMs = Date.now();
  #isAnswering = false;

  constructor(options: RtspSessionOptions) {
    this.#options = options;
    const nonce = randomBytes(16).toString('hex');
    this.#challenge =
      options.auth === 'basic'
        ? { scheme: 'basic', realm: REALM }
        : { scheme: 'digest', realm: REALM, nonce, algorithm: 'MD5', qopAuth: false };
    this.#media = new SessionMedia({ ...options, ended: this.#ended.signal, onReport: () => this.touch() });
  }

  /** True when nothing has been heard for the session's timeout. A playing TCP client is heard by its connection. */
  isExpired(nowMs: number): boolean {
    return !this.#media.playsOverTcp && !this.#isAnswering && nowMs - this.#lastSignMs > this.#options.timeoutMs;
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
    if (target.trackNumber !== null && this.#media.trackCount > 1) return { status: 460 };
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
      group:
        address.transport === 'multicast' ? groupAddress(address.camera, this.#options.socket.localPort ?? 0) : null,
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

  async #setup(request: RtspRequest, address: DemoAddress, trackNumber: number | null): Promise<RtspReply> {
    const media = this.#media;
    if (media.isPlaying) return { status: 455 };
    const track = trackOf(address, trackNumber);
    if (track === 'aggregate') return { status: 459 };
    if (!track) return { status: 404 };
    if (this.#id !== null && media.camera !== address.camera) return { status: 459 };
    const proposal = parseTransport(header(request, 'Transport') ?? '', address.transport);
    const { socket, host } = this.#options;
    if (!proposal || !socket.remoteAddress) return { status: 461 };
    if (proposal.kind === 'multicast' && !isIPv4(host)) return { status: 461 };
    await this.#open(address);
    const transport = await media.setUp(track, proposal);
    if (transport === null) return { status: 503 };
    this.#id ??= randomBytes(8).toString('hex');
    const timeout = Math.max(1, Math.round(this.#options.timeoutMs / 1000));
    return {
      status: 200,
      headers: [
        ['Transport', transport],
        ['Session', `${this.#id};timeout=${timeout}`],
      ],
    };
  }

  #play(request: RtspRequest, session: RtspHeaders): RtspReply {
    // A second PLAY changes nothing on a live camera (RFC 2326 section 10.5).
    if (this.#media.isPlaying) return { status: 200, headers: session };
    const { tracks, begin } = this.#media.play();
    const base = request.uri.replace(/\/+$/, '');
    const info = tracks.map(
      ({ track, sequence, timestamp }) => `url=${trackUri(base, track)};seq=${sequence};rtptime=${timestamp}`,
    );
    return {
      status: 200,
      headers: [...session, ['Range', 'npt=now-'], ['RTP-Info', info.join(',')]],
      after: begin,
    };
  }

  async #open(address: DemoAddress): Promise<SceneFormat> {
    if (this.#media.camera !== address.camera) this.#id = null;
    return this.#media.open(address);
  }

  async #release(): Promise<void> {
    this.#id = null;
    await this.#media.release();
  }
}

/** The whole stands for its only track; with sound there are two, which are set up one by one. */
function trackOf(address: DemoAddress, number: number | null): Track | 'aggregate' | undefined {
  const tracks = TRACKS.filter(({ kind }) => kind === 'video' || address.picture.audio);
  if (number === null) return tracks.length === 1 ? tracks[0] : 'aggregate';
  return tracks.find((track) => track.number === number);
}
