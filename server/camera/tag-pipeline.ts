/**
 * From ffmpeg's bytes to the tags a stream publishes, in the order of the steps: cut, join what belongs together, put on
 * one clock, repair what players trip over, mark arrival times. One for the life of a stream; `restarted()` when a new ffmpeg takes over.
 */
import { arrivalTag } from '../flv/arrival-mark.ts';
import { ParameterSets } from '../flv/parameter-sets.ts';
import { SilenceFiller } from '../flv/silence-filler.ts';
import type { Tag } from '../flv/tag.ts';
import { TagParser } from '../flv/tag-parser.ts';
import { Timeline } from '../flv/timeline.ts';
import { SampleReader } from '../mp4/sample-reader.ts';
import { HoldMeter } from './hold-meter.ts';
import { SliceJoiner } from './slice-joiner.ts';

export class TagPipeline {
  readonly #timeline = new Timeline();
  readonly #joiner = new SliceJoiner();
  #parser: TagParser | SampleReader = new TagParser();
  #parameterSets = new ParameterSets();
  readonly #silence = new SilenceFiller();
  readonly #hold = new HoldMeter();
  #hadAudio = false;

  /**
   * The tracks of the stream; null until ffmpeg's file header has come. Once there was sound there always is, if only
   * silence: players that have a sound track cannot go on without one.
   */
  get tracks(): { audio: boolean; video: boolean } | null {
    const { header } = this.#parser;
    return header === null ? null : { audio: header.audio || this.#hadAudio, video: header.video };
  }

  /**
   * What the new ffmpeg writes, to be said after `restarted()`: FLV unless told otherwise. With MP4 it holds each picture
   * until the next has come, on top of what it does anyway.
   */
  reads(format: 'flv' | 'mp4'): void {
    this.#parser = format === 'mp4' ? new SampleReader() : new TagParser();
    this.#hold.holdsPictures(format === 'mp4' ? 2 : 1);
  }

  /** The next chunk comes from a new ffmpeg. Time goes on where it stood. */
  restarted(): void {
    this.#timeline.restarted();
    this.#joiner.restarted();
    this.#parser = new TagParser();
    this.#parameterSets = new ParameterSets();
    this.#silence.restarted();
    this.#hold.restarted();
  }

  /** @throws RelayError `corrupt` when the bytes are not what was announced; `codec` from MP4 */
  push(chunk: Buffer): Tag[] {
    const out: Tag[] = [];
    for (const raw of this.#parser.push(chunk).flatMap((tag) => this.#joiner.push(tag))) {
      // ffmpeg's end of sequence is not the viewers': the next ffmpeg goes on with the same stream.
      if (raw.kind === 'video-end') continue;
      if (raw.kind === 'audio-header') this.#hadAudio = true;
      const tag = this.#timeline.adjust(raw);
      const newHeader = this.#parameterSets.observe(tag);
      if (newHeader !== null) out.push(newHeader);
      for (const next of this.#silence.push(tag)) {
        this.#hold.observe(next);
        if (next.kind === 'keyframe') out.push(arrivalTag(next, this.#hold.heldMs));
        out.push(next);
      }
    }
    return out;
  }
}
