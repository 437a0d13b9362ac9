/**
 * Remembers what each camera sent, over restarts too, so that ffmpeg gets the right options at once. A lost file costs
 * one more start of ffmpeg per camera; it is never an error.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import type { CameraMemory } from '../pull/pull.ts';

export class SourceMemory {
  readonly #path: string;
  readonly #log: Logger;
  readonly #tracks = new Map<string, SourceTracks>();
  #writing: Promise<void> = Promise.resolve();

  constructor({ dataDir, log }: { readonly dataDir: string; readonly log: Logger }) {
    this.#path = join(dataDir, 'cameras', 'sources.json');
    this.#log = log;
  }

  /** Reads what an earlier relay left. Never rejects. */
  async load(): Promise<void> {
    try {
      const saved: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof saved !== 'object' || saved === null) return;
      for (const [name, tracks] of Object.entries(saved)) {
        if (isTracks(tracks) && !this.#tracks.has(name)) this.#tracks.set(name, tracks);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.debug({ err: error }, 'no sources remembered');
    }
  }

  /** The memory of one camera's stream, written down whenever it changes. */
  of(cameraId: string, stream: 'main' | 'sub'): CameraMemory {
    const name = `${cameraId}/${stream}`;
    const memory = this;
    return {
      neverCopyVideo: false,
      get sources() {
        return memory.#tracks.get(name) ?? null;
      },
      set sources(tracks) {
        memory.#remember(name, tracks);
      },
    };
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #remember(name: string, tracks: SourceTracks | null): void {
    if (tracks === null || JSON.stringify(tracks) === JSON.stringify(this.#tracks.get(name))) return;
    this.#tracks.set(name, tracks);
    this.#writing = this.#writing.then(() => this.#save());
  }

  async #save(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const unfinished = `${this.#path}.new`;
      await writeFile(unfinished, `${JSON.stringify(Object.fromEntries(this.#tracks), null, 2)}\n`);
      await rename(unfinished, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, 'what cameras send could not be written down');
    }
  }
}

function isTracks(value: unknown): value is SourceTracks {
  if (typeof value !== 'object' || value === null) return false;
  const { video, audio } = value as { video?: unknown; audio?: unknown };
  return isTrack(video, ['width', 'height', 'fps']) && isTrack(audio, ['sampleRateHz', 'channels']);
}

function isTrack(track: unknown, numbers: readonly string[]): boolean {
  if (track === null) return true;
  if (typeof track !== 'object') return false;
  const members = track as Readonly<Record<string, unknown>>;
  return typeof members.codec === 'string' && numbers.every((name) => Number.isFinite(members[name]));
}
