/** How a stream's keyframes and pictures come: what is said of it, noted and compared. Measured by `rhythm-meter.ts`. */

export interface Rhythm {
  /** Time between keyframes; 0 when there is no picture; null when it is longer than was looked for. */
  readonly keyframeIntervalMs: number | null;
  /** Time between pictures (or frames of sound). */
  readonly frameMs: number;
}

/** Changes of less are the same rhythm. */
const SAME_MS = 20;
const MAX_MS = 3_600_000;

/** Pure. */
export function isSameRhythm(a: Rhythm, b: Rhythm): boolean {
  const near = (one: number | null, other: number | null) =>
    one === null || other === null ? one === other : Math.abs(one - other) < SAME_MS;
  return near(a.keyframeIntervalMs, b.keyframeIntervalMs) && near(a.frameMs, b.frameMs);
}

/** Pure: whether what was read from a file is one. */
export function isRhythm(value: unknown): value is Rhythm {
  if (typeof value !== 'object' || value === null) return false;
  const { keyframeIntervalMs, frameMs } = value as Partial<Record<keyof Rhythm, unknown>>;
  const isTime = (ms: unknown) => typeof ms === 'number' && ms >= 0 && ms < MAX_MS;
  return isTime(frameMs) && (keyframeIntervalMs === null || isTime(keyframeIntervalMs));
}
