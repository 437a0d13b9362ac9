/** Which recordings have to go. Pure; deleting them is `retention.ts`. */

export interface KeptFile {
  readonly camera: string;
  readonly path: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly bytes: number;
  /** Somebody reads it: it stays, whatever the limits say. */
  readonly inUse: boolean;
}

export interface RetentionLimits {
  readonly maxAgeMs: number;
  /** Of one camera; null: no limit. */
  readonly maxBytes: number | null;
}

export interface RetentionSituation {
  /** Finished files only, in any order. */
  readonly files: readonly KeptFile[];
  readonly nowMs: number;
  readonly limitsOf: (camera: string) => RetentionLimits;
  /** Of all cameras; null: no limit. */
  readonly maxBytes: number | null;
  /** Bytes that belong to files being written: they count, but cannot go. */
  readonly growingBytes: number;
  /** Bytes that have to become free on the disk; 0 when there is room. */
  readonly neededBytes: number;
}

/** Pure: the files to delete, oldest first: too old, over a camera's bytes, over all bytes, then for want of room. */
export function filesToDelete(situation: RetentionSituation): KeptFile[] {
  const { files, nowMs, limitsOf, maxBytes, growingBytes, neededBytes } = situation;
  const oldestFirst = files.toSorted((a, b) => a.startedAtMs - b.startedAtMs || (a.path < b.path ? -1 : 1));
  const gone = new Set(oldestFirst.filter((file) => !file.inUse && tooOld(file, limitsOf(file.camera), nowMs)));

  for (const camera of new Set(files.map((file) => file.camera))) {
    const limit = limitsOf(camera).maxBytes;
    if (limit === null) continue;
    shrink(
      oldestFirst.filter((file) => file.camera === camera),
      gone,
      limit,
    );
  }
  if (maxBytes !== null) shrink(oldestFirst, gone, maxBytes - growingBytes);
  let missing = neededBytes - sum(gone);
  for (const file of oldestFirst) {
    if (missing <= 0) break;
    if (file.inUse || gone.has(file)) continue;
    gone.add(file);
    missing -= file.bytes;
  }
  return oldestFirst.filter((file) => gone.has(file));
}

function tooOld(file: KeptFile, { maxAgeMs }: RetentionLimits, nowMs: number): boolean {
  return file.endedAtMs < nowMs - maxAgeMs;
}

/** Adds the oldest that are free to go until the others fit. */
function shrink(oldestFirst: readonly KeptFile[], gone: Set<KeptFile>, limitBytes: number): void {
  let bytes = sum(oldestFirst.filter((file) => !gone.has(file)));
  for (const file of oldestFirst) {
    if (bytes <= limitBytes) return;
    if (file.inUse || gone.has(file)) continue;
    gone.add(file);
    bytes -= file.bytes;
  }
}

function sum(files: Iterable<KeptFile>): number {
  let bytes = 0;
  for (const file of files) bytes += file.bytes;
  return bytes;
}
