/** What a moov says about its tracks: identity, clock, codec record, defaults for fragments. Fragments are `movie-fragment-reader.ts`. */
import { RelayError } from '../errors.ts';
import { boxType, childBoxes, findBox, needBox } from './box-reader.ts';
import type { TrackName } from './sample.ts';

export interface ReadTrack {
  readonly id: number;
  readonly name: TrackName;
  readonly codec: 'h264' | 'hevc' | 'aac';
  /** Ticks per second. */
  readonly timescale: number;
  /** avcC, hvcC or AudioSpecificConfig, in memory of its own. */
  readonly record: Buffer;
  readonly width: number;
  readonly height: number;
  /** From trex (ISO/IEC 14496-12 section 8.8.3). */
  readonly defaults: SampleDefaults;
}

export interface SampleDefaults {
  readonly durationTicks: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

const VIDEO_CODECS: Readonly<Record<string, readonly ['h264' | 'hevc', string]>> = {
  avc1: ['h264', 'avcC'],
  avc3: ['h264', 'avcC'],
  hvc1: ['hevc', 'hvcC'],
  hev1: ['hevc', 'hvcC'],
};
const HANDLERS: Readonly<Record<string, TrackName>> = { vide: 'video', soun: 'audio' };
/** The fixed part of a sample entry after size and type (sections 12.1.3 and 12.2.3). */
const ENTRY_BYTES = { video: 78, audio: 28 } as const;
const NO_DEFAULTS: SampleDefaults = { durationTicks: 0, sizeBytes: 0, flags: 0 };
const DESCRIPTOR = { es: 3, decoderConfig: 4, decoderSpecific: 5 } as const;
const MPEG4_AUDIO = 0x40;

/**
 * Pure: the first video and the first audio track. Throws `RelayError`: `corrupt` when the boxes are damaged or
 * missing, `codec` when a track is not H.264, H.265 or AAC.
 */
export function readMovie(moov: Buffer): ReadTrack[] {
  const defaults = readDefaults(needBox(moov, 'mvex'));
  const tracks: ReadTrack[] = [];
  for (const { type, content } of childBoxes(moov)) {
    if (type !== 'trak') continue;
    const name = HANDLERS[boxType(needBox(content, 'mdia', 'hdlr'), 8)];
    if (!name || tracks.some((track) => track.name === name)) continue;
    tracks.push(readTrack(content, name, defaults));
  }
  return tracks;
}

function readDefaults(mvex: Buffer): Map<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>();
  for (const { type, content } of childBoxes(mvex)) {
    if (type !== 'trex') continue;
    defaults.set(content.readUInt32BE(4), {
      durationTicks: content.readUInt32BE(12),
      sizeBytes: content.readUInt32BE(16),
      flags: content.readUInt32BE(20),
    });
  }
  return defaults;
}

function readTrack(trak: Buffer, name: TrackName, defaults: ReadonlyMap<number, SampleDefaults>): ReadTrack {
  const tkhd = needBox(trak, 'tkhd');
  const id = tkhd.readUInt32BE(tkhd[0] === 1 ? 20 : 12);
  const mdhd = needBox(trak, 'mdia', 'mdhd');
  const timescale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  if (timescale === 0) throw new RelayError('corrupt', 'The MP4 stream has a track whose timescale is 0.');
  // version, flags and the number of entries come first
  const entry = childBoxes(needBox(trak, 'mdia', 'minf', 'stbl', 'stsd').subarray(8))[0];
  if (!entry) throw new RelayError('corrupt', 'The MP4 stream has a track without a sample entry.');
  const common = { id, name, timescale, defaults: defaults.get(id) ?? NO_DEFAULTS };
  if (name === 'audio') {
    if (entry.type !== 'mp4a') throw unsupported(entry.type);
    const esds = needBox(entry.content.subarray(ENTRY_BYTES.audio), 'esds');
    return { ...common, codec: 'aac', record: readElementaryStream(esds), width: 0, height: 0 };
  }
  const known = VIDEO_CODECS[entry.type];
  if (!known) throw unsupported(entry.type);
  const [codec, recordType] = known;
  const record = findBox(entry.content.subarray(ENTRY_BYTES.video), recordType);
  if (!record) throw new RelayError('corrupt', `The MP4 stream has ${entry.type} without ${recordType}.`);
  const [width, height] = [entry.content.readUInt16BE(24), entry.content.readUInt16BE(26)];
  return { ...common, codec, record: Buffer.from(record), width, height };
}

function unsupported(entry: string): RelayError {
  return new RelayError('codec', `The MP4 stream carries "${entry}", which is none of H.264, H.265 and AAC.`);
}

/** The AudioSpecificConfig inside esds (ISO/IEC 14496-1 section 7.2.6). */
function readElementaryStream(esds: Buffer): Buffer {
  const es = descriptor(esds.subarray(4), DESCRIPTOR.es);
  const flags = es.readUInt8(2);
  let at = 3;
  if (flags & 0x80) at += 2;
  if (flags & 0x40) at += 1 + es.readUInt8(at);
  if (flags & 0x20) at += 2;
  const config = descriptor(es.subarray(at), DESCRIPTOR.decoderConfig);
  if (config.readUInt8(0) !== MPEG4_AUDIO) throw unsupported(`mp4a.${config.readUInt8(0).toString(16)}`);
  return Buffer.from(descriptor(config.subarray(13), DESCRIPTOR.decoderSpecific));
}

function descriptor(bytes: Buffer, tag: number): Buffer {
  let at = 1;
  let length = 0;
  for (let more = true; more && at <= 4; at++) {
    const byte = bytes.readUInt8(at);
    length = length * 128 + (byte & 0x7f);
    more = (byte & 0x80) !== 0;
  }
  if (bytes[0] !== tag || at + length > bytes.length) {
    throw new RelayError('corrupt', 'The MP4 stream has a damaged esds box.');
  }
  return bytes.subarray(at, at + length);
}

/** Pure: whether sample flags call it a sync sample (section 8.8.3.1). */
export function isSyncSample(flags: number): boolean {
  return (flags & 0x1_0000) === 0;
}
