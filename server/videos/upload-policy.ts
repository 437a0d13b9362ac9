/** Whether an upload may begin, and under which name it will be kept. Pure. */
import { RelayError } from '../errors.ts';
import { extensionOf, nameForUpload } from './video-name.ts';

export interface UploadLimits {
  readonly enabled: boolean;
  readonly maxBytes: number;
  /** Endings without their dot. */
  readonly types: readonly string[];
  /** 0: none. */
  readonly quotaBytes: number;
}

/** What the client declares (tus 1.0, Upload-Length and Upload-Metadata). */
export interface DeclaredUpload {
  readonly sizeBytes: number | undefined;
  readonly filename: string | null | undefined;
  /** Media type as the browser guesses it. */
  readonly filetype: string | null | undefined;
}

/** What there is already. */
export interface Room {
  /** Bytes of the library's folder. */
  readonly usedBytes: number;
  /** Bytes that unfinished uploads have declared. */
  readonly pendingBytes: number;
  readonly pendingUploads: number;
  /** On the disk. */
  readonly freeBytes: number;
}

/** Each costs two files, even while it is empty. */
export const MAX_PENDING_UPLOADS = 200;
/** Left to everything else on the disk, recordings first of all. */
export const RESERVED_BYTES = 268_435_456;
/** Browsers know none for `.mkv` or `.ts`, or think of a language; the file itself is looked into at the end. */
const NO_TYPE = ['', 'application/octet-stream', 'text/vnd.trolltech.linguist', 'application/mp4', 'application/ogg'];

/**
 * The name.
 * @throws RelayError `not-allowed`, `bad-request`, `not-a-video`, `upload-too-big`, `quota-reached`, `overloaded`
 */
export function admitUpload(declared: DeclaredUpload, limits: UploadLimits, room: Room): string {
  if (!limits.enabled) throw new RelayError('not-allowed', 'Uploads are switched off.');
  const name = nameOf(declared, limits.types);
  const size = declared.sizeBytes;
  if (size === undefined) throw new RelayError('bad-request', 'The upload must declare its length.');
  if (size === 0) throw new RelayError('not-a-video', 'The file is empty.');
  if (size > limits.maxBytes) {
    throw new RelayError('upload-too-big', `The video has ${size} bytes; allowed are ${limits.maxBytes}.`);
  }
  if (room.pendingUploads >= MAX_PENDING_UPLOADS) {
    throw new RelayError('overloaded', `${room.pendingUploads} uploads are unfinished; finish or delete some.`);
  }
  const filledBytes = room.usedBytes + room.pendingBytes + size;
  if (limits.quotaBytes > 0 && filledBytes > limits.quotaBytes) {
    throw new RelayError(
      'quota-reached',
      `The library may hold ${limits.quotaBytes} bytes; this would make ${filledBytes}.`,
    );
  }
  if (size + room.pendingBytes + RESERVED_BYTES > room.freeBytes) {
    throw new RelayError('quota-reached', 'The disk has no room for a video of this size.');
  }
  return name;
}

function nameOf({ filename, filetype }: DeclaredUpload, types: readonly string[]): string {
  if (filename === undefined || filename === null || filename === '') {
    throw new RelayError('bad-request', 'The upload must declare its file name, as "filename" in Upload-Metadata.');
  }
  const name = nameForUpload(filename);
  if (name === null || !types.includes(extensionOf(name))) {
    throw new RelayError('not-a-video', `Files of this type are not taken; allowed are ${types.join(', ')}.`);
  }
  const type = (filetype ?? '').toLowerCase().replace(/;.*$/s, '').trim();
  if (!type.startsWith('video/') && !NO_TYPE.includes(type)) {
    throw new RelayError('not-a-video', `The file is declared as ${type.slice(0, 80)}, which is not a video.`);
  }
  return name;
}

/** Endings whose files are built alike, the first being the usual one. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  mp4: ['mp4', 'm4v', 'mov', '3gp'],
  quicktime: ['mov', 'mp4', 'm4v', '3gp'],
  matroska: ['mkv', 'webm'],
  webm: ['webm', 'mkv'],
  mpegts: ['ts', 'mts', 'm2ts'],
  flv: ['flv'],
  avi: ['avi'],
  mpeg: ['mpg', 'mpeg'],
  ogg: ['ogv'],
};

/** Pure: the name with the ending that fits what the file is: an AVI that calls itself `.mp4` would not play. */
export function nameFor(container: string, name: string): string {
  const family = Object.hasOwn(FAMILIES, container) ? FAMILIES[container]! : [];
  const extension = extensionOf(name);
  if (family.length === 0 || family.includes(extension)) return name;
  return `${name.slice(0, -extension.length)}${family[0]}`;
}
