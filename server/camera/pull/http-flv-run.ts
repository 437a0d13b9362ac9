/**
 * Pulls a stream that is FLV over HTTP already (another relay, a Reolink) without an ffmpeg: its tags go on the bus as
 * they come, H.265 in the enhanced form. What the bus cannot carry ends the run with `codec`; then ffmpeg has its turn.
 */
import { randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { RelayError } from '../../errors.ts';
import type { FfmpegExit, FfmpegRun } from '../../ffmpeg/run.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import { readAudioConfig } from '../../flv/audio-config.ts';
import { asEnhanced } from '../../flv/enhanced-video.ts';
import { flvHeader, TAG_TYPE, type Tag } from '../../flv/tag.ts';
import { TagParser } from '../../flv/tag-parser.ts';
import { readVideoConfig } from '../../flv/video-config.ts';
import { CAMERA_REASONS, type Problem } from '../../protocol.ts';
import { answerChallenge, parseChallenges } from '../../rtsp/authentication.ts';
import { networkFailure } from '../../rtsp/network-failure.ts';
import type { HttpTarget } from '../source/http-check.ts';
import { httpFailure } from '../source/http-check.ts';

export interface HttpFlvOptions {
  /** For the connection, and for silence on it. */
  readonly timeoutMs: number;
  /** H.265 may come as it is. */
  readonly hevcOnBus: boolean;
}

const OUTPUT_BUFFER_BYTES = 1024 * 1024;
const SOUND_AAC = 10;
/** About a second of pictures: sound that is announced may never come. */
const MAX_HELD_TAGS = 25;
const MAX_PROBLEM_LENGTH = 8_192;

/** Runs from construction until `stop()`, the other end's end, or a failure; the same contract as an ffmpeg's run. */
export class HttpFlvRun implements FfmpegRun {
  readonly pid = undefined;
  readonly lostPackets = 0;
  readonly output: Readable;
  readonly exited: Promise<FfmpegExit>;
  onSources: ((sources: SourceTracks) => void) | null = null;
  readonly #target: HttpTarget;
  readonly #options: HttpFlvOptions;
  readonly #parser = new TagParser();
  #resolveExited: (exit: FfmpegExit) => void = () => {};
  #settled = false;
  #request: ClientRequest | null = null;
  #response: IncomingMessage | null = null;
  #video: SourceTracks['video'] = null;
  #announced = false;
  #begun = false;
  #heard = false;
  /** Tags that wait for the first sound to show what it is. */
  readonly #held: Buffer[] = [];

  constructor(target: HttpTarget, options: HttpFlvOptions) {
    this.#target = target;
    this.#options = options;
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve;
    });
    this.output = new Readable({
      highWaterMark: OUTPUT_BUFFER_BYTES,
      read: () => this.#response?.resume(),
      destroy: (error, done) => {
        this.#request?.destroy();
        done(error);
      },
    });
    this.#open(null);
  }

  get sources(): SourceTracks | null {
    return null;
  }

  markStarted(): void {}

  stop(): Promise<FfmpegExit> {
    this.#settle('stopped', null);
    return this.exited;
  }

  #open(authorization: string | null): void {
    const { url } = this.#target;
    const headers = authorization === null ? {} : { authorization };
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    // Cameras sign their own certificates; ffmpeg does not ask either.
    this.#request = request(url, { headers, agent: false, rejectUnauthorized: false }, (response) =>
      this.#onResponse(response, authorization !== null),
    );
    this.#request.setTimeout(this.#options.timeoutMs, () =>
      this.#fail(new RelayError(this.#begun ? 'stalled' : 'timeout', 'The camera sends nothing.')),
    );
    this.#request.on('error', (error) => this.#fail(networkFailure(error)));
    this.#request.end();
  }

  #onResponse(response: IncomingMessage, loggedIn: boolean): void {
    const { statusCode = 0 } = response;
    const [challenge] = parseChallenges(response.headersDistinct['www-authenticate'] ?? []);
    const { credentials, url } = this.#target;
    if (statusCode === 401 && challenge !== undefined && credentials !== null && !loggedIn) {
      response.destroy();
      const { pathname, search } = new URL(url);
      const cnonce = randomBytes(8).toString('hex');
      this.#open(answerChallenge(challenge, credentials, { method: 'GET', uri: pathname + search, cnonce }));
      return;
    }
    if (statusCode !== 200) {
      void refusalOf(response).then((failure) => this.#fail(failure));
      return;
    }
    this.#response = response;
    response.on('data', (chunk: Buffer) => this.#take(chunk, response));
    response.on('error', (error) => this.#fail(networkFailure(error)));
    response.on('end', () => this.#settle('ended', new RelayError('ended', 'The camera ended the stream.')));
  }

  #take(chunk: Buffer, response: IncomingMessage): void {
    if (this.#settled) return;
    try {
      const pieces = this.#held.splice(0);
      for (const tag of this.#parser.push(chunk)) {
        const kept = this.#keep(asEnhanced(tag));
        if (kept !== null) pieces.push(kept.bytes);
      }
      const { header } = this.#parser;
      if (!this.#begun && header !== null) {
        this.#begun = true;
        pieces.unshift(flvHeader(header));
      }
      // A viewer must not see the picture of a run that ends a moment later because of its sound.
      if (header?.audio && !this.#heard && pieces.length < MAX_HELD_TAGS) this.#held.push(...pieces);
      else if (pieces.length > 0 && !this.output.push(Buffer.concat(pieces))) response.pause();
    } catch (thrown) {
      this.#fail(RelayError.from(thrown));
    }
  }

  /** The tag as it goes on; null for what stays behind: another relay's own notes on its stream. */
  #keep(tag: Tag): Tag | null {
    if (tag.kind === 'script') return null;
    if (tag.bytes[0] === TAG_TYPE.audio && (tag.bytes[11] ?? 0) >> 4 !== SOUND_AAC) {
      throw new RelayError('codec', 'The stream’s sound has to be encoded anew.');
    }
    if (tag.bytes[0] === TAG_TYPE.audio) this.#heard = true;
    if (tag.kind === 'video-header') this.#learnVideo(tag);
    else if (tag.kind === 'audio-header') this.#announce(tag);
    else if (tag.kind === 'keyframe' || tag.kind === 'frame') {
      if (this.#video === null) throw new RelayError('codec', 'The stream’s video has to be encoded anew.');
      if (!this.#parser.header?.audio) this.#announce(null);
    }
    return tag;
  }

  #learnVideo(tag: Tag): void {
    const config = readVideoConfig(tag);
    const { codec = null, width = 0, height = 0 } = config ?? {};
    if (codec !== 'h264' && !(codec === 'hevc' && this.#options.hevcOnBus)) {
      throw new RelayError('codec', 'The stream’s video has to be encoded anew.');
    }
    this.#video = { codec, width, height, fps: 0 };
  }

  #announce(audioHeader: Tag | null): void {
    if (this.#announced || this.#video === null) return;
    this.#announced = true;
    const config = audioHeader === null ? null : readAudioConfig(audioHeader);
    const { codec = '', sampleRateHz = 0, channels = 0 } = config ?? {};
    this.onSources?.({ video: this.#video, audio: config === null ? null : { codec, sampleRateHz, channels } });
  }

  #fail(error: RelayError): void {
    this.#settle('failed', error);
  }

  #settle(end: FfmpegExit['end'], error: RelayError | null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#request?.destroy();
    if (!this.output.destroyed) this.output.push(null);
    const reason = error === null ? null : (CAMERA_REASONS.find((each) => each === error.code) ?? 'corrupt');
    const message = error?.message ?? 'The stream was let go.';
    this.#resolveExited({ end, reason, message, exitCode: null, signal: null, stderrTail: [] });
  }
}

/** Why there is no stream: another relay says so itself, for everybody else the status has to do. */
async function refusalOf(response: IncomingMessage): Promise<RelayError> {
  const { statusCode = 0, headers } = response;
  const redirects = statusCode >= 300 && statusCode < 400;
  const words = `The address answers ${statusCode} in place of a stream.`;
  const failure = httpFailure(statusCode) ?? new RelayError(redirects ? 'redirected' : 'not-found', words);
  if (headers['content-type']?.startsWith('application/problem+json') !== true) {
    response.destroy();
    return failure;
  }
  try {
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > MAX_PROBLEM_LENGTH) break;
    }
    const problem = JSON.parse(text) as Partial<Problem>;
    const code = CAMERA_REASONS.find((reason) => reason === problem.code);
    return code === undefined ? failure : new RelayError(code, `The other relay says: ${problem.detail}`);
  } catch {
    return failure;
  }
}
