/** A frame of AAC in which nothing is heard. Where it belongs is the business of whoever misses sound. */
import type { AudioConfig } from './audio-config.ts';

const AAC_LC = 2;
/**
 * One raw_data_block of silence per channel configuration (ISO/IEC 14496-3, table 4.3): max_sfb is 0, so there is no
 * section, scale factor or spectral data.
 *   mono:   ID_SCE 000, tag 0000, global_gain 00000000, ics_info 0 00 0 000000 0, pulse 0, tns 0, gain 0, ID_END 111
 *   stereo: ID_CPE 001, tag 0000, common_window 1, ics_info 0 00 0 000000 0, ms_mask 00,
 *           twice (global_gain 00000000, pulse 0, tns 0, gain 0), ID_END 111, padding
 */
const SILENT_BLOCK: Readonly<Record<number, string>> = {
  1: `000${'0000'}${'00000000'}${'00000000000'}${'000'}111`,
  2: `001${'0000'}1${'00000000000'}00${'00000000000'.repeat(2)}111`,
};

/** Pure: the frame without any header; null for what is not AAC-LC of one or two channels. */
export function silentBlock({ channels, objectType }: AudioConfig): Buffer | null {
  const bits = SILENT_BLOCK[channels];
  if (bits === undefined || objectType !== AAC_LC) return null;
  return Buffer.from((bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}
