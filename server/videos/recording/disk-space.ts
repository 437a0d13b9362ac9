/** How much room the disk of the recordings has left. What follows from it is decided by `recordings.ts`. */
import { statfs } from 'node:fs/promises';

/** Bytes that may still be written under this folder; rejects when there is no such folder. */
export type FreeBytes = (folder: string) => Promise<number>;

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** A disk that was full counts as such until there is so much more room: or recording would begin and stop by turns. */
const SLACK = 1.05;

/** Pure: bytes that are missing; 0 when there is room. */
export function missingBytes(free: number, minFreeBytes: number, wasFull: boolean): number {
  return Math.max(0, Math.ceil(minFreeBytes * (wasFull ? SLACK : 1)) - free);
}
