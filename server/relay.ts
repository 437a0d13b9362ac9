/**
 * Builds the parts in the order a frame meets them and closes them in reverse. The only place, with `http/`, that sees
 * all of them.
 */

import type { Server as TlsServer } from 'node:https';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Access } from './access/access.ts';
import { limitConnections } from './access/connection-limit.ts';
import { newAdHocCameras } from './ad-hoc-wiring.ts';
import { CameraRegistry } from './camera/camera-registry.ts';
import { SessionBudget } from './camera/session-budget.ts';
import { CameraChecks } from './camera/source/camera-checks.ts';
import { SourceMemory } from './camera/source/source-memory.ts';
import { SourcePreparer } from './camera/source/source-preparer.ts';
import { VendorFinder } from './camera/source/vendor-finder.ts';
import { ChatRooms } from './chat/rooms.ts';
import { isLoopbackHost } from './config/checks.ts';
import type { Config } from './config/schema.ts';
import { addConfiguredCameras, usesDemo } from './configured-cameras.ts';
import { Mp4Cameras } from './delivery/fmp4/mp4-cameras.ts';
import { HlsOutputs } from './delivery/hls/hls-outputs.ts';
import { MjpegStreams } from './delivery/snapshot/mjpeg-streams.ts';
import { Snapshots } from './delivery/snapshot/snapshots.ts';
import { ViewerRegistry } from './delivery/viewer-registry.ts';
import { DemoCameras } from './demo-camera/demo-cameras.ts';
import { Doctor } from './doctor/doctor.ts';
import { expandCameras } from './expand-cameras.ts';
import { canSha256Login } from './ffmpeg/capabilities.ts';
import { Ffmpeg } from './ffmpeg/ffmpeg.ts';
import { JpegCoder } from './ffmpeg/jpeg-coder.ts';
import { MediaFiles } from './ffmpeg/media-files.ts';
import { Redactor } from './ffmpeg/redact.ts';
import { Gateway } from './gateway/gateway.ts';
import { secretsOf } from './gateway/resources.ts';
import { createApp } from './http/app.ts';
import { devPage } from './http/dev-page.ts';
import { EventsHub } from './http/events.ts';
import { type DeclaredRoute, Gate } from './http/gate.ts';
import { closeHttpServer, listen, newHttpServer } from './http/http-server.ts';
import { builtPage, type Page } from './http/page.ts';
import { problemOf } from './http/problem.ts';
import { leaveContinueToGateway } from './http/routes/gateway.ts';
import { readTls, TlsRenewal } from './http/tls-files.ts';
import { Upgrades } from './http/upgrade.ts';
import { Health } from './observe/health.ts';
import { createLogger } from './observe/log.ts';
import { Metrics } from './observe/metrics.ts';
import { VERSION } from './version.ts';
import { readFileName } from './videos/recording/file-names.ts';
import { Recordings } from './videos/recording/recordings.ts';
import { Uploads } from './videos/uploads.ts';
import { VideoLibrary } from './videos/video-library.ts';

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
  const redactor = new Redactor();
  const log = options.log ?? createLogger({ ...config.log, redact: (text) => redactor.redact(text) });
  const tls = config.server.tls ?? null;
  const server = newHttpServer(tls === null ? null : await readTls(tls));
  const renewal = tls === null ? null : new TlsRenewal({ server: server as TlsServer, files: tls, log });
  const ffmpeg = new Ffmpeg({ ...config.ffmpeg, log, redactor });
  const demoCameras = new DemoCameras({ ffmpegPath: config.ffmpeg.path, log });
  const cameras = new CameraRegistry();
  const sources = new SourceMemory({ dataDir: config.dataDir, log });
  const preparer = new SourcePreparer({
    timeoutMs: config.ffmpeg.connectTimeoutMs,
    sha256Login: () => ffmpeg.capabilities().then(canSha256Login),
    vendors: new VendorFinder({ dataDir: config.dataDir, log }),
  });
  const doctor = new Doctor({ preparer, ffmpeg, connectTimeoutMs: config.ffmpeg.connectTimeoutMs });
  const checks = new CameraChecks({ preparer, everyMs: config.ffmpeg.checkEveryMs, log });
  const budget = new SessionBudget(config.limits);
  const adHoc = newAdHocCameras({ config, budget, ffmpeg, redactor, log });
  const { dataDir } = config;
  const access = new Access({
    config: config.access,
    dataDir,
    log,
    printSetupCode: options.printSetupCode ?? (() => {}),
  });
  const viewers = new ViewerRegistry({ ...config.delivery, log });
  const mp4 = new Mp4Cameras(config.delivery);
  const coder = new JpegCoder(ffmpeg);
  const { connectTimeoutMs } = config.ffmpeg;
  const snapshots = new Snapshots({ coder, connectTimeoutMs });
  const mjpeg = new MjpegStreams({ coder, mp4, connectTimeoutMs });
  const hls = new HlsOutputs({
    mp4,
    limits: config.hls,
    connectTimeoutMs,
    maxWaiting: config.delivery.maxViewers,
    dataDir: config.dataDir,
    log,
  });
  const videosDir = resolve(config.videos.path ?? join(dataDir, 'videos'));
  const recordings = new Recordings({
    cameras,
    mp4,
    rules: Object.fromEntries(Object.entries(config.cameras).map(([id, { record }]) => [id, record])),
    config: config.recording,
    folder: resolve(config.dataDir, config.recording.path),
    libraryFolder: videosDir,
    library: () => videos,
    playerChunkBytes: config.videos.playerChunkBytes,
    log,
  });
  const { resources } = config;
  for (const secret of secretsOf(resources)) redactor.add(secret);
  const gateway = new Gateway({
    ...config.gateway,
    resources,
    basePath: config.server.basePath,
    env: process.env,
    log,
  });
  const media = new MediaFiles(ffmpeg, config.ffmpeg.path);
  const recorded = {
    safeLength: (name: string) => recordings.safeLength(name),
    cameraOf: (name: string) => readFileName(name)?.camera ?? null,
    removed: (name: string) => recordings.remove(name),
  };
  const videos = new VideoLibrary({ ...config.videos, path: videosDir, dataDir, media, recorded, log });
  const uploads = new Uploads({
    ...config.videos.upload,
    folder: join(dataDir, 'uploads'),
    library: videos,
    media,
    problemText: (error) => JSON.stringify(problemOf(error)),
    log,
  });
  const events = new EventsHub(cameras, VERSION);
  const hasCamera = (id: string) => Object.hasOwn(config.cameras, id);
  const chat = new ChatRooms({ config: config.chat, dataDir: config.dataDir, hasCamera, log });
  if (config.access.oidc !== undefined) redactor.add(config.access.oidc.clientSecret);
  if (config.chat.moderatorKey !== undefined) redactor.add(config.chat.moderatorKey);
  const health = new Health(ffmpeg, VERSION);
  const metrics = new Metrics({ cameras, viewers, hls, chat, ffmpegs: () => ffmpeg.running });
  const hasDemos = Object.values(config.cameras).some(usesDemo);
  let upgrades: Upgrades | null = null;
  let page: Page | null = null;

  let closed: Promise<void> | null = null;
  const close = async () => {
    log.info('closing');
    health.closing();
    renewal?.close();
    events.close();
    await checks.close();
    const viewersGone = Promise.all([
      gateway.close(),
      chat.close(),
      hls.close(),
      recordings.close(),
      cameras.close(),
      adHoc.close(),
    ]);
    await closeHttpServer(server, viewersGone);
    viewers.close();
    upgrades?.close();
    await Promise.all([
      page?.close(),
      access.close(),
      sources.close(),
      demoCameras.close(),
      ffmpeg.close(),
      videos.close(),
      uploads.close(),
    ]);
  };
  const closeOnce = () => {
    closed ??= close();
    return closed;
  };

  try {
    void ffmpeg.warm();
    await Promise.all([
      access.load(),
      hls.load(),
      sources.load(),
      videos.load(),
      uploads.load(),
      hasDemos ? demoCameras.start() : undefined,
    ]);
    const resolveDemo = (url: string) => demoCameras.resolve(url);
    addConfiguredCameras({ config, cameras, sources, preparer, budget, ffmpeg, redactor, log, resolveDemo });
    const { basePath } = config.server;
    const webDir = options.webDir ?? fileURLToPath(new URL(BUILT_PAGE, import.meta.url));
    page = options.dev ? await devPage(server, basePath) : builtPage(webDir, basePath);
    const { allowOrigins } = config.server;
    const gate = new Gate({ access, basePath, allowOrigins });
    const shared = { basePath, access, gate, gateway, cameras, budget, adHoc, viewers, mp4, chat, log };
    const imageOrigins = config.chat.avatarHosts.map((host) => `https://${host}`);
    const app = createApp({
      allowOrigins,
      isTls: tls !== null,
      ...shared,
      doctor,
      videos,
      uploads,
      hls,
      recordings,
      snapshots,
      mjpeg,
      imageOrigins,
      health,
      metrics,
      page,
    });
    const { foreignProtocols } = page;
    upgrades = new Upgrades({ ...shared, server, plain: app, events, foreignProtocols });
    limitConnections(server, config.access.maxConnectionsPerAddress, (address) => access.isTrustedProxy(address));
    server.on('request', app);
    leaveContinueToGateway(server, app, basePath);
    const url = await listen(server, config.server);
    if (!isLoopbackHost(config.server.host)) access.announceSetup();
    cameras.start();
    checks.start(cameras.all);
    recordings.start();
    return { url, routes: gate.declared, close: closeOnce };
  } catch (error) {
    await closeOnce();
    throw error;
  }
}
