/**
 * Writes the configuration record (hvcC) that H.265 parameter sets inside a keyframe ask for. When that is asked for is
 * `parameter-sets.ts`.
 */
import { unescapeNal } from './bit-reader.ts';
import { readH265Sps } from './sps.ts';
import type { VideoConfig } from './video-config.ts';

const NAL = { vps: 32, sps: 33, pps: 34 } as const;
/** Of the record, before the arrays (ISO/IEC 14496-15 section 8.3.3.1.2). */
const FIXED_BYTES = 23;
/** Profile, compatibility, constraints and level: the same twelve bytes in the SPS and in the record. */
const PROFILE_BYTES = 12;
/** In the SPS after the NAL header: the VPS id, the number of sub-layers, and the nesting flag come before. */
const PROFILE_AT = 1;
const MAX_NAL_BYTES = 0xffff;

export interface HevcSets {
  readonly vps: readonly Buffer[];
  readonly sps: readonly Buffer[];
  readonly pps: readonly Buffer[];
}

/** Pure: the parameter sets among NAL units; damaged or endless ones are left out. */
export function hevcSetsAmong(nals: readonly Buffer[]): HevcSets {
  const ofType = (type: number) =>
    nals.filter((nal) => nal.length > 2 && nal.length <= MAX_NAL_BYTES && ((nal[0]! >> 1) & 0x3f) === type);
  return { vps: ofType(NAL.vps), sps: ofType(NAL.sps), pps: ofType(NAL.pps) };
}

/**
 * Pure: the record for these sets, where a kind that is not among them stays as it was. Null when no record can be made
 * of them.
 */
export function hevcRecord(current: VideoConfig, sets: HevcSets): Buffer | null {
  const vps = sets.vps.length > 0 ? sets.vps : current.vps;
  const sps = sets.sps.length > 0 ? sets.sps : current.sps;
  const pps = sets.pps.length > 0 ? sets.pps : current.pps;
  const first = sps[0];
  if (first === undefined || current.record.length < FIXED_BYTES) return null;
  try {
    const fixed = Buffer.from(current.record.subarray(0, FIXED_BYTES));
    const profile = unescapeNal(first.subarray(2)).subarray(PROFILE_AT, PROFILE_AT + PROFILE_BYTES);
    if (profile.length < PROFILE_BYTES) return null;
    const { chromaFormat, bitDepthLuma, bitDepthChroma } = readH265Sps(first);
    fixed.set(profile, 1);
    fixed[16] = 0xfc | (chromaFormat & 3);
    fixed[17] = 0xf8 | ((bitDepthLuma - 8) & 7);
    fixed[18] = 0xf8 | ((bitDepthChroma - 8) & 7);
    const arrays = [
      [NAL.vps, vps],
      [NAL.sps, sps],
      [NAL.pps, pps],
    ] as const;
    const filled = arrays.filter(([, nals]) => nals.length > 0);
    fixed[FIXED_BYTES - 1] = filled.length;
    return Buffer.concat([fixed, ...filled.flatMap(([type, nals]) => array(type, nals))]);
  } catch {
    return null;
  }
}

function array(type: number, nals: readonly Buffer[]): Buffer[] {
  return [
    Buffer.from([type, nals.length >> 8, nals.length & 0xff]),
    ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]),
  ];
}
