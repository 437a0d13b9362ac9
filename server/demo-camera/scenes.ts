/** The scenes in use by what they show, and the count of sessions that play them. */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { pictureKey } from './address.ts';
import type { PictureOptions } from './picture.ts';
import { Scene } from './scene.ts';

/** A client chooses size and bit rate, so the number of encoders that it can start is bounded. */
const MAX_SCENES = 64;
/** Cameras that are counted one by one; with more of them only their scenes are. */
const MAX_COUNTED_CAMERAS = 4096;

export interface SessionCount {
  readonly now: number;
  readonly total: number;
}

export class Scenes {
  readonly #ffmpegPath: string;
  readonly #log: Logger;
  readonly #scenes = new Map<string, Scene>();
  readonly #counts = new Map<string, { now: number; total: number }>();

  constructor(options: { readonly ffmpegPath: string; readonly log: Logger }) {
    this.#ffmpegPath = options.ffmpegPath;
    this.#log = options.log;
  }

  /** The scene that shows this picture; it does not run until it is leased. Throws `RelayError('overloaded')`. */
  get(picture: PictureOptions): Scene {
    const key = pictureKey(picture);
    let scene = this.#scenes.get(key);
    if (!scene) {
      if (this.#scenes.size >= MAX_SCENES) this.#forgetIdle();
      if (this.#scenes.size >= MAX_SCENES) throw new RelayError('overloaded', 'Too many demo pictures at once');
      scene = new Scene({ picture, ffmpegPath: this.#ffmpegPath, log: this.#log });
      this.#scenes.set(key, scene);
    }
    return scene;
  }

  /** Counts a session that plays `camera`; the returned function ends it and is idempotent. */
  countSession(picture: PictureOptions, camera: string): () => void {
    const counts = [...new Set(['', picture.scene, camera])].flatMap((key) => this.#count(key) ?? []);
    for (const count of counts) {
      count.now++;
      count.total++;
    }
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      for (const count of counts) count.now--;
    };
  }

  /** Sessions of a scene (`yard`), of one camera (`yard?n=7`), or of all. */
  sessions(camera = ''): SessionCount {
    return { now: 0, total: 0, ...this.#counts.get(camera.replace(/^demo:/, '')) };
  }

  /** Ends every encoder and awaits it. */
  async close(): Promise<void> {
    await Promise.all([...this.#scenes.values()].map((scene) => scene.close()));
  }

  #count(key: string): { now: number; total: number } | null {
    let count = this.#counts.get(key);
    if (!count && this.#counts.size >= MAX_COUNTED_CAMERAS) return null;
    count ??= { now: 0, total: 0 };
    this.#counts.set(key, count);
    return count;
  }

  #forgetIdle(): void {
    for (const [key, scene] of this.#scenes) if (!scene.isRunning) this.#scenes.delete(key);
  }
}
