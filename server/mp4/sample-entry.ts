/**
 * How a track's samples are coded, as `stsd` says it: avc1 and hvc1 (ISO/IEC 14496-15 sections 5.4.2 and 8.4.1),
 * mp4a with esds (ISO/IEC 14496-14 section 5.6). The codec's own records come from `flv/` and are copied.
 */
import type { AudioConfig } from '../flv/audio-config.ts';
import type { VideoConfig } from '../flv/video-config.ts';
import type { BoxWriter } from './box-writer.ts';

/** `hvc1`, not `hev1`: Apple's players take nothing else. */
const VIDEO_ENTRY = { h264: ['avc1', 'avcC'], hevc: ['hvc1', 'hvcC'] } as const;
/** Section 8.3.3.1.2 of the same: where the arrays begin; VPS, SPS, PPS. */
const HVCC_ARRAYS_AT = 23;
const PARAMETER_SETS = new Set([32, 33, 34]);
/** 72 dpi as 16.16, the value that every file carries. */
const RESOLUTION = 0x0048_0000;
const COMPRESSOR_NAME_BYTES = 32;
const DEPTH_24 = 0x18;
/** The most that an entry takes besides its record. */
export const SAMPLE_ENTRY_BYTES = 128;

/** ISO/IEC 14496-1 table 1, and the object type of MPEG-4 audio (table 5) in an audio stream (table 6). */
const DESCRIPTOR = { es: 3, decoderConfig: 4, decoderSpecific: 5, slConfig: 6 } as const;
const MPEG4_AUDIO = 0x40;
const AUDIO_STREAM = 0x15;

export type Mp4VideoConfig = VideoConfig & { readonly codec: 'h264' | 'hevc' };

/** ISO/IEC 14496-12 section 12.1.3. */
export function writeVideoEntry(w: BoxWriter, config: Mp4VideoConfig): void {
  const [entry, record] = VIDEO_ENTRY[config.codec];
  w.box(entry, () => {
    writeEntryStart(w);
    w.zeros(16);
    w.u16(config.width);
    w.u16(config.height);
    w.u32(RESOLUTION);
    w.u32(RESOLUTION);
    w.u32(0);
    w.u16(1);
    w.zeros(COMPRESSOR_NAME_BYTES);
    w.u16(DEPTH_24);
    w.u16(0xffff);
    w.box(record, () => w.bytes(config.codec === 'hevc' ? completed(config.record) : config.record));
  });
}

/**
 * `hvc1` demands `array_completeness` for the parameter sets (ISO/IEC 14496-15 section 8.4.1.1.2), which FLV and `hev1`
 * do without. Cameras repeat the same sets in the pictures all the same, and every player takes that.
 */
function completed(hvcc: Buffer): Buffer {
  const record = Buffer.from(hvcc);
  let at = HVCC_ARRAYS_AT;
  for (let array = 0; array < record[HVCC_ARRAYS_AT - 1]!; array++) {
    if (PARAMETER_SETS.has(record[at]! & 0x3f)) record[at]! |= 0x80;
    const nals = record.readUInt16BE(at + 1);
    at += 3;
    for (let nal = 0; nal < nals; nal++) at += 2 + record.readUInt16BE(at);
  }
  return record;
}

/** ISO/IEC 14496-12 section 12.2.3. */
export function writeAudioEntry(w: BoxWriter, config: AudioConfig): void {
  w.box('mp4a', () => {
    writeEntryStart(w);
    w.zeros(8);
    w.u16(config.channels === 0 ? 2 : config.channels);
    w.u16(16);
    w.zeros(4);
    // 16.16: a rate that does not fit is left to the AudioSpecificConfig.
    w.u32(config.sampleRateHz > 0xffff ? 0 : config.sampleRateHz * 0x1_0000);
    w.fullBox('esds', 0, 0, () => writeElementaryStream(w, config.record));
  });
}

function writeEntryStart(w: BoxWriter): void {
  w.zeros(6);
  w.u16(1);
}

function writeElementaryStream(w: BoxWriter, record: Buffer): void {
  const specificBytes = descriptorBytes(record.length);
  const configBytes = descriptorBytes(13 + specificBytes);
  const slBytes = descriptorBytes(1);
  writeDescriptor(w, DESCRIPTOR.es, 3 + configBytes + slBytes);
  w.u16(0);
  w.u8(0);
  writeDescriptor(w, DESCRIPTOR.decoderConfig, 13 + specificBytes);
  w.u8(MPEG4_AUDIO);
  w.u8(AUDIO_STREAM);
  // Buffer size, greatest and average bit rate: unknown.
  w.zeros(11);
  writeDescriptor(w, DESCRIPTOR.decoderSpecific, record.length);
  w.bytes(record);
  writeDescriptor(w, DESCRIPTOR.slConfig, 1);
  w.u8(2);
}

/** Tag and length; four length bytes always, as everybody writes it (ISO/IEC 14496-1 section 8.3.3). */
function writeDescriptor(w: BoxWriter, tag: number, length: number): void {
  w.u8(tag);
  w.u8(0x80 | ((length >> 21) & 0x7f));
  w.u8(0x80 | ((length >> 14) & 0x7f));
  w.u8(0x80 | ((length >> 7) & 0x7f));
  w.u8(length & 0x7f);
}

function descriptorBytes(length: number): number {
  return 5 + length;
}
