/**
 * Builds the parts in the order a frame meets them and closes them in reverse. The only place, with `http/`, that sees
 * all of them.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { CameraRegistry } from './camera/camera-registry.ts';
import { ChatRooms } from './chat/rooms.ts';
import type { CameraConfig, Config } from './config/schema.ts';
import { Mp4Cameras } from './delivery/fmp4/mp4-cameras.ts';
import { HlsOutputs } from './delivery/hls/hls-outputs.ts';
import { MjpegStreams } from './delivery/snapshot/mjpeg-streams.ts';
import { Snapshots } from './delivery/snapshot/snapshots.ts';
import { ViewerRegistry } from './delivery/viewer-registry.ts';
import { DemoCameras } from './demo-camera/demo-cameras.ts';
import { Ffmpeg } from './ffmpeg/ffmpeg.ts';
import { JpegCoder } from './ffmpeg/jpeg-coder.ts';
import { Redactor } from './ffmpeg/redact.ts';
import type { RtspSource } from './ffmpeg/rtsp-input.ts';
import { createApp } from './http/app.ts';
import { type DevPage, devPage } from './http/dev-page.ts';
import { EventsHub } from './http/events.ts';
import { builtAssets, builtHtml, pageRoutes } from './http/page.ts';
import { Upgrades } from './http/upgrade.ts';
import { Health } from './observe/health.ts';
import { createLogger } from './observe/log.ts';
import { Metrics } from './observe/metrics.ts';
import { VERSION } from './version.ts';

export interface RelayOptions {
  readonly config: Config;
  /** Where the built page lies; beside the built server when left out. */
  readonly webDir?: string;
  /** Serves the page from its sources, with reload. */
  readonly dev?: boolean;
  /** Replaces the logger that the configuration describes. It must redact by itself. */
  readonly log?: Logger;
}

export interface Relay {
  /** `http://HOST:PORT`, as it is reached. */
  readonly url: string;
  /** Tells viewers 1001, ends every ffmpeg and the server; resolves when all are gone. Idempotent. */
  close(): Promise<void>;
}

/** How long clients may take to send a request's headers. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often that is looked at; Node's own 30 s would let such connections pile up. */
const CONNECTIONS_CHECK_EVERY_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
/** A gathered write of a few pictures fits, so that sockets need not announce after each that they have drained. */
const SOCKET_BUFFER_BYTES = 65_536;

/** Beside this file when it is built itself; in the build folder when it runs from its source. */
const BUILT_PAGE = import.meta.url.endsWith('.ts') ? '../dist/web' : '../web';

/**
 * Starts a relay and resolves when it listens.
 * @throws RelayError `config`; the server's own error (`EADDRINUSE` …) when it cannot listen
 */
export async function createRelay(options: RelayOptions): Promise<Relay> {
  const { config } = options;
  const redactor = new Redactor();
  const log = options.log ?? createLogger({ ...config.log, redact: (text) => redactor.redact(text) });
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_EVERY_MS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  });
  await listen(server, config.server);

  const ffmpeg = new Ffmpeg({ ...config.ffmpeg, log, redactor });
  const demoCameras = new DemoCameras({ ffmpegPath: config.ffmpeg.path, log });
  const cameras = new CameraRegistry();
  const viewers = new ViewerRegistry({ ...config.delivery, log });
  const mp4 = new Mp4Cameras(config.delivery);
  const coder = new JpegCoder(ffmpeg);
  const { connectTimeoutMs } = config.ffmpeg;
  const snapshots = new Snapshots({ coder, connectTimeoutMs });
  const mjpeg = new MjpegStreams({ coder, mp4, connectTimeoutMs });
  const hls = new HlsOutputs({ mp4, limits: config.hls, connectTimeoutMs, dataDir: config.dataDir, log });
  const events = new EventsHub(cameras, VERSION);
  const hasCamera = (id: string) => Object.hasOwn(config.cameras, id);
  const chat = new ChatRooms({ config: config.chat, dataDir: config.dataDir, hasCamera, log });
  if (config.chat.moderatorKey !== undefined) redactor.add(config.chat.moderatorKey);
  const health = new Health(ffmpeg, VERSION);
  const metrics = new Metrics({ cameras, viewers, hls, ffmpegs: () => ffmpeg.running });
  let upgrades: Upgrades | null = null;
  let dev: DevPage | null = null;

  let closed: Promise<void> | null = null;
  const close = async () => {
    log.info('closing');
    health.closing();
    const serverClosed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    events.close();
    const chatClosed = chat.close();
    const hlsClosed = hls.close();
    await cameras.close();
    viewers.close();
    upgrades?.close();
    await dev?.close();
    server.closeAllConnections();
    await Promise.all([serverClosed, chatClosed, hlsClosed, demoCameras.close(), ffmpeg.close()]);
  };
  const relay: Relay = {
    url: urlOf(server),
    close: () => {
      closed ??= close();
      return closed;
    },
  };

  try {
    void ffmpeg.warm();
    await hls.load();
    if (Object.values(config.cameras).some(isDemo)) await demoCameras.start();
    for (const [id, camera] of Object.entries(config.cameras)) {
      for (const secret of [camera.username, camera.password]) if (secret) redactor.add(secret);
      const input = [...config.ffmpeg.input, ...camera.input];
      const source: RtspSource = { ...camera, input, ...(isDemo(camera) ? demoCameras.resolve(camera.url) : {}) };
      cameras.add({ id, source, ...cameraOptions(config, camera, id), ffmpeg, redactor, log });
    }
    const webDir = options.webDir ?? fileURLToPath(new URL(BUILT_PAGE, import.meta.url));
    const { basePath } = config.server;
    dev = options.dev ? await devPage(server) : null;
    const page =
      dev === null
        ? [pageRoutes(builtHtml(webDir), basePath), builtAssets(webDir)]
        : [pageRoutes(dev.readHtml, basePath), dev.middleware];
    const imageOrigins = config.chat.avatarHosts.map((host) => `https://${host}`);
    const app = createApp({
      basePath,
      cameras,
      viewers,
      mp4,
      hls,
      snapshots,
      mjpeg,
      chat,
      imageOrigins,
      health,
      metrics,
      log,
      page,
      dev: dev !== null,
    });
    const foreignProtocols = dev?.foreignProtocols ?? [];
    upgrades = new Upgrades({
      server,
      plain: app,
      basePath,
      cameras,
      viewers,
      mp4,
      events,
      chat,
      log,
      foreignProtocols,
    });
    server.on('request', app);
    return relay;
  } catch (error) {
    await relay.close();
    throw error;
  }
}

function isDemo(camera: CameraConfig): boolean {
  return camera.url.startsWith('demo:');
}

function cameraOptions(config: Config, camera: CameraConfig, id: string) {
  const { ffmpeg, delivery } = config;
  const profile = camera.profile === 'auto' ? undefined : ffmpeg.profiles[camera.profile];
  return {
    title: camera.title ?? id,
    demo: isDemo(camera),
    profileOutput: profile?.output ?? null,
    sharing: camera.sharing ?? delivery.sharing,
    keep: camera.keep,
    idleTimeoutMs: ffmpeg.idleTimeoutMs,
    timings: ffmpeg,
    stream: delivery,
  };
}

function listen(server: Server, { host, port }: Config['server']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
