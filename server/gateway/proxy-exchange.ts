/**
 * One request through the proxy: to the resource's machine and back, with its deadlines, and an end on one side whenever
 * the other ends. What the answer becomes is `proxy-answer.ts`; WebSockets are `proxy-upgrade.ts`.
 *
 *     asking ──headers sent──▶ sending ──100, or its deadline──▶ sending the body
 *        └──────────────────────┴──▶ answered ──▶ passing on ──▶ done
 *                 (from anywhere: the viewer leaves, or the machine fails ──▶ done)
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { RelayError } from '../errors.ts';
import { type ClientSide, forwardedRequestHeaders, passedTrailers, valuesOf } from './header-policy.ts';
import { hiddenAddress } from './hidden-address.ts';
import { playlistKindOfPath } from './playlist-rewrite.ts';
import { type AnswerContext, passAnswer } from './proxy-answer.ts';
import { framing, hasBody, isExpecting, refuseOdd } from './request-framing.ts';
import { upstreamFailure } from './upstream-failure.ts';
import type { UpstreamPool } from './upstream-pool.ts';

const RETRIED_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ProxyJob extends AnswerContext {
  readonly client: ClientSide;
  /** Path and query on the machine. */
  readonly path: string;
  readonly pool: UpstreamPool;
  readonly expectContinueMs: number;
  /** Answers with an error; nothing has been sent by then. */
  readonly fail: (error: RelayError) => void;
  /** Told once of every failure, also of those in the middle of a body. */
  readonly onFailed: (error: RelayError) => void;
}

export class ProxyExchange {
  readonly #job: ProxyJob;
  readonly #hasBody: boolean;
  readonly #expects: boolean;
  readonly #headers: readonly string[];
  #upstream: ClientRequest | null = null;
  #timer: NodeJS.Timeout | null = null;
  #bodyStarted = false;
  #done = false;

  /** Resolves when nothing is left of it on either side. */
  readonly closed: Promise<void>;
  #close: () => void = () => {};

  /** @throws RelayError `bad-request`, `method-not-allowed` for what cannot be passed on */
  constructor(job: ProxyJob) {
    const { request } = job;
    this.#job = job;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    refuseOdd(request);
    this.#hasBody = hasBody(request);
    this.#expects = this.#hasBody && isExpecting(request);
    this.#headers = [...this.#endToEndHeaders(), ...framing(request), ...(this.#expects ? CONTINUE : [])];
  }

