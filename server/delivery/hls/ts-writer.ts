/**
 * Writes samples as MPEG-TS (ISO/IEC 13818-1) for consumers that know no fragmented MP4: H.264 and H.265 as Annex B
 * byte streams, AAC as ADTS. It re-codes nothing; where to cut is `segmenter.ts`.
 */
import type { AudioConfig } from '../../flv/audio-config.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, durationMs, leads } from '../fmp4/sample-times.ts';
import type { SampleWriter } from './segmenter.ts';
import { STILL_SHIFT_MS } from './still.ts';
import { psiSection, TsPacketizer } from './ts-packets.ts';

const PID = { pat: 0, pmt: 0x1000, video: 0x100, audio: 0x101 } as const;
const TABLE = { pat: 0, pmt: 2 } as const;
const PROGRAM = 1;
/** ISO/IEC 13818-1 table 2-34. */
const STREAM_TYPE = { h264: 0x1b, hevc: 0x24, aac: 0x0f } as const;
const STREAM_ID = { video: 0xe0, audio: 0xc0 } as const;
const PES_START = [0, 0, 1] as const;
const TICKS_PER_MS = 90;
/** The clock reference is this far before the first picture, which is the time that a decoder's buffer has. */
const LEAD_TICKS = 63_000;
const WRAP_TICKS = 2 ** 33;
const START_CODE = Buffer.from([0, 0, 0, 1]);
/** Access unit delimiters that allow every kind of slice (ITU-T H.264 section 7.3.2.4, H.265 section 7.3.2.5). */
const DELIMITER = { h264: Buffer.from([0, 0, 0, 1, 9, 0xf0]), hevc: Buffer.from([0, 0, 0, 1, 0x46, 1, 0x50]) } as const;
/** NAL units that a sample may hold and that stand before it here anyway. */
const H264_AUD = 9;
const H265_AUD = 35;
const ADTS_BYTES = 7;
const ADTS_RATES_HZ = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
/** MPEG-4, no CRC. */
const ADTS_SYNC = 0xfff1;
const MAX_OBJECT_TYPE = 4;

export class TsWriter implements SampleWriter {
  readonly #packets = new TsPacketizer();

  /** Each write begins with the tables, so that a consumer can begin there. */
  write(samples: readonly Sample[]): { bytes: Buffer; endMs: number } {
    const first = samples[0];
    if (first === undefined) throw new TypeError('A segment needs at least one sample.');
    const out = [this.#tables(first.init)];
    for (const sample of samples) {
      const payload = sample.track === 'video' ? videoPayload(sample) : audioPayload(sample);
      if (payload === null) continue;
      const isClock = leads(sample);
      out.push(
        this.#packets.write({
          pid: PID[sample.track],
          bytes: payload,
          randomAccess: isClock && sample.keyframe,
          pcrTicks: isClock ? ticks(decodeMs(sample)) : null,
        }),
      );
    }
    const last = samples.findLast(leads) ?? first;
    return { bytes: Buffer.concat(out), endMs: decodeMs(last) + durationMs(last) };
  }

  #tables(init: InitSegment): Buffer {
    const pat = Buffer.alloc(4);
    pat.writeUInt16BE(PROGRAM, 0);
    pat.writeUInt16BE(0xe000 | PID.pmt, 2);
    const streams: [number, number][] = [];
    if (init.video !== null) streams.push([STREAM_TYPE[init.video.codec], PID.video]);
    if (init.audio !== null) streams.push([STREAM_TYPE.aac, PID.audio]);
    const pmt = Buffer.alloc(4 + streams.length * 5);
    pmt.writeUInt16BE(0xe000 | (init.video === null ? PID.audio : PID.video), 0);
    pmt.writeUInt16BE(0xf000, 2);
    streams.forEach(([type, pid], index) => {
      const at = 4 + index * 5;
      pmt[at] = type;
      pmt.writeUInt16BE(0xe000 | pid, at + 1);
      pmt.writeUInt16BE(0xf000, at + 3);
    });
    const table = (pid: number, bytes: Buffer) =>
      this.#packets.write({ pid, bytes: padded(bytes), randomAccess: false, pcrTicks: null });
    return Buffer.concat([
      table(PID.pat, psiSection(TABLE.pat, PROGRAM, pat)),
      table(PID.pmt, psiSection(TABLE.pmt, PROGRAM, pmt)),
    ]);
  }
}

/** Sections are filled up with 0xff behind them, not with an adaptation field (section 2.4.4). */
function padded(section: Buffer): Buffer {
  return Buffer.concat([section, Buffer.alloc(184 - section.length, 0xff)]);
}

