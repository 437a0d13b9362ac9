/**
 * Notices H.264 parameter sets that changed inside the stream and makes the sequence header that players need:
 * `ffmpeg -c copy` leaves them in the keyframe, and flv.js looks at sequence headers only.
 */
import { BitReader } from './bit-reader.ts';
import { readH264Sps } from './sps.ts';
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from './tag.ts';
import { readVideoBody } from './video-body.ts';
import { readVideoConfig, type VideoConfig } from './video-config.ts';

const NAL = { sps: 7, pps: 8 } as const;
/** The record counts SPS in 5 bits and PPS in 8 (ISO/IEC 14496-15, section 5.3.3.1). */
const MAX_SPS = 31;
const MAX_PPS = 255;
const MAX_NAL_BYTES = 0xffff;
/** The profiles whose record has no chroma format at its end. */
const PLAIN_PROFILES = new Set([66, 77, 88]);

/** Give it every tag of a stream in order. */
export class ParameterSets {
  #current: VideoConfig | null = null;
  /** The bytes before the record in the header's body, which a new header begins with too. */
  #prefix = Buffer.alloc(0);

  /**
   * A new `video-header` to send before `tag`, when `tag` is a keyframe whose own parameter sets are not those of the
   * last header; else null. Never throws: damaged NAL units are the decoder's to judge.
   */
  observe(tag: Tag): Tag | null {
    if (tag.kind === 'video-header') {
      this.#remember(tag);
      return null;
    }
    const current = this.#current;
    if (tag.kind !== 'keyframe' || current?.codec !== 'h264') return null;
    const inBand = scan(tag, current.nalLengthBytes);
    const sps = inBand.sps.some((nal) => !includes(current.sps, nal)) ? inBand.sps : current.sps;
    const newPps = inBand.pps.some((nal) => !includes(current.pps, nal));
    if (sps === current.sps && !newPps) return null;
    const pps = !newPps ? current.pps : sps === current.sps ? merge(inBand.pps, current.pps) : inBand.pps;
    const record = avcRecord(sps, pps, current.nalLengthBytes);
    if (!record) return null;
    const bytes = serialiseTag(TAG_TYPE.video, tag.timestampMs, Buffer.concat([this.#prefix, record]));
    const header: Tag = { kind: 'video-header', timestampMs: tag.timestampMs, bytes, arrivedAtMs: tag.arrivedAtMs };
    this.#remember(header);
    return header;
  }

  #remember(header: Tag): void {
    const config = readVideoConfig(header);
    // Of a damaged header nothing is known, so nothing can be called a change of it.
    this.#current = config;
    if (config) {
      const body = tagBody(header);
      this.#prefix = Buffer.from(body.subarray(0, body.length - config.record.length));
    }
  }
}

function scan(keyframe: Tag, nalLengthBytes: number): { sps: Buffer[]; pps: Buffer[] } {
  const found: { sps: Buffer[]; pps: Buffer[] } = { sps: [], pps: [] };
  const body = tagBody(keyframe);
  const video = readVideoBody(body);
  if (video?.codec !== 'h264') return found;
  let at = video.dataOffset;
  while (at + nalLengthBytes < body.length) {
    const start = at + nalLengthBytes;
    const end = start + body.readUIntBE(at, nalLengthBytes);
    if (end > body.length) break;
    const nal = trimZeros(body.subarray(start, end));
    const type = nal[0] === undefined ? 0 : nal[0] & 0x1f;
    if (type === NAL.sps && nal.length >= 4 && nal.length <= MAX_NAL_BYTES) found.sps.push(nal);
    if (type === NAL.pps && nal.length >= 2 && nal.length <= MAX_NAL_BYTES) found.pps.push(nal);
    at = end;
  }
  return found;
}

/** `cabac_zero_words` and padding may follow a NAL unit in band; they are no part of it. */
function trimZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}

function includes(known: readonly Buffer[], nal: Buffer): boolean {
  return known.some((each) => trimZeros(each).equals(nal));
}

/** New ones first; of the old ones those whose id is not taken. */
function merge(fresh: readonly Buffer[], old: readonly Buffer[]): Buffer[] {
  const ids = new Set(fresh.map(ppsId));
  return [...fresh, ...old.filter((nal) => !ids.has(ppsId(nal)))];
}

/** The first Exp-Golomb code after the NAL header (H.264 section 7.3.2.2); -1 when it cannot be read. */
function ppsId(nal: Buffer): number {
  try {
    return new BitReader(nal.subarray(1)).unsigned();
  } catch {
    return -1;
  }
}

/** Pure: null when the sets do not fit a record. */
function avcRecord(sps: readonly Buffer[], pps: readonly Buffer[], nalLengthBytes: number): Buffer | null {
  const first = sps[0];
  if (!first || first.length < 4 || pps.length === 0 || sps.length > MAX_SPS || pps.length > MAX_PPS) return null;
  return Buffer.concat([
    Buffer.from([1, first[1]!, first[2]!, first[3]!, 0xfc | (nalLengthBytes - 1), 0xe0 | sps.length]),
    ...sps.flatMap(withLength),
    Buffer.from([pps.length]),
    ...pps.flatMap(withLength),
    chromaEnding(first),
  ]);
}

function withLength(nal: Buffer): Buffer[] {
  return [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal];
}

function chromaEnding(sps: Buffer): Buffer {
  if (PLAIN_PROFILES.has(sps[1]!)) return Buffer.alloc(0);
  try {
    const { chromaFormat, bitDepthLuma, bitDepthChroma } = readH264Sps(sps);
    return Buffer.from([
      0xfc | (chromaFormat & 3),
      0xf8 | ((bitDepthLuma - 8) & 7),
      0xf8 | ((bitDepthChroma - 8) & 7),
      0,
    ]);
  } catch {
    return Buffer.alloc(0);
  }
}
