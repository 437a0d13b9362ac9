/** What an init segment says of its tracks, as far as an export has to know. Pure. */

import { hevcCodecString } from '../../flv/video-config.ts';
import { findBox, needBox } from '../../mp4/box-reader.ts';
import { type ReadTrack, readMovie } from '../../mp4/movie-reader.ts';

export interface RecordedTracks {
  readonly all: readonly ReadTrack[];
  /** Equal for what can follow each other in one track: same codecs, same sound, same length of NAL sizes. */
  readonly form: string;
}

/** The record's byte with the length of NAL sizes (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1). */
const NAL_LENGTH_AT = { h264: 4, hevc: 21 } as const;
const SPS_COUNT_AT = 5;
const HVCC_ARRAYS_AT = 22;

/** Pure. Throws `RelayError` `corrupt` or `codec`. */
export function readTracks(init: Buffer): RecordedTracks {
  const all = readMovie(needBox(init, 'moov'));
  const form = all.map(({ name, codec, timescale, record }) => {
    const rest = codec === 'aac' ? record.toString('hex') : nalLengthBytes(codec, record);
    return `${name} ${codec} ${timescale} ${rest}`;
  });
  return { all, form: form.join(';') };
}

/** Pure: as RFC 6381 names them: `avc1.64001f,mp4a.40.2`. */
export function codecsOf(tracks: readonly ReadTrack[]): string {
  const names = tracks.map(({ codec, record }) => {
    if (codec === 'hevc') return hevcCodecString(record);
    return codec === 'h264' ? `avc1.${record.toString('hex', 1, 4)}` : `mp4a.40.${record.readUInt8(0) >> 3}`;
  });
  return names.join(',');
}

/** Pure: the picture's parameter sets as they may stand at the head of a sample; empty without a picture. */
export function parameterSetsOf(init: Buffer): Buffer {
  const moov = findBox(init, 'moov');
  const video = moov === null ? undefined : readMovie(moov).find(({ name }) => name === 'video');
  if (video === undefined || video.codec === 'aac') return Buffer.alloc(0);
  const lengthBytes = nalLengthBytes(video.codec, video.record);
  const nals = video.codec === 'h264' ? avcSets(video.record) : hevcSets(video.record);
  return Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUIntBE(nal.length, 0, lengthBytes);
      return [length, nal];
    }),
  );
}

function nalLengthBytes(codec: 'h264' | 'hevc', record: Buffer): number {
  return (record.readUInt8(NAL_LENGTH_AT[codec]) & 3) + 1;
}

/** SPS, then PPS (section 5.3.3.1.2). */
function avcSets(record: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let at = SPS_COUNT_AT;
  for (const mask of [0x1f, 0xff]) {
    const count = record.readUInt8(at) & mask;
    at += 1;
    for (let index = 0; index < count; index++) {
      const length = record.readUInt16BE(at);
      nals.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return nals;
}

/** Every array, in the record's order: VPS, SPS, PPS (section 8.3.3.1.2). */
function hevcSets(record: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  const arrays = record.readUInt8(HVCC_ARRAYS_AT);
  let at = HVCC_ARRAYS_AT + 1;
  for (let array = 0; array < arrays; array++) {
    const count = record.readUInt16BE(at + 1);
    at += 3;
    for (let index = 0; index < count; index++) {
      const length = record.readUInt16BE(at);
      nals.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return nals;
}
