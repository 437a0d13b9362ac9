/**
 * Notices H.264 and H.265 parameter sets that changed inside the stream and makes the sequence header that players need:
 * `ffmpeg -c copy` leaves them in the keyframe, and flv.js looks at sequence headers only.
 */
import { BitReader } from './bit-reader.ts';
import { hevcRecord, hevcSetsAmong } from './hevc-record.ts';
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
    if (tag.kind !== 'keyframe' || current === null) return null;
    const record = current.codec === 'h264' ? changedAvc(current, tag) : changedHevc(current, tag);
    if (record === null) return null;
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

function nalUnits(keyframe: Tag, { codec, nalLengthBytes }: VideoConfig): Buffer[] {
  const nals: Buffer[] = [];
  const body = tagBody(keyframe);
  const video = readVideoBody(body);
  if (video?.codec !== codec || nalLengthBytes === 0) return nals;
  let at = video.dataOffset;
  while (at + nalLengthBytes < body.length) {
    const start = at + nalLengthBytes;
    const end = start + body.readUIntBE(at, nalLengthBytes);
    if (end > body.length) break;
    nals.push(body.subarray(start, end));
    at = end;
  }
  return nals;
}

/** Pure: the record that the keyframe's own sets make; null when they are those of the header. */
function changedAvc(current: VideoConfig, keyframe: Tag): Buffer | null {
  const nals = nalUnits(keyframe, current).map(trimZeros);
  const ofType = (type: number, leastBytes: number) =>
    nals.filter((nal) => nal.length >= leastBytes && nal.length <= MAX_NAL_BYTES && (nal[0]! & 0x1f) === type);
  const inBand = { sps: ofType(NAL.sps, 4), pps: ofType(NAL.pps, 2) };
  const sps = inBand.sps.some((nal) => !includes(current.sps, nal)) ? inBand.sps : current.sps;
  const newPps = inBand.pps.some((nal) => !includes(current.pps, nal));
  if (sps === current.sps && !newPps) return null;
  const pps = !newPps ? current.pps : sps === current.sps ? merge(inBand.pps, current.pps) : inBand.pps;
  return avcRecord(sps, pps, current.nalLengthBytes);
}

/** Pure: the same for H.265, whose cameras repeat all sets before each keyframe. */
function changedHevc(current: VideoConfig, keyframe: Tag): Buffer | null {
  if (current.codec !== 'hevc') return null;
  const inBand = hevcSetsAmong(nalUnits(keyframe, current).map(trimZeros));
  const isNew = (['vps', 'sps', 'pps'] as const).some((kind) =>
    inBand[kind].some((nal) => !includes(current[kind], nal)),
  );
  return isNew ? hevcRecord(current, inBand) : null;
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
