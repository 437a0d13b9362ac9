/**
 * Remembers what each camera sent, over restarts too, so that ffmpeg gets the right options at once and streams are cut
 * by keyframes that are known to come. A lost file costs one more start of ffmpeg per camera; it is never an error.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import { isRhythm, isSameRhythm, type Rhythm } from '../../hub/rhythm.ts';
import type { CameraMemory } from '../pull/pull-options.ts';

interface Known {
  readonly tracks: SourceTracks | null;
  readonly rhythm: Rhythm | null;
}

const NOTHING: Known = { tracks: null, rhythm: null };

export class SourceMemory {
  readonly #path: string;
  readonly #log: Logger;
  readonly #known = new Map<string, Known>();
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
      for (const [name, value] of Object.entries(saved)) {
        if (!this.#known.has(name)) this.#known.set(name, readKnown(value));
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
        return memory.#known.get(name)?.tracks ?? null;
      },
      set sources(tracks) {
        const known = memory.#known.get(name)?.tracks;
        if (tracks !== null && JSON.stringify(tracks) !== JSON.stringify(known)) memory.#note(name, { tracks });
      },
      get rhythm() {
        return memory.#known.get(name)?.rhythm ?? null;
      },
      set rhythm(rhythm) {
        const known = memory.#known.get(name)?.rhythm ?? null;
        const isNews = rhythm !== null && (known === null || !isSameRhythm(known, rhythm));
        if (isNews) memory.#note(name, { rhythm });
      },
    };
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #note(name: string, news: Partial<Known>): void {
    this.#known.set(name, { ...NOTHING, ...this.#known.get(name), ...news });
    this.#writing = this.#writing.then(() => this.#save());
  }

  async #save(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const unfinished = `${this.#path}.new`;
      const entries = [...this.#known].map(([name, { tracks, rhythm }]) => [name, { ...tracks, rhythm }]);
      await writeFile(unfinished, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
      await rename(unfinished, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, 'what cameras send could not be written down');
    }
  }
}

/** Pure: what of an entry is sound; nothing of one that is damaged. */
function readKnown(value: unknown): Known {
  if (typeof value !== 'object' || value === null) return NOTHING;
  const { rhythm, ...tracks } = value as { readonly rhythm?: unknown };
  return { tracks: isTracks(tracks) ? tracks : null, rhythm: isRhythm(rhythm) ? rhythm : null };
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
