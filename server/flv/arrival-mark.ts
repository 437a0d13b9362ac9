/**
 * The script tag that tells players when a keyframe reached the relay. When it is inserted is the hub's business;
 * what the page computes from it (the delay shown) is the page's.
 */
import { ARRIVAL_SCRIPT, type ArrivalMark } from '../protocol.ts';
import { writeScriptData } from './amf.ts';
import { SCRIPT_TIME_MS, serialiseTag, TAG_HEADER_BYTES, TAG_TYPE, type Tag, tagBody } from './tag.ts';
import { readVideoBody } from './video-body.ts';

/** Every mark has the same bytes but for its numbers. */
const TEMPLATE = writeScriptData({
  name: ARRIVAL_SCRIPT,
  value: { timestampMs: 0, ptsMs: 0, arrivedAtMs: 0, heldMs: 0 },
});
const NAME_BYTES = 3 + ARRIVAL_SCRIPT.length;
const PREFIX = TEMPLATE.subarray(0, NAME_BYTES);
const AT = {
  timestampMs: numberAt('timestampMs'),
  ptsMs: numberAt('ptsMs'),
  arrivedAtMs: numberAt('arrivedAtMs'),
  heldMs: numberAt('heldMs'),
};

/** Pure: the mark to send just before `keyframe`, with the keyframe's own times and how long ffmpeg had held it. */
export function arrivalTag(keyframe: Tag, heldMs = 0): Tag {
  const compositionMs = readVideoBody(tagBody(keyframe))?.compositionMs ?? 0;
  const body = Buffer.from(TEMPLATE);
  body.writeDoubleBE(keyframe.timestampMs, AT.timestampMs);
  body.writeDoubleBE(keyframe.timestampMs + compositionMs, AT.ptsMs);
  body.writeDoubleBE(keyframe.arrivedAtMs, AT.arrivedAtMs);
  body.writeDoubleBE(heldMs, AT.heldMs);
  const bytes = serialiseTag(TAG_TYPE.script, SCRIPT_TIME_MS, body);
  return { kind: 'script', timestampMs: keyframe.timestampMs, bytes, arrivedAtMs: keyframe.arrivedAtMs };
}

/** Pure: what a tag's mark says; null when the tag is none. */
export function readArrivalMark(tag: Tag): ArrivalMark | null {
  if (!isMark(tag.bytes)) return null;
  const body = tagBody(tag);
  return {
    timestampMs: body.readDoubleBE(AT.timestampMs),
    ptsMs: body.readDoubleBE(AT.ptsMs),
    arrivedAtMs: body.readDoubleBE(AT.arrivedAtMs),
    heldMs: body.readDoubleBE(AT.heldMs),
  };
}

/** Moves the media times inside a serialised mark; leaves every other tag alone. For bytes that nobody else has yet. */
export function shiftArrivalMark(bytes: Buffer, byMs: number): void {
  if (byMs === 0 || !isMark(bytes)) return;
  for (const at of [TAG_HEADER_BYTES + AT.timestampMs, TAG_HEADER_BYTES + AT.ptsMs]) {
    bytes.writeDoubleBE(bytes.readDoubleBE(at) + byMs, at);
  }
}

function isMark(bytes: Buffer): boolean {
  const begin = bytes.subarray(TAG_HEADER_BYTES, TAG_HEADER_BYTES + NAME_BYTES);
  return (
    bytes[0] === TAG_TYPE.script && bytes.length === TAG_HEADER_BYTES + TEMPLATE.length + 4 && begin.equals(PREFIX)
  );
}

/** Where a member's eight bytes stand: after its name and the number marker. */
function numberAt(member: keyof ArrivalMark): number {
  return TEMPLATE.indexOf(Buffer.from(`\0${String.fromCharCode(member.length)}${member}`)) + 2 + member.length + 1;
}
