/**
 * What a video sequence header says: codec, RFC 6381 codec string, picture size, parameter sets. Changes of the
 * parameter sets inside the stream are `parameter-sets.ts`.
 */
import { readH264Sps, readH265Sps } from './sps.ts';
import { type Tag, tagBody } from './tag.ts';
import { readVideoBody, type VideoCodec } from './video-body.ts';

export interface VideoConfig {
  readonly codec: Exclude<VideoCodec, 'other'>;
  /** For `MediaSource.isTypeSupported` and HLS: `avc1.64001f`, `hvc1.1.6.L93.B0`, `av01.0.04M.08`. */
  readonly codecString: string;
  /** 0 when the header does not tell (AV1, or an SPS that cannot be read). */
  readonly width: number;
  readonly height: number;
  /** Bytes of the length before each NAL unit; 0 for AV1. */
  readonly nalLengthBytes: number;
  /** NAL units without length; empty for AV1. `vps` is H.265's only. */
  readonly vps: readonly Buffer[];
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
  /** The avcC, hvcC or av1C record itself, a view into the tag. */
  readonly record: Buffer;
}

const H265_NAL = { vps: 32, sps: 33, pps: 34 } as const;
/** H.264 level 6.2 and H.265 level 6.2 end well below. */
const MAX_SIDE = 16_888;

/** Pure: null when the tag is no video header of a known codec, or is damaged. Never throws. */
export function readVideoConfig(tag: Tag): VideoConfig | null {
  if (tag.kind !== 'video-header') return null;
  const body = tagBody(tag);
  const video = readVideoBody(body);
  if (!video || video.codec === 'other') return null;
  const record = body.subarray(video.dataOffset);
  switch (video.codec) {
    case 'h264':
      return readAvcRecord(record);
    case 'hevc':
      return readHevcRecord(record);
    case 'av1':
      return readAv1Record(record);
  }
}

/** ISO/IEC 14496-15, section 5.3.3.1. */
function readAvcRecord(record: Buffer): VideoConfig | null {
  if (record.length < 7 || record[0] !== 1) return null;
  const sps = readNals(record, 6, record[5]! & 0x1f);
  if (!sps || sps.end >= record.length) return null;
  const pps = readNals(record, sps.end + 1, record[sps.end]!);
  if (!pps) return null;
  return {
    codec: 'h264',
    codecString: `avc1.${record.toString('hex', 1, 4)}`,
    ...sizeOf(sps.nals[0], readH264Sps),
    nalLengthBytes: (record[4]! & 3) + 1,
    vps: [],
    sps: sps.nals,
    pps: pps.nals,
    record,
  };
}

/** ISO/IEC 14496-15, section 8.3.3.1; the codec string is annex E.3 of the same. */
function readHevcRecord(record: Buffer): VideoConfig | null {
  if (record.length < 23) return null;
  const sets = new Map<number, Buffer[]>();
  let at = 23;
  for (let array = 0; array < record[22]!; array++) {
    if (at + 3 > record.length) return null;
    const type = record[at]! & 0x3f;
    const nals = readNals(record, at + 3, record.readUInt16BE(at + 1));
    if (!nals) return null;
    sets.set(type, [...(sets.get(type) ?? []), ...nals.nals]);
    at = nals.end;
  }
  const sps = sets.get(H265_NAL.sps) ?? [];
  return {
    codec: 'hevc',
    codecString: hevcCodecString(record),
    ...sizeOf(sps[0], readH265Sps),
    nalLengthBytes: (record[21]! & 3) + 1,
    vps: sets.get(H265_NAL.vps) ?? [],
    sps,
    pps: sets.get(H265_NAL.pps) ?? [],
    record,
  };
}

/** Pure: the name of an H.265 record, as ISO/IEC 14496-15 annex E.3 forms it. */
export function hevcCodecString(record: Buffer): string {
  const space = ['', 'A', 'B', 'C'][record[1]! >> 6]!;
  const tier = record[1]! & 0x20 ? 'H' : 'L';
  // The flags are written in reverse bit order, as one hexadecimal number.
  const flags = record.readUInt32BE(2);
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit++) compatibility += ((flags >>> bit) & 1) * 2 ** (31 - bit);
  const constraints = [...record.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const words = constraints.map((byte) => byte.toString(16).toUpperCase());
  return [
    `hvc1.${space}${record[1]! & 0x1f}`,
    compatibility.toString(16).toUpperCase(),
    `${tier}${record[12]}`,
    ...words,
  ].join('.');
}

/** AV1 in ISO BMFF, section 2.3.3; the codec string is section 5 of the same. */
function readAv1Record(record: Buffer): VideoConfig | null {
  if (record.length < 4) return null;
  const profile = record[1]! >> 5;
  const level = String(record[1]! & 0x1f).padStart(2, '0');
  const tier = record[2]! & 0x80 ? 'H' : 'M';
  const depth = record[2]! & 0x40 ? (record[2]! & 0x20 ? '12' : '10') : '08';
  const codecString = `av01.${profile}.${level}${tier}.${depth}`;
  return { codec: 'av1', codecString, width: 0, height: 0, nalLengthBytes: 0, vps: [], sps: [], pps: [], record };
}

function readNals(record: Buffer, start: number, count: number): { nals: Buffer[]; end: number } | null {
  const nals: Buffer[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 2 > record.length) return null;
    const end = at + 2 + record.readUInt16BE(at);
    if (end > record.length) return null;
    nals.push(record.subarray(at + 2, end));
    at = end;
  }
  return { nals, end: at };
}

function sizeOf(
  sps: Buffer | undefined,
  read: (nal: Uint8Array) => { width: number; height: number },
): { width: number; height: number } {
  try {
    const { width, height } = read(sps ?? Buffer.alloc(0));
    if (width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE) return { width, height };
  } catch {
    // The codec is still known; only the size is not.
  }
  return { width: 0, height: 0 };
}
