/** From the configuration's entries to cameras: defaults applied, demo addresses resolved, secrets made known. */
import type { Logger } from 'pino';
import type { CameraOptions } from './camera/camera.ts';
import type { CameraRegistry } from './camera/camera-registry.ts';
import type { CameraConfig, Config } from './config/schema.ts';
import type { Ffmpeg } from './ffmpeg/ffmpeg.ts';
import type { Redactor } from './ffmpeg/redact.ts';
import type { RtspSource } from './ffmpeg/rtsp-input.ts';

export interface ConfiguredCamerasOptions {
  readonly config: Config;
  readonly cameras: CameraRegistry;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Where a `demo:` URL is pulled, and with which login. */
  readonly resolveDemo: (url: string) => { url: string; username: string; password: string };
}

/** Pure: whether a camera is one of the built-in ones. */
export function isDemo(camera: CameraConfig): boolean {
  return camera.url.startsWith('demo:');
}

/**
 * Adds every configured camera to the registry; none is pulled by that.
 * @throws RelayError `config` for a demo address that does not exist
 */
export function addConfiguredCameras(options: ConfiguredCamerasOptions): void {
  const { config, cameras, ffmpeg, redactor, log, resolveDemo } = options;
  for (const [id, camera] of Object.entries(config.cameras)) {
    for (const secret of [camera.username, camera.password, camera.key]) if (secret) redactor.add(secret);
    const input = [...config.ffmpeg.input, ...camera.input];
    const source: RtspSource = { ...camera, input, ...(isDemo(camera) ? resolveDemo(camera.url) : {}) };
    cameras.add({ id, source, ...behaviour(config, camera, id), ffmpeg, redactor, log });
  }
}

function behaviour(
  config: Config,
  camera: CameraConfig,
  id: string,
): Omit<CameraOptions, 'id' | 'source' | 'ffmpeg' | 'redactor' | 'log' | 'onChanged'> {
  const { ffmpeg, delivery } = config;
  const profile = camera.profile === 'auto' ? undefined : ffmpeg.profiles[camera.profile];
  return {
    title: camera.title ?? id,
    demo: isDemo(camera),
    profileOutput: profile?.output ?? null,
    sharing: camera.sharing ?? delivery.sharing,
    keep: camera.keep,
    push:
      camera.key === undefined || camera.source === 'pull' ? undefined : { key: camera.key, takeover: camera.takeover },
    idleTimeoutMs: ffmpeg.idleTimeoutMs,
    timings: ffmpeg,
    stream: delivery,
  };
}
