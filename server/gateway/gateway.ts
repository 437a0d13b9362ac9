/**
 * The gateway to resources on other machines: decides for each request whether the client is sent there or served from
 * there, and owns what is open. Who may use a resource was decided before; the URLs are `http/routes/gateway.ts`'.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { type GatewayAddress, refuseEscape, withoutParameters } from './gateway-address.ts';
import { GatewayTotals } from './gateway-totals.ts';
import { type ClientSide, valuesOf } from './header-policy.ts';
import { isLoop, newViaName } from './loop-guard.ts';
import { choosePassage, type ModeQuestion } from './mode-policy.ts';
import { ownUrls } from './own-url.ts';
import { ProxyExchange } from './proxy-exchange.ts';
import { proxyUpgrade } from './proxy-upgrade.ts';
import { Reach } from './reach.ts';
import { redirectUrl } from './redirect.ts';
import { type Resource, type ResourceConfig, Resources, type ResourceTimeouts } from './resources.ts';
import { targetPath } from './target-path.ts';
import { type PoolOptions, UpstreamPool } from './upstream-pool.ts';

export interface GatewayOptions extends PoolOptions, ResourceTimeouts {
  readonly resources: Readonly<Record<string, ResourceConfig>>;
  readonly expectContinueMs: number;
  /** Of the relay, with a slash at both ends. */
  readonly basePath: string;
  readonly log: Logger;
}

/** Who asks, as far as resources are told. */
export interface GatewayClient extends Omit<ClientSide, 'via'> {
  /** Query parameters that are for us, besides `via`. */
  readonly ownParameters: readonly string[];
}

/** `url` is where the resource is, for clients that must go there themselves. */
export type Fail = (error: RelayError, url?: string) => void;

interface Running {
  abort(): void;
  readonly closed: Promise<void>;
}

export class Gateway {
  readonly totals: GatewayTotals;
  readonly #options: GatewayOptions;
  readonly #resources: Resources;
  readonly #pool: UpstreamPool;
  readonly #reach = new Reach();
  readonly #viaName = newViaName();
  readonly #running = new Set<Running>();
  #isClosing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#resources = new Resources(options.resources, options);
    this.#pool = new UpstreamPool(options);
    this.totals = new GatewayTotals(Object.keys(options.resources));
  }

  /** Requests and WebSockets that are open through the proxy. */
  get open(): number {
    return this.#running.size;
  }

  /** Connections to resources that wait for their next request. */
  get idleConnections(): number {
    return this.#pool.idle;
  }

  /**
   * Stops a request that this relay has sent itself. To be asked before rights: it comes back as a stranger's.
   * @throws RelayError `loop`
   */
  refuseLoop(request: IncomingMessage): void {
    if (!isLoop(valuesOf(request.rawHeaders, 'via').join(), this.#viaName)) return;
    throw new RelayError('loop', 'The resource leads back to this relay.');
  }

  /**
   * Answers a request: 302, or what the resource's machine answers.
   * Rejects with RelayError for what is refused before anything is asked.
   */
  async serve(
    { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
    asked: GatewayAddress,
    client: GatewayClient,
    fail: Fail,
  ): Promise<void> {
    const { resource, address, passage } = await this.#enter(request, asked, client, false);
    if (response.destroyed) return;
    if (passage === 'redirect') {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD');
        throw new RelayError('method-not-allowed', `${request.method} cannot be redirected; GET and HEAD can.`);
      }
      this.totals.redirected(resource.name);
      const headers = ['Location', redirectUrl(resource, address, Date.now()), 'Cache-Control', 'no-store'];
      response.writeHead(302, [...headers, 'Content-Length', '0']).end();
      return;
    }
    const context = { ...this.#context(request, resource, address, client), response, fail };
    const exchange = new ProxyExchange({ ...context, expectContinueMs: this.#options.expectContinueMs });
    this.#run(exchange, resource, request);
    exchange.start();
  }

  /**
   * Takes a WebSocket through to the resource's machine, or tells the client where that is.
   * Rejects as `serve` does; the socket is then the caller's.
   */
  async serveUpgrade(
    { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
    asked: GatewayAddress,
    client: GatewayClient,
    fail: Fail,
  ): Promise<void> {
    const { resource, address, passage } = await this.#enter(request, asked, client, true);
    if (socket.destroyed) return;
    if (passage === 'redirect') {
      this.totals.redirected(resource.name);
      // A browser does not follow a redirect of a WebSocket, and closes with 1006 without a word.
      fail(
        new RelayError('elsewhere', 'Open this WebSocket where it is, at the "url" of this document.'),
        redirectUrl(resource, address, Date.now(), true),
      );
      return;
    }
    const context = this.#context(request, resource, address, client);
    this.#run(proxyUpgrade({ ...context, socket, head, fail }), resource, request);
  }

  /** Cuts everything that is open, and begins nothing more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const running = [...this.#running];
    for (const each of running) each.abort();
    this.#pool.close();
    await Promise.all(running.map(({ closed }) => closed));
  }

  async #enter(request: IncomingMessage, asked: GatewayAddress, client: GatewayClient, upgrade: boolean) {
    const resource = this.#resources.get(asked.resource);
    refuseEscape(asked.path);
    const address = { ...asked, search: withoutParameters(asked.search, client.ownParameters) };
    const passage = choosePassage(await this.#question(request, resource, address, client, upgrade));
    // A WebSocket that began now would keep the server from ending.
    if (this.#isClosing) throw new RelayError('going-away');
    return { resource, address, passage };
  }

  async #question(
    request: IncomingMessage,
    resource: Resource,
    { entrance, via, path }: GatewayAddress,
    client: GatewayClient,
    upgrade: boolean,
  ): Promise<ModeQuestion> {
    const { mode, live, secure, host } = resource;
    const { headers, method = 'GET' } = request;
    return {
      ...{ entrance, mode, via, live, path, method, upgrade },
      userAgent: headers['user-agent'] ?? '',
      pageIsSecure: client.proto === 'https' || /^https:/i.test(headers.origin ?? headers.referer ?? ''),
      targetIsSecure: secure,
      targetIsPrivate: mode === 'auto' && via === null ? await this.#reach.isPrivate(host) : false,
    };
  }

  #context(request: IncomingMessage, resource: Resource, address: GatewayAddress, client: GatewayClient) {
    const { basePath, log } = this.#options;
    const path = targetPath(resource, address, Date.now());
    return {
      ...{ request, resource, path },
      client: { ...client, via: this.#viaName },
      pool: this.#pool,
      ownUrls: ownUrls(resource, this.#resources.all, basePath),
      askedUrl: `${resource.origin}${path.split('?', 1)[0]}`,
      ownBasePath: `${basePath}proxy/${resource.name}`,
      onFailed: (error: RelayError) => {
        if (error.code === 'going-away') return;
        this.totals.failed(resource.name, error.code);
        log.warn({ resource: resource.name, code: error.code, err: error.cause }, 'resource failed');
      },
    };
  }

  #run(running: Running, { name }: Resource, { socket }: IncomingMessage): void {
    const ended = this.totals.begins(name, socket);
    this.#running.add(running);
    void running.closed.then(() => {
      this.#running.delete(running);
      ended();
    });
  }
}
