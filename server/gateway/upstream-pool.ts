/**
 * Connections to the resources' machines, kept open between requests. `node:http` and not `undici`, because `Expect`,
 * trailers of requests, upgrades and raw header lines must all pass, and one client that does them all is simpler than
 * two. How a connection is opened is `dial.ts`.
 */
import { setMaxListeners } from 'node:events';
import { Agent, type ClientRequest, type ClientRequestArgs, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Dial, dial } from './dial.ts';
import { type Environment, proxyFor } from './proxy-environment.ts';
import type { Resource } from './resources.ts';

/** Answers with more bytes of headers are refused. */
const MAX_HEADER_BYTES = 32_768;

export interface PoolOptions {
  readonly tcpKeepAliveMs: number;
  readonly idleTimeoutMs: number;
  readonly maxIdleConnections: number;
  readonly env: Environment;
}

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query on the machine. */
  readonly path: string;
  /** Names and values in turn; with Host, and with what frames the body. */
  readonly headers: readonly string[];
  /** The connection will become another protocol's. */
  readonly upgrade?: boolean;
}

type DialArgs = ClientRequestArgs & { readonly dial: Dial };

export class UpstreamPool {
  readonly #options: PoolOptions;
  readonly #agent: DialingAgent;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#agent = new DialingAgent(options);
  }

  /** A request that has not been sent yet; the caller ends or destroys it. */
  request(resource: Resource, { method, path, headers, upgrade = false }: UpstreamRequest): ClientRequest {
    const { secure, host, port, verifyTls, connectTimeoutMs, tlsTimeoutMs } = resource;
    const { tcpKeepAliveMs, env } = this.#options;
    const proxy = proxyFor(resource, env);
    const tunnel = secure || upgrade;
    const throughReader = proxy !== null && !tunnel;
    const login = throughReader && proxy.authorization !== null ? ['Proxy-Authorization', proxy.authorization] : [];
    const args: DialArgs = {
      host,
      port,
      method,
      path: throughReader ? `${resource.origin}${path}` : path,
      headers: [...headers, ...login],
      agent: this.#agent,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      dial: { secure, host, port, verifyTls, connectTimeoutMs, tlsTimeoutMs, tcpKeepAliveMs, proxy, tunnel },
    };
    return request(args);
  }

  /** Connections open and unused now. */
  get idle(): number {
    return this.#agent.idle;
  }

  /** Ends unused connections and attempts; those in use belong to their requests. Idempotent. */
  close(): void {
    this.#agent.close();
  }
}

class DialingAgent extends Agent {
  readonly #maxIdle: number;
  readonly #closing = new AbortController();

  constructor({ tcpKeepAliveMs, idleTimeoutMs, maxIdleConnections }: PoolOptions) {
    super({
      keepAlive: true,
      keepAliveMsecs: tcpKeepAliveMs,
      // Counts for unused connections only: nothing listens to a socket's silence while a request has it.
      timeout: idleTimeoutMs,
      maxFreeSockets: maxIdleConnections,
      // The one last used is the least likely to be closed by the machine just now.
      scheduling: 'lifo',
    });
    // Every attempt listens, however many there are.
    setMaxListeners(0, this.#closing.signal);
    this.#maxIdle = idleTimeoutMs === 0 ? 0 : maxIdleConnections;
  }

  get idle(): number {
    return Object.values(this.freeSockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0);
  }

  close(): void {
    this.#closing.abort();
    this.destroy();
  }

  override getName(options?: ClientRequestArgs): string {
    const { host, port, secure, verifyTls, proxy, tunnel } = (options as DialArgs).dial;
    return [host, port, secure, verifyTls, proxy?.host ?? '', proxy?.port ?? '', tunnel].join('|');
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    dial((options as DialArgs).dial, this.#closing.signal).then(
      (socket) => done(null, socket),
      (error: Error) => done(error),
    );
  }

  /** Whether the socket is kept: the number counts for all machines together, where Node's own counts for each. */
  override keepSocketAlive(socket: Duplex): boolean {
    return this.idle < this.#maxIdle && Boolean(super.keepSocketAlive(socket));
  }
}
