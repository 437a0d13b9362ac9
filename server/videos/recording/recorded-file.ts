/** What is known of one recorded file. Types only; the files by camera and time are `catalog.ts`. */
import type { RecordReason } from '../../protocol.ts';
import type { Reference } from './fragment-index.ts';

export interface RecordedFile {
  readonly camera: string;
  readonly name: string;
  readonly path: string;
  /** Arrival of the first picture at the relay, and when the last one ends, Unix ms. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** On the file's own clock. */
  readonly durationMs: number;
  readonly bytes: number;
  readonly codecs: string;
  /** 0 without a picture. */
  readonly width: number;
  readonly height: number;
  /** Null when a killed relay could not say it. */
  readonly reason: RecordReason | null;
}

/** A file that is being written: everything up to `file.bytes` is on the disk and does not change any more. */
export interface GrowingFile {
  readonly file: RecordedFile;
  /** ftyp and moov. */
  readonly init: Buffer;
  readonly references: readonly Reference[];
}

/** Where the pieces of a file lie, and what a player needs before them. */
export type FileTable = Pick<GrowingFile, 'init' | 'references'>;

/** Pure: the wall clock at a place on the file's clock; the two drift apart by little, evenly. */
export function wallClockMs(file: Pick<RecordedFile, 'startedAtMs' | 'endedAtMs' | 'durationMs'>, ms: number): number {
  if (file.durationMs <= 0) return file.startedAtMs;
  return file.startedAtMs + (ms * (file.endedAtMs - file.startedAtMs)) / file.durationMs;
}
