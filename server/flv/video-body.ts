/**
 * The first bytes of a video tag's body: which codec, what kind of packet, where the coded data begins
 * (annex E.4.3; Enhanced RTMP v1 for `hvc1`, `av01` …). What stands in the coded data is `video-config.ts`'s job.
 */

export type VideoCodec = 'h264' | 'hevc' | 'av1' | 'other';

export interface VideoBody {
  readonly codec: VideoCodec;
  readonly packet: 'header' | 'picture' | 'end' | 'other';
  readonly keyframe: boolean;
  /** Presentation time minus decode time, in ms, may be negative. */
  readonly compositionMs: number;
  /** Where the configuration record or the coded picture begins in the body. */
  readonly dataOffset: number;
}

const FRAME_TYPE_KEY = 1;
const CODEC_AVC = 7;
/** Not in any specification, but what many Chinese cameras, players and servers use for H.265. */
const CODEC_HEVC_LEGACY = 12;
const EX_HEADER = 0x80;
const FOUR_CC: Readonly<Record<string, VideoCodec>> = { avc1: 'h264', hvc1: 'hevc', av01: 'av1' };

/** Pure: null when the body is too short to say. */
export function readVideoBody(body: Buffer): VideoBody | null {
  const first = body[0];
  if (first === undefined) return null;
  if (first & EX_HEADER) return readEnhanced(body, first);
  const keyframe = first >> 4 === FRAME_TYPE_KEY;
  const codecId = first & 0x0f;
  if (codecId !== CODEC_AVC && codecId !== CODEC_HEVC_LEGACY) {
    return { codec: 'other', packet: 'picture', keyframe, compositionMs: 0, dataOffset: 1 };
  }
  if (body.length < 5) return null;
  const codec = codecId === CODEC_AVC ? 'h264' : 'hevc';
  const packet = (['header', 'picture', 'end'] as const)[body[1]!] ?? 'other';
  return { codec, packet, keyframe, compositionMs: packet === 'picture' ? body.readIntBE(2, 3) : 0, dataOffset: 5 };
}

function readEnhanced(body: Buffer, first: number): VideoBody | null {
  if (body.length < 5) return null;
  const codec = FOUR_CC[body.toString('latin1', 1, 5)] ?? 'other';
  const keyframe = ((first >> 4) & 0x07) === FRAME_TYPE_KEY;
  const plain = { codec, keyframe, compositionMs: 0, dataOffset: 5 };
  switch (first & 0x0f) {
    case 0:
      return { ...plain, packet: 'header' };
    case 1:
      // CodedFrames: only the NAL unit codecs carry a composition time; AV1 has none.
      if (codec === 'av1' || codec === 'other') return { ...plain, packet: 'picture' };
      if (body.length < 8) return null;
      return { ...plain, packet: 'picture', compositionMs: body.readIntBE(5, 3), dataOffset: 8 };
    case 2:
      return { ...plain, packet: 'end' };
    case 3:
      return { ...plain, packet: 'picture' };
    default:
      return { ...plain, packet: 'other' };
  }
}
