/**
 * Remembers each camera's rhythm, over restarts too: with it the first playlist need not wait until it is known how
 * far apart keyframes are. A lost file costs a few seconds once; it is never an error.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Rendition } from './file-names.ts';
import type { Rhythm } from './segment-plan.ts';

/** Changes of less are the same rhythm. */
const SAME_MS = 20;
const SAME_BITRATE = 0.25;

export class RhythmMemory {
  readonly #path: string;
  readonly #log: Logger;
  readonly #rhythms = new Map<string, Rhythm>();
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
        if (isRhythm(rhythm) && !this.#rhythms.has(camera)) this.#rhythms.set(camera, rhythm);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.debug({ err: error }, 'no rhythms remembered');
    }
  }

  recall(camera: string): Rhythm | null {
    return this.#rhythms.get(camera) ?? null;
  }

  /** Writes it down when it is news. */
  remember(camera: string, rhythm: Rhythm): void {
    const known = this.#rhythms.get(camera);
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

function isSame(a: Rhythm, b: Rhythm): boolean {
  const near = (one: number | null, other: number | null) =>
    one === null || other === null ? one === other : Math.abs(one - other) < SAME_MS;
  const [bitrate = 0, other = 0] = [a.peakBitrate, b.peakBitrate];
  const alike = Math.abs(bitrate - other) <= SAME_BITRATE * Math.max(bitrate, other);
  return alike && near(a.keyframeIntervalMs, b.keyframeIntervalMs) && near(a.frameMs, b.frameMs);
}

function isRhythm(value: unknown): value is Rhythm {
  if (typeof value !== 'object' || value === null) return false;
  const { keyframeIntervalMs, frameMs, peakBitrate = 1 } = value as Partial<Record<keyof Rhythm, unknown>>;
  if (typeof peakBitrate !== 'number' || !(peakBitrate > 0)) return false;
  const isTime = (ms: unknown) => typeof ms === 'number' && ms >= 0 && ms < 3_600_000;
  return isTime(frameMs) && (keyframeIntervalMs === null || isTime(keyframeIntervalMs));
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
