/** A small RTSP client for the demo cameras' tests: logs in, sets up over TCP and notes what comes when. */
import { connect, type Socket } from 'node:net';
import { answerChallenge, parseChallenges } from '../rtsp/authentication.ts';
import {
  header,
  headerValues,
  type RtspHeaders,
  RtspParser,
  type RtspResponse,
  serialiseRequest,
} from '../rtsp/message.ts';

export interface Camera {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

export class RtspClient {
  /** What came in on each interleaved channel. */
  readonly packets: { channel: number; payload: Buffer; atMs: number }[] = [];
  readonly closed: Promise<Error | null>;
  readonly camera: Camera;
  readonly #socket: Socket;
  readonly #parser = new RtspParser();
  #waiting: ((response: RtspResponse) => void)[] = [];
  #cseq = 0;
  session: string | null = null;

  constructor(camera: Camera) {
    this.camera = camera;
    const { hostname, port } = new URL(camera.url.replace(/^rtsp:/, 'http:'));
    this.#socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    this.closed = new Promise((resolve) => {
      let failure: Error | null = null;
      this.#socket.on('error', (error) => {
        failure = error;
      });
      this.#socket.on('close', () => resolve(failure));
    });
    this.#socket.on('data', (chunk) => {
      for (const item of this.#parser.push(chunk)) {
        if (item.kind === 'response') this.#waiting.shift()?.(item);
        if (item.kind === 'interleaved') this.packets.push({ ...item, atMs: Date.now() });
      }
    });
  }

  /** Sends one request; answers a challenge once. */
  async request(method: string, headers: RtspHeaders = [], uri = this.camera.url): Promise<RtspResponse> {
    const first = await this.raw(method, headers, uri);
    const [challenge] = parseChallenges(headerValues(first, 'WWW-Authenticate'));
    if (first.status !== 401 || !challenge) return first;
    const authorization = answerChallenge(challenge, this.camera, { method, uri, cnonce: 'c' });
    return this.raw(method, [...headers, ['Authorization', authorization]], uri);
  }

  raw(method: string, headers: RtspHeaders, uri: string): Promise<RtspResponse> {
    const session: RtspHeaders = this.session ? [['Session', this.session]] : [];
    this.#socket.write(
      serialiseRequest({ method, uri, headers: [['CSeq', String(++this.#cseq)], ...session, ...headers] }),
    );
    const answer = new Promise<RtspResponse>((resolve) => this.#waiting.push(resolve));
    const closed = this.closed.then((error) => {
      throw error ?? new Error('closed by the camera');
    });
    return Promise.race([answer, closed]);
  }

  /** DESCRIBE, SETUP of every track, PLAY. Resolves with the SDP. */
  async play(): Promise<string> {
    const description = await this.request('DESCRIBE');
    if (description.status !== 200) throw new Error(`DESCRIBE: ${description.status}`);
    const sdp = description.body.toString();
    const tracks = [...sdp.matchAll(/a=control:(\S*track\d\S*)/g)].map(([, uri]) => uri!);
    for (const [index, uri] of tracks.entries()) {
      const transport = `RTP/AVP/TCP;unicast;interleaved=${2 * index}-${2 * index + 1}`;
      const answer = await this.request('SETUP', [['Transport', transport]], uri);
      if (answer.status !== 200) throw new Error(`SETUP: ${answer.status}`);
      this.session = header(answer, 'Session')!.split(';')[0]!;
    }
    const answer = await this.request('PLAY');
    if (answer.status !== 200) throw new Error(`PLAY: ${answer.status}`);
    return sdp;
  }

  /** Packets of a channel that came between two moments after `sinceMs`. */
  count(channel: number, sinceMs: number, fromMs: number, toMs: number): number {
    return this.packets.filter(
      (packet) => packet.channel === channel && packet.atMs >= sinceMs + fromMs && packet.atMs < sinceMs + toMs,
    ).length;
  }

  close(): void {
    this.#socket.destroy();
  }
}
