/**
 * From a transcode's FLV to the tags of its own stream: cut, put on one endless clock, each keyframe marked with the
 * time at which the picture it was made from reached the relay. A camera's own pipeline is `tag-pipeline.ts`.
 */
import { arrivalTag } from '../../flv/arrival-mark.ts';
import { type Tag, tagBody } from '../../flv/tag.ts';
import { TagParser } from '../../flv/tag-parser.ts';
import { Timeline } from '../../flv/timeline.ts';
import { readVideoBody } from '../../flv/video-body.ts';

export class TranscodePipeline {
  readonly #timeline = new Timeline();
  #parser = new TagParser();
  #arrivalOf: (ptsMs: number) => number | null = () => null;

  /** Null until the file header has come. */
  get tracks(): { audio: boolean; video: boolean } | null {
    return this.#parser.header;
  }

  /** The next chunk comes from a new ffmpeg; `arrivalOf` knows the pictures it is fed. */
  restarted(arrivalOf: (ptsMs: number) => number | null): void {
    this.#timeline.restarted();
    this.#parser = new TagParser();
    this.#arrivalOf = arrivalOf;
  }

  /** @throws RelayError `corrupt` when the bytes are not FLV */
  push(chunk: Buffer): Tag[] {
    const out: Tag[] = [];
    for (const raw of this.#parser.push(chunk)) {
      if (raw.kind === 'video-end') continue;
      const arrivedAtMs = this.#arrival(raw);
      const tag = { ...this.#timeline.adjust(raw), arrivedAtMs };
      if (tag.kind === 'keyframe') out.push(arrivalTag(tag));
      out.push(tag);
    }
    return out;
  }

  #arrival(raw: Tag): number {
    if (raw.kind !== 'keyframe' && raw.kind !== 'frame') return raw.arrivedAtMs;
    const compositionMs = readVideoBody(tagBody(raw))?.compositionMs ?? 0;
    return this.#arrivalOf(raw.timestampMs + compositionMs) ?? raw.arrivedAtMs;
  }
}
