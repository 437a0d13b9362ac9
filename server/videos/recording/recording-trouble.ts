/** Why nothing is recorded although it should be: what a disk refuses, as people are told. Pure. */
import { DiskTooSlow } from './recording-file.ts';

export interface RecordingTrouble {
  readonly state: 'disk-full' | 'failed';
  readonly message: string;
}

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export const DISK_FULL: RecordingTrouble = { state: 'disk-full', message: 'The disk of the recordings is full.' };
export const DISK_BEHIND: RecordingTrouble = { state: 'failed', message: 'The disk of the recordings is too slow.' };

/** Pure: of what the writing of a file ended with. */
export function troubleOf(error: Error): RecordingTrouble {
  if (error instanceof DiskTooSlow) return DISK_BEHIND;
  const code = 'code' in error ? String(error.code) : '';
  return NO_ROOM.includes(code)
    ? DISK_FULL
    : { state: 'failed', message: `The disk refuses: ${code || error.message}.` };
}
