/** What an AAC sequence header says: AudioSpecificConfig, ISO/IEC 14496-3 section 1.6.2.1. */
import { BitReader } from './bit-reader.ts';
import { type Tag, tagBody } from './tag.ts';

export interface AudioConfig {
  readonly codec: 'aac';
  /** RFC 6381: `mp4a.40.2` for AAC-LC. */
  readonly codecString: string;
  /** The rate that is heard: for HE-AAC signalled in the config, the extension's. */
  readonly sampleRateHz: number;
  /** 0 when the layout is written in the stream itself. */
  readonly channels: number;
  /** 2 AAC-LC, 5 HE-AAC, 29 HE-AAC v2. */
  readonly objectType: number;
  readonly samplesPerFrame: 1024 | 960;
  /** The AudioSpecificConfig itself, a view into the tag. */
  readonly record: Buffer;
}

const RATES_HZ = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const RATE_EXPLICIT = 15;
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const SBR = 5;
const PARAMETRIC_STEREO = 29;
const HEADER_OFFSET = 2;

/** Pure: null when the tag is no AAC header, or is damaged. Never throws. */
export function readAudioConfig(tag: Tag): AudioConfig | null {
  if (tag.kind !== 'audio-header') return null;
  const record = tagBody(tag).subarray(HEADER_OFFSET);
  try {
    return readAudioSpecificConfig(record);
  } catch {
    return null;
  }
}

function readAudioSpecificConfig(record: Buffer): AudioConfig | null {
  const reader = new BitReader(record);
  const objectType = readObjectType(reader);
  let sampleRateHz = readRate(reader);
  let channels = CHANNELS[reader.bits(4)];
  let coreType = objectType;
  if (objectType === SBR || objectType === PARAMETRIC_STEREO) {
    sampleRateHz = readRate(reader);
    coreType = readObjectType(reader);
    // The core is mono; parametric stereo makes two channels of it.
    if (objectType === PARAMETRIC_STEREO) channels = 2;
  }
  if (sampleRateHz === undefined || sampleRateHz === 0 || channels === undefined || coreType === 0) return null;
  const samplesPerFrame = reader.flag() ? 960 : 1024;
  const codecString = `mp4a.40.${objectType}`;
  return { codec: 'aac', codecString, sampleRateHz, channels, objectType, samplesPerFrame, record };
}

function readObjectType(reader: BitReader): number {
  const type = reader.bits(5);
  return type === 31 ? 32 + reader.bits(6) : type;
}

function readRate(reader: BitReader): number | undefined {
  const index = reader.bits(4);
  return index === RATE_EXPLICIT ? reader.bits(24) : RATES_HZ[index];
}
