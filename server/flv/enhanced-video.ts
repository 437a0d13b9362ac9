/**
 * Pure: H.265 as many cameras and servers put it into FLV (codec id 12, in no specification) in the form that the bus
 * carries: Enhanced RTMP v1 with the FourCC `hvc1`.
 */
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from './tag.ts';

const CODEC_HEVC_LEGACY = 12;
const LEGACY_HEADER_BYTES = 5;
const PACKET = { header: 0, picture: 1, end: 2 } as const;
const EX_HEADER = 0x80;

/** Pure: the tag itself unless it is H.265 under codec id 12. */
export function asEnhanced(tag: Tag): Tag {
  if (tag.bytes[0] !== TAG_TYPE.video) return tag;
  const body = tagBody(tag);
  const first = body[0] ?? 0;
  const isLegacy = (first & EX_HEADER) === 0 && (first & 0x0f) === CODEC_HEVC_LEGACY;
  if (!isLegacy || body.length < LEGACY_HEADER_BYTES) return tag;
  const packet = body[1] ?? PACKET.picture;
  const head = Buffer.alloc(5);
  // Frame type stays in its bits; the packet types have the same numbers in both forms.
  head[0] = EX_HEADER | (first & 0x70) | packet;
  head.write('hvc1', 1, 'latin1');
  // Only coded pictures carry a composition time (section "Video Packet": CodedFrames).
  const from = packet === PACKET.picture ? 2 : LEGACY_HEADER_BYTES;
  return { ...tag, bytes: serialiseTag(TAG_TYPE.video, tag.timestampMs, Buffer.concat([head, body.subarray(from)])) };
}
