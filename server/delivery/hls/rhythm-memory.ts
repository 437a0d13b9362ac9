/**
 * Remembers each camera's rhythm, over restarts too: with it the first playlist need not wait until it is known how
 * far apart keyframes are. A lost file costs a few seconds once; it is never an error.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { isRhythm, isSameRhythm, type Rhythm } from '../../hub/rhythm.ts';
import type { Rendition } from './file-names.ts';

export interface RememberedRhythm extends Rhythm {
  /** Bits per second of the busiest segment, where one was measured. */
  readonly peakBitrate?: number;
}

/** What is known of one stream, for whoever cuts it. */
export interface RhythmNotes {
  /** Null: nothing. */
  recall(): RememberedRhythm | null;
  remember(rhythm: RememberedRhythm): void;
}

/** Of the higher one: changes of less are the same bit rate. */
const SAME_BITRATE = 0.25;

export class RhythmMemory {
  readonly #path: string;
  readonly #log: Logger;
  readonly #rhythms = new Map<string, RememberedRhythm>();
  #writing: Promise<void> = Promise.resolve();

  constructor({ dataDir, log }: { readonly dataDir: string; readonly log: Logger }) {
    this.#path = join(dataDir, 'hls', 'rhythms.json');
    this.#log = log;
  }

  /** Reads what an earlier relay left. Never rejects. */
  async load(): Promise<void> {
    try {
      const saved: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof saved !== 'object' || saved === null) return;
      for (const [camera, rhythm] of Object.entries(saved)) {
        if (isRemembered(rhythm) && !this.#rhythms.has(camera)) this.#rhythms.set(camera, rhythm);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.debug({ err: error }, 'no rhythms remembered');
    }
  }

  /**
   * The notes of what is kept under a key.
   * @param seen what viewers of any format have seen of the stream, which is newer than what was noted
   */
  of(key: string, seen: () => Rhythm | null): RhythmNotes {
    return {
      recall: () => {
        const noted = this.recall(key);
        const now = seen();
        return now === null ? noted : { ...noted, ...now };
      },
      remember: (rhythm) => this.remember(key, rhythm),
    };
  }

  recall(camera: string): RememberedRhythm | null {
    return this.#rhythms.get(camera) ?? null;
  }

  /** Writes it down when it is news. A bit rate that is not said stays as it was. */
  remember(camera: string, news: RememberedRhythm): void {
    const known = this.#rhythms.get(camera);
    const rhythm = { ...known, ...news };
    if (known !== undefined && isSame(known, rhythm)) return;
    this.#rhythms.set(camera, rhythm);
    this.#writing = this.#writing.then(() => this.#save());
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #save(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const unfinished = `${this.#path}.new`;
      await writeFile(unfinished, `${JSON.stringify(Object.fromEntries(this.#rhythms), null, 2)}\n`);
      await rename(unfinished, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, 'the keyframe intervals of cameras could not be written down');
    }
  }
}

function isSame(a: RememberedRhythm, b: RememberedRhythm): boolean {
  const [bitrate = 0, other = 0] = [a.peakBitrate, b.peakBitrate];
  return isSameRhythm(a, b) && Math.abs(bitrate - other) <= SAME_BITRATE * Math.max(bitrate, other);
}

function isRemembered(value: unknown): value is RememberedRhythm {
  if (!isRhythm(value)) return false;
  const { peakBitrate = 1 } = value as { readonly peakBitrate?: unknown };
  return typeof peakBitrate === 'number' && peakBitrate > 0;
}

/** Pure: what a rhythm is remembered under. What comes from a camera and what is made of it have each one of their own. */
export function rhythmKey(camera: string, { stream, profile, hevc }: Rendition): string {
  return [
    camera,
    ...(stream === 'sub' ? ['sub'] : []),
    ...(hevc ? ['hevc'] : []),
    ...(profile === 'auto' ? [] : [profile]),
  ].join(' ');
}
