/** The relay's cameras by id, and the news of them. */
import { EventEmitter } from 'node:events';
import { RelayError } from '../errors.ts';
import type { CameraInfo } from '../protocol.ts';
import { Camera } from './camera.ts';
import type { CameraOptions } from './camera-options.ts';

/** `cameraChanged` carries the camera whose `info` is no longer what it was. */
export interface CameraEvents {
  cameraChanged: [camera: Camera];
}

export class CameraRegistry extends EventEmitter<CameraEvents> {
  readonly #cameras = new Map<string, Camera>();

  add(options: Omit<CameraOptions, 'onChanged'>): void {
    const onChanged = (camera: Camera) => this.emit('cameraChanged', camera);
    this.#cameras.set(options.id, new Camera({ ...options, onChanged }));
  }

  /** Begins to pull the cameras that are kept up with nobody watching. */
  start(): void {
    for (const camera of this.#cameras.values()) camera.start();
  }

  /** @throws RelayError `no-such-camera` */
  get(id: string): Camera {
    const camera = this.#cameras.get(id);
    if (camera === undefined) throw new RelayError('no-such-camera', 'No camera of this name is configured.');
    return camera;
  }

  /** Undefined for a name that is not configured. */
  find(id: string): Camera | undefined {
    return this.#cameras.get(id);
  }

  get all(): readonly Camera[] {
    return [...this.#cameras.values()];
  }

  get infos(): CameraInfo[] {
    return [...this.#cameras.values()].map((camera) => camera.info);
  }

  get viewers(): number {
    return [...this.#cameras.values()].reduce((sum, camera) => sum + camera.viewers, 0);
  }

  /** Closes every camera; resolves when the last ffmpeg is gone. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
  }
}
