/**
 * Turns a stream's tags into MP4 samples with their times and says which init segment they need. What belongs
 * together in one fragment is asked for by whoever delivers; bytes are made by `fragment-writer.ts`.
 */
import { readArrivalMark } from '../flv/arrival-mark.ts';
import { type AudioConfig, readAudioConfig } from '../flv/audio-config.ts';
import { type Tag, tagBody } from '../flv/tag.ts';
import { readVideoBody } from '../flv/video-body.ts';
import { readVideoConfig } from '../flv/video-config.ts';
import { AudioClock } from './audio-clock.ts';
import { type InitSegment, makeInit } from './init-segment.ts';
import { type Sample, type TrackName, VIDEO_TICKS_PER_MS } from './sample.ts';
import type { Mp4VideoConfig } from './sample-entry.ts';
import { VideoClock } from './video-clock.ts';

export interface MuxerOptions {
  /** The tracks that the stream announced: the first init segment waits for their headers. */
  readonly tracks: { readonly audio: boolean; readonly video: boolean };
  /** Whether sound is wanted; default true. Sound that was not announced is taken in when it comes. */
  readonly audio?: boolean;
  /** How much picture is held back at the start for an announced sound track's header; default 500. */
  readonly audioWaitMs?: number;
  /** Added to every media time; default 0. Whole milliseconds. */
  readonly shiftMs?: number;
}

const DEFAULT_AUDIO_WAIT_MS = 500;
const MAX_HELD_TAGS = 256;
const MAX_HELD_BYTES = 8 * 1024 * 1024;
/** Sound format and AAC packet type. */
const AAC_PREFIX_BYTES = 2;
const SOUND_FORMAT_AAC = 10;

type Settling = { -readonly [Name in keyof Sample]: Sample[Name] };

/**
 * Takes every tag of one stream in hub order: first those of `batch.headers`, then the tags themselves, on the
 * monotonic timeline. One for all formats of a stream with the same tracks; it copies no media and keeps, after the
 * start, one sample per track.
 *
 * A new configuration takes effect at the next keyframe, where every format can cut (without video: at once). Sound
 * in a configuration that is not in effect yet, pictures before the first keyframe, and codecs that MP4 does not carry
 * here are left out and counted.
 */
export class Muxer {
  readonly #options: MuxerOptions;
  readonly #shiftMs: number;
  readonly #videoClock = new VideoClock();
  #audioClock: AudioClock | null = null;
  #videoConfig: Mp4VideoConfig | null = null;
  #audioConfig: AudioConfig | null = null;
  #init: InitSegment | null = null;
  #versions = 0;
  #last: Record<TrackName, Settling | null> = { video: null, audio: null };
  #held: Tag[] = [];
  #heldBytes = 0;
  #mark: { timestampMs: number; arrivedAtMs: number } | null = null;
  #sourceNumber = 0;
  #sourceHasSamples = false;
  #droppedTags = 0;

  constructor(options: MuxerOptions) {
    this.#options = options;
    this.#shiftMs = options.shiftMs ?? 0;
  }

  /** The newest init segment that a sample needed; null before the first sample. */
  get init(): InitSegment | null {
    return this.#init;
  }

  /** Media tags left out since the start, see above. */
  get droppedTags(): number {
    return this.#droppedTags;
  }

  /**
   * The samples that are ready, in order: mostly the tag's own one, at once. Its `durationTicks` is an estimate that
   * turns exact when the track's next tag is pushed; whoever writes it later writes the exact one.
   */
  push(tag: Tag): Sample[] {
    switch (tag.kind) {
      case 'metadata':
        this.#sourceBegins();
        return [];
      case 'script':
        this.#takeMark(tag);
        return [];
      case 'video-header': {
        // What is held still belongs to the header before.
        const held = this.#release();
        this.#takeVideoHeader(tag);
        return held;
      }
      case 'audio-header':
        this.#takeAudioHeader(tag);
        return this.#audioConfig ? this.#release() : [];
      case 'keyframe':
      case 'frame':
      case 'audio':
        return this.#waits(tag) ? this.#hold(tag) : [...this.#release(), ...this.#take(tag)];
      case 'video-end':
        return [];
    }
  }