/** Pure: a PES packet (section 2.4.3.6) around one picture. */
function videoPayload(sample: Sample): Buffer | null {
  const config = sample.init.video;
  if (config === null) return null;
  const isAud = (nal: Buffer) =>
    config.codec === 'h264' ? (nal[0]! & 0x1f) === H264_AUD : ((nal[0]! >> 1) & 0x3f) === H265_AUD;
  const units: Buffer[] = [DELIMITER[config.codec]];
  // Before every keyframe, since a consumer may begin at any.
  if (sample.keyframe) for (const set of [...config.vps, ...config.sps, ...config.pps]) units.push(START_CODE, set);
  const { data } = sample;
  for (let at = 0; at + config.nalLengthBytes <= data.length; ) {
    const start = at + config.nalLengthBytes;
    const end = start + data.readUIntBE(at, config.nalLengthBytes);
    if (end > data.length) break;
    const nal = data.subarray(start, end);
    if (nal.length > 0 && !isAud(nal)) units.push(START_CODE, nal);
    at = end;
  }
  const ptsMs = decodeMs(sample) + sample.compositionTicks / TICKS_PER_MS;
  return pes(STREAM_ID.video, ticks(ptsMs) + LEAD_TICKS, ticks(decodeMs(sample)) + LEAD_TICKS, Buffer.concat(units));
}

function audioPayload(sample: Sample): Buffer | null {
  const config = sample.init.audio;
  const header = config === null ? null : adtsHeader(config, sample.data.length);
  if (header === null) return null;
  const ptsTicks = ticks(decodeMs(sample)) + LEAD_TICKS;
  return pes(STREAM_ID.audio, ptsTicks, ptsTicks, Buffer.concat([header, sample.data]));
}

/** Pure: ISO/IEC 13818-7 section 6.2; null for sound that ADTS cannot describe. */
function adtsHeader({ record, channels, objectType, sampleRateHz }: AudioConfig, dataBytes: number): Buffer | null {
  // HE-AAC is sent as its core, which decoders know to extend.
  const isExtended = objectType > MAX_OBJECT_TYPE;
  const coreType = isExtended ? 2 : objectType;
  const rateIndex = isExtended ? ((record[0]! & 7) << 1) | (record[1]! >> 7) : ADTS_RATES_HZ.indexOf(sampleRateHz);
  if (rateIndex < 0 || rateIndex >= ADTS_RATES_HZ.length || channels < 1 || channels > 8 || channels === 7) return null;
  const channelConfig = isExtended ? (record[1]! >> 3) & 0x0f : channels === 8 ? 7 : channels;
  const frameBytes = dataBytes + ADTS_BYTES;
  const header = Buffer.alloc(ADTS_BYTES);
  header.writeUInt16BE(ADTS_SYNC, 0);
  header[2] = ((coreType - 1) << 6) | (rateIndex << 2) | (channelConfig >> 2);
  header[3] = ((channelConfig & 3) << 6) | (frameBytes >> 11);
  header[4] = (frameBytes >> 3) & 0xff;
  header[5] = ((frameBytes & 7) << 5) | 0x1f;
  header[6] = 0xfc;
  return header;
}

/** A PES packet; a picture's length is left open, since 16 bits may not hold it (section 2.4.3.7). */
function pes(streamId: number, ptsTicks: number, dtsTicks: number, data: Buffer): Buffer {
  const hasDts = ptsTicks !== dtsTicks;
  const stamps = hasDts ? [stamp(3, ptsTicks), stamp(1, dtsTicks)] : [stamp(2, ptsTicks)];
  const headerBytes = stamps.length * 5;
  const length = streamId === STREAM_ID.video ? 0 : 3 + headerBytes + data.length;
  const start = [...PES_START, streamId, length >> 8, length & 0xff, 0x84, hasDts ? 0xc0 : 0x80, headerBytes];
  return Buffer.concat([Buffer.from(start), ...stamps, data]);
}

function stamp(prefix: number, value: number): Buffer {
  const wrapped = ((value % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  const low = wrapped % 2 ** 30;
  const bytes = Buffer.alloc(5);
  bytes[0] = (prefix << 4) | (Math.floor(wrapped / 2 ** 30) << 1) | 1;
  bytes.writeUInt16BE(((low >> 15) << 1) | 1, 1);
  bytes.writeUInt16BE(((low & 0x7fff) << 1) | 1, 3);
  return bytes;
}

/** Of the output's clock, on which there is room before the stream's first picture. */
function ticks(ms: number): number {
  return Math.round((ms + STILL_SHIFT_MS) * TICKS_PER_MS);
}
