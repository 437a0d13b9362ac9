/**
 * Builds the parts in the order a frame meets them and closes them in reverse. The only place, with `wiring/` and `http/`,
 * that sees all of them.
 */
import type { Server as TlsServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Access } from './access/access.ts';
import { limitConnections } from './access/connection-limit.ts';
import { ChatRooms } from './chat/rooms.ts';
import { isLoopbackHost } from './config/checks.ts';
import type { Config } from './config/schema.ts';
import { Redactor } from './ffmpeg/redact.ts';
import { Gateway } from './gateway/gateway.ts';
import { secretsOf } from './gateway/resources.ts';
import { createApp } from './http/app.ts';
import { devPage } from './http/dev-page.ts';
import { EventsHub } from './http/events.ts';
import { type DeclaredRoute, Gate } from './http/gate.ts';
import { closeHttpServer, listen, newHttpServer } from './http/http-server.ts';
import { builtPage, type Page } from './http/page.ts';
import { leaveContinueToGateway } from './http/routes/gateway.ts';
import { readTls, TlsRenewal } from './http/tls-files.ts';
import { Upgrades } from './http/upgrade.ts';
import { Health } from './observe/health.ts';
import { createLogger } from './observe/log.ts';
import { Metrics } from './observe/metrics.ts';
import { VERSION } from './version.ts';
import { CameraSide } from './wiring/camera-side.ts';
import { DeliverySide } from './wiring/delivery-side.ts';
import { expandCameras } from './wiring/expand-cameras.ts';
import { LibrarySide } from './wiring/library-side.ts';

export interface RelayOptions {
  readonly config: Config;
  /** Where the built page lies; beside the built server when left out. */
  readonly webDir?: string;
  /** Serves the page from its sources, with reload. */
  readonly dev?: boolean;
  /** Replaces the logger that the configuration describes. It must redact by itself. */
  readonly log?: Logger;
  /** Shows the code with which somebody on another machine makes the first administrator. Never to the log. */
  readonly printSetupCode?: (code: string) => void;
}

export interface Relay {
  /** `http://HOST:PORT`, as it is reached. */
  readonly url: string;
  /** Every route and WebSocket path that it answers, with what each demands. */
  readonly routes: readonly DeclaredRoute[];
  /** Tells viewers 1001, ends every ffmpeg and the server; resolves when all are gone. Idempotent. */
  close(): Promise<void>;
}

/** Beside this file when it is built itself; in the build folder when it runs from its source. */
const BUILT_PAGE = import.meta.url.endsWith('.ts') ? '../dist/web' : '../web';

/**
 * Starts a relay and resolves when it listens.
 * @throws RelayError `config`; the server's own error (`EADDRINUSE` …) when it cannot listen
 */
export async function createRelay(options: RelayOptions): Promise<Relay> {
  const config = expandCameras(options.config);
  const { dataDir } = config;
  const { basePath, host, allowOrigins } = config.server;
  const redactor = new Redactor();
  for (const secret of secretsIn(config)) redactor.add(secret);
  const log = options.log ?? createLogger({ ...config.log, redact: (text) => redactor.redact(text) });
  const ground = { config, redactor, log };
  const tls = config.server.tls ?? null;
  const server = newHttpServer(tls === null ? null : await readTls(tls));
  const renewal = tls === null ? null : new TlsRenewal({ server: server as TlsServer, files: tls, log });

  const { printSetupCode = () => {} } = options;
  const access = new Access({ config: config.access, dataDir, basePath, log, printSetupCode });
  const cameraSide = new CameraSide(ground);
  const { ffmpeg, cameras, budget, doctor, adHoc } = cameraSide;
  const deliverySide = new DeliverySide(ground, ffmpeg);
  const { viewers, mp4, hls } = deliverySide;
  const library = new LibrarySide(ground, { cameras, mp4, ffmpeg });
  const { recordings, videos, uploads } = library;
  const gateway = new Gateway({ ...config.gateway, resources: config.resources, basePath, env: process.env, log });
  const hasCamera = (id: string) => Object.hasOwn(config.cameras, id);
  const chat = new ChatRooms({ config: config.chat, dataDir, hasCamera, log });
  const events = new EventsHub(cameras, VERSION);
  const health = new Health(ffmpeg, VERSION);
  const metrics = new Metrics({ cameras, viewers, hls, chat, gateway, ffmpegs: () => ffmpeg.running });
  let upgrades: Upgrades | null = null;
  let page: Page | null = null;

  let closed: Promise<void> | null = null;
  const close = async () => {
    log.info('closing');
    health.closing();
    renewal?.close();
    events.close();
    const viewersGone = Promise.all([
      gateway.close(),
      chat.close(),
      hls.close(),
      recordings.close(),
      cameraSide.stop(),
    ]);
    await closeHttpServer(server, viewersGone);
    viewers.close();
    upgrades?.close();
    await Promise.all([page?.close(), access.close(), library.close(), cameraSide.close()]);
  };
  const closeOnce = () => {
    closed ??= close();
    return closed;
  };

  try {
    void ffmpeg.warm();
    await Promise.all([access.load(), hls.load(), library.load(), cameraSide.load()]);
    const webDir = options.webDir ?? fileURLToPath(new URL(BUILT_PAGE, import.meta.url));
    page = options.dev ? await devPage(server, basePath) : builtPage(webDir, basePath);
    const gate = new Gate({ access, allowOrigins });
    const shared = { basePath, access, gate, gateway, cameras, budget, adHoc, viewers, mp4, chat, log };
    const app = createApp({
      ...shared,
      ...deliverySide,
      doctor,
      videos,
      uploads,
      recordings,
      imageOrigins: config.chat.avatarHosts.map((name) => `https://${name}`),
      allowOrigins,
      isTls: tls !== null,
      health,
      metrics,
      page,
    });
    const { foreignProtocols } = page;
    upgrades = new Upgrades({ ...shared, server, plain: app, events, foreignProtocols });
    limitConnections(server, config.access.maxConnectionsPerAddress, (address) => access.isTrustedProxy(address));
    server.on('request', app);
    leaveContinueToGateway(server, basePath);
    const url = await listen(server, config.server);
    if (!isLoopbackHost(host)) access.door.announceSetup();
    cameraSide.start();
    recordings.start();
    return { url, routes: gate.declared, close: closeOnce };
  } catch (error) {
    await closeOnce();
    throw error;
  }
}

/** Pure: secrets of the relay's own; those of cameras are made known with their cameras. */
function secretsIn({ access, chat, resources }: Config): string[] {
  const own = [access.oidc?.clientSecret, chat.moderatorKey].filter((secret) => secret !== undefined);
  return [...own, ...secretsOf(resources)];
}
