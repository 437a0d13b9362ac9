/** How much room a disk has left. What recordings make of it is decided by `recordings.ts`, uploads by `upload-policy.ts`. */
import { statfs } from 'node:fs/promises';
import { RelayError } from '../errors.ts';

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

/** @throws RelayError `quota-reached` with this message, when the disk of this folder has fewer bytes left */
export async function needRoom(folder: string, bytes: number, message: string): Promise<void> {
  if ((await freeBytes(folder)) < bytes) throw new RelayError('quota-reached', message);
}
