/**
 * Puts keyframes together again that ffmpeg cut up: some cameras repeat their parameter sets before every slice of a
 * keyframe (ITU-T H.264 7.4.1.2.3 has them before the first), and ffmpeg takes each for the beginning of a picture.
 * Whether a camera does so shows by what follows its first keyframe, which is held for that long; later ones are held
 * only where it does.
 */
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from '../flv/tag.ts';
import { readVideoBody } from '../flv/video-body.ts';

const LENGTH_BYTES = 4;
/** ITU-T H.264 table 7-1: coded slices of pictures. */
const SLICE = 1;
const IDR_SLICE = 5;

/** One for the life of a stream; what it has learnt of the camera it keeps. */
export class SliceJoiner {
  /** Null: no keyframe has been seen that it could have cut. */
  #cutsKeyframes: boolean | null = null;
  #held: Tag | null = null;
  /** What came after the held keyframe and is no picture. */
  #behind: Tag[] = [];

  /** The tags that are complete now, in the order of their coming. */
  push(tag: Tag): Tag[] {
    const isPicture = tag.kind === 'keyframe' || tag.kind === 'frame';
    if (!isPicture) {
      if (this.#held === null) return [tag];
      this.#behind.push(tag);
      return [];
    }
    const slices = slicesOf(tag);
    if (slices?.continues) {
      this.#cutsKeyframes = true;
      // Without its beginning it is of no use, and would pass for a keyframe.
      if (this.#held !== null) this.#held = joined(this.#held, tag);
      return [];
    }
    const out = this.#held === null ? [] : [this.#held, ...this.#behind];
    if (this.#held !== null) this.#cutsKeyframes ??= false;
    this.restarted();
    // What was cut has one slice in each piece.
    const mayBeCut = this.#cutsKeyframes ?? slices?.units.length === 1;
    if (mayBeCut && tag.kind === 'keyframe') this.#held = tag;
    else out.push(tag);
    return out;
  }

  /** The next tag comes from a new ffmpeg. */
  restarted(): void {
    this.#held = null;
    this.#behind = [];
  }
}

/** Pure: the slices in a tag of H.264, and whether they go on with a picture that began before; null without any. */
function slicesOf(tag: Tag): { readonly units: readonly Buffer[]; readonly continues: boolean } | null {
  const body = tagBody(tag);
  const video = readVideoBody(body);
  if (video?.codec !== 'h264' || video.packet !== 'picture') return null;
  const units: Buffer[] = [];
  for (let at = video.dataOffset; at + LENGTH_BYTES < body.length; ) {
    const end = at + LENGTH_BYTES + body.readUInt32BE(at);
    const type = body[at + LENGTH_BYTES]! & 0x1f;
    if (type === SLICE || type === IDR_SLICE) units.push(body.subarray(at, end));
    at = end;
  }
  const first = units[0];
  if (first === undefined) return null;
  // `first_mb_in_slice` comes first in a slice, in Exp-Golomb code, where a 0 is the single bit 1.
  return { units, continues: ((first[LENGTH_BYTES + 1] ?? 0x80) & 0x80) === 0 };
}

function joined(picture: Tag, rest: Tag): Tag {
  const body = Buffer.concat([tagBody(picture), ...(slicesOf(rest)?.units ?? [])]);
  return { ...picture, bytes: serialiseTag(TAG_TYPE.video, picture.timestampMs, body) };
}
