/**
 * One FLV tag (Adobe FLV specification 10.1, annex E.4): the unit that travels through the relay.
 * Types and pure accessors only; cutting bytes into tags is `tag-parser.ts`.
 */

/**
 * What a tag means to the relay. `video-header` and `audio-header` are the sequence headers (AVCC, AudioSpecificConfig);
 * `keyframe` and `frame` are coded pictures; `script` is any script tag but onMetaData.
 */
export type TagKind =
  | 'metadata'
  | 'script'
  | 'video-header'
  | 'keyframe'
  | 'frame'
  | 'video-end'
  | 'audio-header'
  | 'audio';

export interface Tag {
  readonly kind: TagKind;
  /**
   * Decode time in ms. From the parser: as on the wire, 0 to 2^32-1; after `Timeline`: monotonic, may exceed 2^32, and
   * for a script tag the time of the position where it stands, whatever its bytes say.
   */
  readonly timestampMs: number;
  /**
   * The whole tag as it goes on the wire: 11 header bytes, body, 4 bytes PreviousTagSize. Shared by all viewers:
   * never written to after it was made.
   */
  readonly bytes: Buffer;
  /** Relay wall clock (Unix ms) when the tag's last byte came in. */
  readonly arrivedAtMs: number;
}

export const TAG_HEADER_BYTES = 11;
export const PREVIOUS_TAG_SIZE_BYTES = 4;

export const TAG_TYPE = { audio: 8, video: 9, script: 18 } as const;

/** Wire time of every script tag: ffmpeg's demuxer makes a subtitle track of one that carries any other. */
export const SCRIPT_TIME_MS = 0;

/** Pure: metadata and other script tags, which say something about the stream and are no part of its time. */
export function isScript(kind: TagKind): boolean {
  return kind === 'metadata' || kind === 'script';
}

/** Pure: the 9-byte file header and the first PreviousTagSize (annex E.2). */
export function flvHeader(tracks: { audio: boolean; video: boolean }): Buffer {
  const flags = (tracks.audio ? 0x04 : 0) | (tracks.video ? 0x01 : 0);
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0]);
}

/** Pure: the tag's body, a view into its bytes. */
export function tagBody(tag: Tag): Buffer {
  return tag.bytes.subarray(TAG_HEADER_BYTES, tag.bytes.length - PREVIOUS_TAG_SIZE_BYTES);
}

/** Pure: serialises a tag. Only the low 32 bits of the timestamp fit on the wire. */
export function serialiseTag(type: number, timestampMs: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(TAG_HEADER_BYTES + body.length + PREVIOUS_TAG_SIZE_BYTES);
  bytes[0] = type;
  bytes.writeUIntBE(body.length, 1, 3);
  writeTimestamp(bytes, timestampMs);
  bytes.writeUIntBE(0, 8, 3);
  bytes.set(body, TAG_HEADER_BYTES);
  bytes.writeUInt32BE(TAG_HEADER_BYTES + body.length, TAG_HEADER_BYTES + body.length);
  return bytes;
}

/** Writes the low 32 bits of a timestamp into a serialised tag: 24 bits, then the extended high byte. */
export function writeTimestamp(bytes: Buffer, timestampMs: number): void {
  const low = timestampMs % 0x1_0000_0000;
  bytes.writeUIntBE(low % 0x100_0000, 4, 3);
  bytes[7] = Math.floor(low / 0x100_0000);
}

/** Pure: the 32-bit timestamp of a serialised tag. */
export function readTimestamp(bytes: Buffer): number {
  return bytes.readUIntBE(4, 3) + bytes[7]! * 0x100_0000;
}
