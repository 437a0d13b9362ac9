/** What a tag means, read from its type and the first bytes of its body. Deeper readings are `*-config.ts` and `metadata.ts`. */
import { TAG_TYPE, type TagKind } from './tag.ts';
import { readVideoBody } from './video-body.ts';

const SOUND_FORMAT_AAC = 10;
/** AMF0: string marker, length 10, the name (annex E.4.4.2). */
const ON_META_DATA = Buffer.concat([Buffer.from([2, 0, 10]), Buffer.from('onMetaData')]);

/** Pure: null for a tag type that FLV does not know. A body too short to classify counts as plain media. */
export function tagKind(type: number, body: Buffer): TagKind | null {
  switch (type) {
    case TAG_TYPE.audio:
      return body[0] !== undefined && body[0] >> 4 === SOUND_FORMAT_AAC && body[1] === 0 ? 'audio-header' : 'audio';
    case TAG_TYPE.video:
      return videoKind(body);
    case TAG_TYPE.script:
      return body.subarray(0, ON_META_DATA.length).equals(ON_META_DATA) ? 'metadata' : 'script';
    default:
      return null;
  }
}

function videoKind(body: Buffer): TagKind {
  const video = readVideoBody(body);
  if (video?.packet === 'header') return 'video-header';
  if (video?.packet === 'end') return 'video-end';
  return video?.packet === 'picture' && video.keyframe ? 'keyframe' : 'frame';
}
