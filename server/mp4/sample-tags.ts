/**
 * Pure: the bodies of FLV tags for samples from an MP4 stream: H.265 in the enhanced form (Enhanced RTMP v1, `hvc1`),
 * H.264 and AAC in the classic one (Adobe FLV specification 10.1, annex E.4).
 */
import { writeScriptData } from '../flv/amf.ts';
import { readAudioConfig } from '../flv/audio-config.ts';
import { serialiseTag, TAG_TYPE, type Tag, type TagKind } from '../flv/tag.ts';
import type { ReadTrack } from './movie-reader.ts';

const FRAME = { key: 1, inter: 2 } as const;
const CODEC_AVC = 7;
const EX_HEADER = 0x80;
const EX_PACKET = { sequenceStart: 0, codedFrames: 1 } as const;
const AVC_PACKET = { sequenceHeader: 0, nalUnits: 1 } as const;
const FOUR_CC = { hevc: Buffer.from('hvc1') } as const;
/** AAC, 44 kHz, 16 bit, stereo: what the specification demands whatever the sound is (annex E.4.2.1). */
const AAC_SOUND = 0xaf;
const AAC_PACKET = { sequenceHeader: 0, raw: 1 } as const;
const INT24_MAX = 0x7f_ffff;
/** What onMetaData says of the codecs: H.265 by its FourCC as a number, as Enhanced RTMP v1 has it. */
const CODEC_ID = { h264: CODEC_AVC, hevc: FOUR_CC.hevc.readUInt32BE(0), aac: 10 } as const;

export interface SampleTimes {
  readonly timestampMs: number;
  readonly compositionMs: number;
  readonly keyframe: boolean;
}

/** The bytes that stand before the coded data in a tag's body. */
export function sampleBodyStart(track: ReadTrack, { compositionMs, keyframe }: SampleTimes): Buffer {
  const frame = (keyframe ? FRAME.key : FRAME.inter) << 4;
  const composition = int24(compositionMs);
  switch (track.codec) {
    case 'hevc':
      return Buffer.from([EX_HEADER | frame | EX_PACKET.codedFrames, ...FOUR_CC.hevc, ...composition]);
    case 'h264':
      return Buffer.from([frame | CODEC_AVC, AVC_PACKET.nalUnits, ...composition]);
    case 'aac':
      return Buffer.from([AAC_SOUND, AAC_PACKET.raw]);
  }
}

/** A track's sequence header. */
export function headerTag(track: ReadTrack, arrivedAtMs: number): Tag {
  const key = FRAME.key << 4;
  switch (track.codec) {
    case 'hevc':
      return tagOf('video-header', 0, arrivedAtMs, [
        Buffer.from([EX_HEADER | key | EX_PACKET.sequenceStart, ...FOUR_CC.hevc]),
        track.record,
      ]);
    case 'h264':
      return tagOf('video-header', 0, arrivedAtMs, [
        Buffer.from([key | CODEC_AVC, AVC_PACKET.sequenceHeader, 0, 0, 0]),
        track.record,
      ]);
    case 'aac':
      return tagOf('audio-header', 0, arrivedAtMs, [Buffer.from([AAC_SOUND, AAC_PACKET.sequenceHeader]), track.record]);
  }
}

/** onMetaData as ffmpeg's FLV muxer would begin with. */
export function metadataTag(tracks: readonly ReadTrack[], arrivedAtMs: number): Tag {
  const members: Record<string, number | boolean> = {};
  for (const track of tracks) {
    if (track.codec === 'aac') {
      const config = readAudioConfig(headerTag(track, arrivedAtMs));
      members.audiocodecid = CODEC_ID.aac;
      if (config) Object.assign(members, { audiosamplerate: config.sampleRateHz, stereo: config.channels === 2 });
    } else {
      Object.assign(members, { width: track.width, height: track.height, videocodecid: CODEC_ID[track.codec] });
    }
  }
  return tagOf('metadata', 0, arrivedAtMs, [writeScriptData({ name: 'onMetaData', value: members })]);
}

/** A tag around a body. */
export function tagOf(kind: TagKind, timestampMs: number, arrivedAtMs: number, body: readonly Buffer[]): Tag {
  const type = kind === 'metadata' ? TAG_TYPE.script : kind.startsWith('audio') ? TAG_TYPE.audio : TAG_TYPE.video;
  const bytes = serialiseTag(type, timestampMs, body.length === 1 ? body[0]! : Buffer.concat(body));
  return { kind, timestampMs, bytes, arrivedAtMs };
}

function int24(value: number): number[] {
  const held = Math.max(-INT24_MAX, Math.min(INT24_MAX, value));
  return [(held >> 16) & 0xff, (held >> 8) & 0xff, held & 0xff];
}