  /** When ffmpeg got the picture tells its age better than when ffmpeg gave it away. */
  #takeMark(tag: Tag): void {
    const mark = readArrivalMark(tag);
    if (mark) this.#mark = { timestampMs: mark.timestampMs, arrivedAtMs: mark.arrivedAtMs - mark.heldMs };
  }

  #sourceBegins(): void {
    if (this.#sourceHasSamples) this.#sourceNumber++;
    this.#sourceHasSamples = false;
  }

  #takeVideoHeader(tag: Tag): void {
    const config = readVideoConfig(tag);
    if (config?.codec !== 'h264' && config?.codec !== 'hevc') this.#videoConfig = null;
    else if (!this.#videoConfig?.record.equals(config.record)) this.#videoConfig = { ...config, codec: config.codec };
  }

  #takeAudioHeader(tag: Tag): void {
    if (this.#options.audio === false) return;
    const config = readAudioConfig(tag);
    if (!config || !this.#audioConfig?.record.equals(config.record)) this.#audioConfig = config;
  }

  /** Before the first init segment: pictures come, an announced sound track has not said what it is. */
  #waits(tag: Tag): boolean {
    const { tracks, audio, audioWaitMs = DEFAULT_AUDIO_WAIT_MS } = this.#options;
    if (this.#init || this.#audioConfig || !tracks.audio || !tracks.video || audio === false) return false;
    const firstMs = this.#held[0]?.timestampMs ?? tag.timestampMs;
    return (
      tag.timestampMs - firstMs < audioWaitMs &&
      this.#held.length < MAX_HELD_TAGS &&
      this.#heldBytes + tag.bytes.length <= MAX_HELD_BYTES
    );
  }

  #hold(tag: Tag): Sample[] {
    if (this.#held.length === 0 && tag.kind === 'frame') return this.#drop();
    this.#held.push(tag);
    this.#heldBytes += tag.bytes.length;
    return [];
  }

  #release(): Sample[] {
    if (this.#held.length === 0) return [];
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held.flatMap((tag) => this.#take(tag));
  }

  #take(tag: Tag): Sample[] {
    return tag.kind === 'audio' ? this.#takeAudio(tag) : this.#takePicture(tag);
  }

  #takePicture(tag: Tag): Sample[] {
    const body = tagBody(tag);
    const video = readVideoBody(body);
    if (video?.packet !== 'picture' || video.codec !== this.#videoConfig?.codec || body.length === video.dataOffset) {
      return this.#drop();
    }
    const keyframe = tag.kind === 'keyframe';
    if (keyframe) this.#configure();
    // A frame under a new header without its keyframe would be decoded with the wrong parameters.
    const init = this.#init;
    if (!init?.video || init.video !== this.#videoConfig) return this.#drop();
    const { decodeTicks, estimateTicks } = this.#videoClock.place(tag.timestampMs + this.#shiftMs);
    const ptsMs = tag.timestampMs + this.#shiftMs + video.compositionMs;
    const mark = keyframe && this.#mark?.timestampMs === tag.timestampMs ? this.#mark : tag;
    return this.#emit({
      track: 'video',
      init,
      sourceNumber: this.#sourceNumber,
      data: body.subarray(video.dataOffset),
      decodeTicks,
      compositionTicks: ptsMs * VIDEO_TICKS_PER_MS - decodeTicks,
      durationTicks: estimateTicks,
      durationKnown: false,
      keyframe,
      ptsMs,
      arrivedAtMs: mark.arrivedAtMs,
    });
  }

  #takeAudio(tag: Tag): Sample[] {
    const body = tagBody(tag);
    if (body.length <= AAC_PREFIX_BYTES || body[0]! >> 4 !== SOUND_FORMAT_AAC || body[1] !== 1) return this.#drop();
    // Only the first: later on a picture must open what needs a new init segment.
    const isFirst = this.#init === null && (this.#videoConfig !== null || !this.#options.tracks.video);
    if (isFirst || (!this.#videoConfig && !this.#options.tracks.video)) this.#configure();
    const init = this.#init;
    if (!init?.audio || init.audio !== this.#audioConfig || !this.#audioClock) return this.#drop();
    return this.#emit({
      track: 'audio',
      init,
      sourceNumber: this.#sourceNumber,
      data: body.subarray(AAC_PREFIX_BYTES),
      decodeTicks: this.#audioClock.place(tag.timestampMs + this.#shiftMs),
      compositionTicks: 0,
      durationTicks: this.#audioClock.frameTicks,
      durationKnown: false,
      keyframe: true,
      ptsMs: tag.timestampMs + this.#shiftMs,
      arrivedAtMs: tag.arrivedAtMs,
    });
  }

  /** Makes a new init segment when the headers are not those of the present one. */
  #configure(): void {
    const video = this.#videoConfig;
    const audio = this.#audioConfig;
    if (!video && !audio) return;
    if (this.#init && this.#init.video === video && this.#init.audio === audio) return;
    if (audio !== (this.#init?.audio ?? null)) {
      this.#audioClock = audio && new AudioClock(audio);
      this.#last.audio = null;
    }
    this.#versions++;
    this.#init = makeInit(this.#versions, { video, audio });
  }

  #emit(sample: Settling): Sample[] {
    const last = this.#last[sample.track];
    if (last) {
      last.durationTicks = sample.decodeTicks - last.decodeTicks;
      last.durationKnown = true;
    }
    this.#last[sample.track] = sample;
    this.#sourceHasSamples = true;
    return [sample];
  }

  #drop(): Sample[] {
    this.#droppedTags++;
    return [];
  }
}
