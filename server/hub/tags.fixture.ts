/** Small tags for tests of the hub: a body of one byte per kind is enough where nobody decodes. */
import { serialiseTag, TAG_TYPE, type Tag, type TagKind } from '../flv/tag.ts';

const TYPE: Readonly<Record<TagKind, number>> = {
  metadata: TAG_TYPE.script,
  script: TAG_TYPE.script,
  'video-header': TAG_TYPE.video,
  keyframe: TAG_TYPE.video,
  frame: TAG_TYPE.video,
  'video-end': TAG_TYPE.video,
  'audio-header': TAG_TYPE.audio,
  audio: TAG_TYPE.audio,
};

export function tagOf(kind: TagKind, timestampMs: number, bodyBytes = 8): Tag {
  const bytes = serialiseTag(TYPE[kind], timestampMs, Buffer.alloc(bodyBytes, kind.charCodeAt(0)));
  return { kind, timestampMs, bytes, arrivedAtMs: 0 };
}

/** A keyframe and the frames after it, 40 ms apart. */
export function gopOf(startMs: number, frames: number, bodyBytes = 8): Tag[] {
  return Array.from({ length: frames }, (_, index) =>
    tagOf(index === 0 ? 'keyframe' : 'frame', startMs + index * 40, bodyBytes),
  );
}
