/** From the configuration's entries to cameras: defaults applied, demo addresses resolved, secrets made known. */
import type { Logger } from 'pino';
import type { CameraOptions } from '../camera/camera-options.ts';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import { DeviceLogin, LoginMemory } from '../camera/pull/login-memory.ts';
import { budgetHosts, type SessionBudget } from '../camera/session-budget.ts';
import { tcpAddressOf } from '../camera/source/source-address.ts';
import type { SourceMemory } from '../camera/source/source-memory.ts';
import type { SourcePreparer } from '../camera/source/source-preparer.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../ffmpeg/redact.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import { profilesOf } from './profiles.ts';

export interface ConfiguredCamerasOptions {
  readonly config: Config;
  readonly cameras: CameraRegistry;
  /** What the cameras sent before. */
  readonly sources: SourceMemory;
  readonly preparer: SourcePreparer;
  readonly budget: SessionBudget;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Where a `demo:` URL is pulled, and with which login. */
  readonly resolveDemo: (url: string) => { url: string; username: string; password: string };
}

/** Pure: whether a camera is one of the built-in ones. */
function isDemo(camera: CameraConfig): boolean {
  return camera.url.startsWith('demo:');
}

/** Pure: whether any of a camera's streams is a built-in one. */
export function usesDemo(camera: CameraConfig): boolean {
  return isDemo(camera) || camera.sub?.startsWith('demo:') === true;
}

/**
 * Adds every configured camera to the registry; none is pulled by that.
 * @throws RelayError `config` for a demo address that does not exist
 */
export function addConfiguredCameras(options: ConfiguredCamerasOptions): void {
  const { config, cameras, sources, preparer, budget, ffmpeg, redactor, log, resolveDemo } = options;
  const profileOf = profilesOf(config.ffmpeg);
  const hostOf = budgetHosts(Object.values(config.cameras));
  const logins = new Map<string, DeviceLogin>();
  for (const [id, camera] of Object.entries(config.cameras)) {
    for (const secret of [camera.username, camera.password, camera.key]) if (secret) redactor.add(secret);
    const input = [...config.ffmpeg.input, ...camera.input];
    const source: RtspSource = { ...camera, input, ...(isDemo(camera) ? resolveDemo(camera.url) : {}) };
    const { sub } = camera;
    const subSource: RtspSource | null =
      sub === undefined ? null : { ...source, url: sub, ...(sub.startsWith('demo:') ? resolveDemo(sub) : {}) };
    const memories = { main: sources.of(id, 'main'), sub: sources.of(id, 'sub') };
    const streams = { source, subSource, memories, profileOf };
    const key = deviceKey(camera, source, id);
    const device = logins.get(key) ?? new DeviceLogin();
    logins.set(key, device);
    const login = new LoginMemory(config.ffmpeg.refusedLoginRetryMs, device);
    const counted = { budget, host: hostOf(source.url) };
    cameras.add({
      id,
      ...streams,
      ...behaviour(config, camera, id),
      ...counted,
      login,
      preparer,
      ffmpeg,
      redactor,
      log,
    });
  }
}

/** Pure: equal for cameras that log in to the same device as the same user, since devices lock accounts, not channels. */
function deviceKey(camera: CameraConfig, source: RtspSource, id: string): string {
  const address = tcpAddressOf(source.url);
  const { username, password } = source;
  // A login in the URL is left to its own camera, and so is every demo camera.
  if (isDemo(camera) || address === null || username === undefined || source.url.includes('@')) return `camera ${id}`;
  return JSON.stringify([address.host, address.port, username, password]);
}

function behaviour(
  config: Config,
  camera: CameraConfig,
  id: string,
): Omit<
  CameraOptions,
  | 'id'
  | 'source'
  | 'subSource'
  | 'memories'
  | 'profileOf'
  | 'login'
  | 'preparer'
  | 'budget'
  | 'host'
  | 'ffmpeg'
  | 'redactor'
  | 'log'
  | 'onChanged'
> {
  const { ffmpeg, delivery } = config;
  const output = Object.hasOwn(ffmpeg.profiles, camera.profile) ? (ffmpeg.profiles[camera.profile]?.output ?? []) : [];
  return {
    title: camera.title ?? id,
    demo: isDemo(camera),
    // A profile with options of its own is applied by the pull; a built-in one reads the hub.
    profileOutput: output.length > 0 ? output : null,
    profile: output.length > 0 ? 'auto' : camera.profile,
    sharing: camera.sharing ?? delivery.sharing,
    keep: camera.keep,
    push:
      camera.key === undefined || camera.source === 'pull' ? undefined : { key: camera.key, takeover: camera.takeover },
    idleTimeoutMs: ffmpeg.idleTimeoutMs,
    timings: ffmpeg,
    stream: delivery,
  };
}