  start(): void {
    const { request, response } = this.#job;
    request.on('error', () => {});
    response.on('error', () => {});
    response.once('close', () => this.#finish());
    this.#ask();
  }

  /** Cuts both sides. Idempotent. */
  abort(): void {
    this.#failed(new RelayError('going-away'));
    const { response } = this.#job;
    if (this.#done || response.socket !== null) return;
    // The answer to an earlier request is on the connection, and may stay there for as long as its client likes.
    response.destroy();
    this.#finish();
  }

  #ask(): void {
    const { pool, resource, request, path } = this.#job;
    const upstream = pool.request(resource, { method: request.method ?? 'GET', path, headers: this.#headers });
    this.#upstream = upstream;
    upstream.once('response', (answer) => void this.#answered(answer));
    upstream.on('error', (error) => this.#upstreamFailed(upstream, error));
    upstream.once('upgrade', (_answer, socket) => {
      socket.destroy();
      this.#upstreamFailed(upstream, new RelayError('upstream-failed', 'The resource changes to another protocol.'));
    });
    upstream.once('finish', () => this.#awaitAnswer());
    if (this.#expects) {
      upstream.flushHeaders();
      upstream.once('continue', () => this.#sendBody());
      // The clock starts when the headers have gone out, not while a connection is being opened.
      upstream.once('socket', () => this.#setTimer(() => this.#sendBody(), this.#job.expectContinueMs));
    } else if (this.#hasBody) {
      this.#sendBody();
    } else {
      upstream.end();
    }
    upstream.on('information', ({ statusCode, rawHeaders }) =>
      this.#pass(upstream, statusCode, valuesOf(rawHeaders, 'link')),
    );
  }

  /** Interim answers, where they say something (RFC 9110 section 15.2). */
  #pass(upstream: ClientRequest, status: number, link: string[]): void {
    const { request, response, resource } = this.#job;
    if (this.#done || request.httpVersionMinor === 0 || response.headersSent) return;
    if (status === 102) response.writeProcessing();
    if (status !== 103 || link.length === 0) return;
    if (hiddenAddress(resource.host, upstream.socket?.remoteAddress).isIn(link.join())) return;
    try {
      response.writeEarlyHints({ link });
    } catch {
      // Node writes the plainer forms of RFC 8288 only; nobody waits for a hint.
    }
  }

  #sendBody(): void {
    const { request, response } = this.#job;
    const upstream = this.#upstream;
    if (this.#done || this.#bodyStarted || upstream === null) return;
    this.#clearTimer();
    this.#bodyStarted = true;
    if (this.#expects) response.writeContinue();
    request.once('end', () => {
      const trailers = passedTrailers(request.rawTrailers, null);
      if (trailers.length > 0) upstream.addTrailers(trailers);
      upstream.end();
    });
    request.pipe(upstream, { end: false });
  }

  #awaitAnswer(): void {
    if (this.#done || this.#job.response.headersSent) return;
    this.#setTimer(
      () => this.#failed(new RelayError('upstream-timeout', 'The resource did not answer in time.')),
      this.#job.resource.responseTimeoutMs,
    );
  }

  async #answered(answer: IncomingMessage): Promise<void> {
    this.#clearTimer();
    // The viewer may have left while it came; the message's own error then says nothing new.
    answer.on('error', () => {});
    if (this.#done) {
      answer.destroy();
      return;
    }
    this.#drainLater();
    try {
      await passAnswer(answer, this.#job);
    } catch (error) {
      answer.destroy();
      this.#failed(upstreamFailure(error));
    }
  }

  #upstreamFailed(upstream: ClientRequest, error: Error): void {
    if (this.#done || upstream !== this.#upstream) return;
    // A kept connection may have been closed by the machine just when it was used again (RFC 9110 section 9.2.2).
    const isStale = upstream.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    const { request, response } = this.#job;
    if (isStale && !this.#hasBody && !response.headersSent && RETRIED_METHODS.has(request.method ?? '')) {
      this.#clearTimer();
      this.#ask();
      return;
    }
    this.#failed(upstreamFailure(error));
  }

  #failed(error: RelayError): void {
    if (this.#done) return;
    const { response, fail, onFailed } = this.#job;
    onFailed(error);
    if (!response.headersSent) {
      this.#endUpstream();
      this.#drainLater();
      fail(error);
      return;
    }
    cut(response);
    this.#finish();
  }

  /** Once the answer is out, a body that nobody reads any more must not stand in the way of the next request. */
  #drainLater(): void {
    const { request, response } = this.#job;
    // Whether the viewer sends its body without a 100 nobody knows, so the connection cannot be used again.
    if (this.#expects && !this.#bodyStarted) response.shouldKeepAlive = false;
    response.once('finish', () => {
      request.unpipe();
      request.resume();
    });
  }

  /** The viewer has it all, or is gone. */
  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#endUpstream();
    this.#close();
  }

  #endUpstream(): void {
    this.#clearTimer();
    const upstream = this.#upstream;
    this.#upstream = null;
    if (upstream === null) return;
    upstream.on('error', () => {});
    // One that is complete has given its connection back, which must stay.
    const isComplete = upstream.writableFinished && (upstream as { res?: IncomingMessage }).res?.complete === true;
    if (!isComplete) upstream.destroy();
  }

  #endToEndHeaders(): string[] {
    const { request, client, resource, path } = this.#job;
    const ours: (readonly [string, string])[] = [['Host', resource.authority], ...resource.headers];
    if (resource.authorization !== null) ours.push(['Authorization', resource.authorization]);
    // Ranges and codings would be those of the playlist that nobody gets to see.
    const isPlaylist = playlistKindOfPath(path.split('?', 1)[0]!) !== null;
    if (isPlaylist) ours.push(['Accept-Encoding', 'identity']);
    return forwardedRequestHeaders(request.rawHeaders, client, ours, isPlaylist ? ['range', 'if-range'] : []);
  }

  #setTimer(run: () => void, ms: number): void {
    this.#clearTimer();
    this.#timer = setTimeout(run, ms);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

const CONTINUE = ['Expect', '100-continue'];

/** Ends an answer so that nobody takes it for complete. */
function cut(response: ServerResponse): void {
  const isFramed = response.chunkedEncoding || response.hasHeader('content-length');
  // Without a frame the end of the connection is the end of the body, unless it is reset.
  const { socket } = response;
  // TLS has an end of its own, which is missing then.
  if (!isFramed && socket !== null && !('encrypted' in socket)) socket.resetAndDestroy();
  response.destroy();
}
