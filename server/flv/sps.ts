/** Picture size and format from a sequence parameter set, H.264 (section 7.3.2.1) and H.265 (section 7.3.2.2). */
import { BitReader, unescapeNal } from './bit-reader.ts';

export interface SpsInfo {
  readonly id: number;
  /** As shown, after cropping; without the sample aspect ratio. */
  readonly width: number;
  readonly height: number;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
}

/** The profiles whose SPS carries the chroma format (section 7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const H265_PROFILE_BITS = 88;
const H265_LEVEL_BITS = 8;

/** Pure. Takes the NAL unit with its header byte; throws `RelayError('corrupt')` when it is cut off. */
export function readH264Sps(nal: Uint8Array): SpsInfo {
  const reader = new BitReader(unescapeNal(nal.subarray(1)));
  const profile = reader.bits(8);
  reader.skip(16);
  const id = reader.unsigned();
  let chromaFormat = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  let separatePlanes = false;
  if (HIGH_PROFILES.has(profile)) {
    chromaFormat = reader.unsigned();
    if (chromaFormat === 3) separatePlanes = reader.flag();
    bitDepthLuma = 8 + reader.unsigned();
    bitDepthChroma = 8 + reader.unsigned();
    reader.skip(1);
    if (reader.flag()) skipScalingMatrix(reader, chromaFormat === 3 ? 12 : 8);
  }
  reader.unsigned();
  skipPictureOrder(reader);
  reader.unsigned();
  reader.skip(1);
  const widthMacroblocks = reader.unsigned() + 1;
  const heightMapUnits = reader.unsigned() + 1;
  const framesOnly = reader.flag();
  if (!framesOnly) reader.skip(1);
  reader.skip(1);
  const fieldFactor = framesOnly ? 1 : 2;
  const planes = separatePlanes ? 0 : chromaFormat;
  const crop = readCropping(reader, planes);
  return {
    id,
    width: widthMacroblocks * 16 - crop.horizontal,
    height: heightMapUnits * 16 * fieldFactor - crop.vertical * fieldFactor,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
  };
}

/** Pure. Takes the NAL unit with its two header bytes; throws `RelayError('corrupt')` when it is cut off. */
export function readH265Sps(nal: Uint8Array): SpsInfo {
  const reader = new BitReader(unescapeNal(nal.subarray(2)));
  reader.skip(4);
  const subLayers = reader.bits(3);
  reader.skip(1 + H265_PROFILE_BITS + H265_LEVEL_BITS);
  const present = Array.from({ length: subLayers }, () => ({ profile: reader.flag(), level: reader.flag() }));
  if (subLayers > 0) reader.skip(2 * (8 - subLayers));
  for (const { profile, level } of present) {
    reader.skip((profile ? H265_PROFILE_BITS : 0) + (level ? H265_LEVEL_BITS : 0));
  }
  const id = reader.unsigned();
  const chromaFormat = reader.unsigned();
  const separatePlanes = chromaFormat === 3 && reader.flag();
  const width = reader.unsigned();
  const height = reader.unsigned();
  const crop = readCropping(reader, separatePlanes ? 0 : chromaFormat);
  const bitDepthLuma = 8 + reader.unsigned();
  const bitDepthChroma = 8 + reader.unsigned();
  const size = { width: width - crop.horizontal, height: height - crop.vertical };
  return { id, ...size, chromaFormat, bitDepthLuma, bitDepthChroma };
}

/** The cropping window is given in chroma samples (H.264 equations 7-19 to 7-22). */
function readCropping(reader: BitReader, chromaFormat: number): { horizontal: number; vertical: number } {
  if (!reader.flag()) return { horizontal: 0, vertical: 0 };
  const left = reader.unsigned();
  const right = reader.unsigned();
  const top = reader.unsigned();
  const bottom = reader.unsigned();
  const horizontalUnit = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const verticalUnit = chromaFormat === 1 ? 2 : 1;
  return { horizontal: (left + right) * horizontalUnit, vertical: (top + bottom) * verticalUnit };
}

function skipScalingMatrix(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (!reader.flag()) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index++) {
      if (next !== 0) next = (last + reader.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsigned();
  if (type === 0) reader.unsigned();
  if (type !== 1) return;
  reader.skip(1);
  reader.signed();
  reader.signed();
  const cycle = reader.unsigned();
  for (let index = 0; index < cycle; index++) reader.signed();
}
