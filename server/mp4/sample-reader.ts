/**
 * Reads fragmented MP4 as ffmpeg writes it and gives its samples as FLV tags, whatever the chunk boundaries. For an
 * ffmpeg older than 6.1, which cannot put H.265 into FLV; it takes the place of `flv/tag-parser.ts`. The options that
 * make ffmpeg write it are `SAMPLE_READER_OUTPUT`.
 */
import { RelayError } from '../errors.ts';
import type { Tag } from '../flv/tag.ts';
import { boxType } from './box-reader.ts';
import { MovieFragmentReader, type SampleLocation } from './movie-fragment-reader.ts';
import { readMovie } from './movie-reader.ts';
import { headerTag, metadataTag, sampleBodyStart, tagOf } from './sample-tags.ts';

/**
 * Output options for `-f mp4`: a fragment for every frame, no wait for the whole GOP. ffmpeg then holds a frame until
 * the next has come, and puts the first sample of a track that begins later at time 0; the second is in place.
 */
export const SAMPLE_READER_OUTPUT = [
  '-movflags',
  '+frag_every_frame+empty_moov+default_base_moof',
  '-flush_packets',
  '1',
] as const;

export interface SampleReaderOptions {
  /** Largest sample accepted; default 8 MiB. FLV's own limit is 16 MiB. */
  readonly maxSampleBytes?: number;
  /** Wall clock in Unix ms, for `Tag.arrivedAtMs`. */
  readonly nowMs?: () => number;
}

const DEFAULT_MAX_SAMPLE_BYTES = 8 * 1024 * 1024;
/** moov and moof are read whole; real ones are a thousandth of this. */
const MAX_INDEX_BYTES = 1024 * 1024;
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const LARGE_SIZE = 1;
const WRAP_MS = 2 ** 32;

interface OpenSample {
  readonly location: SampleLocation;
  readonly timestampMs: number;
  /** The tag's body, being filled. */
  readonly body: Buffer;
  filled: number;
}

/**
 * ```
 * header ──moov, moof──▶ index ──whole──▶ header
 *    ├──mdat──▶ samples of the last moof, passed through ──end of box──▶ header
 *    └──any other──▶ skipped ──▶ header
 * ```
 * Chunks in, tags out, with the interface of `TagParser`. Throws `RelayError`: `corrupt` on anything that is not
 * fragmented MP4, `codec` on tracks that are not H.264, H.265 or AAC; and again on every later call. It holds at most
 * one index box and one unfinished sample. Chunks are copied from, never kept.
 */
export class SampleReader {
  readonly #maxSampleBytes: number;
  readonly #nowMs: () => number;
  readonly #head = Buffer.alloc(LARGE_HEADER_BYTES);
  #headFilled = 0;
  /** The box that is open: its type, where it began, and where it ends. */
  #type = '';
  #boxStart = 0;
  #boxEnd = 0;
  #index: Buffer | null = null;
  #fragments: MovieFragmentReader | null = null;
  #moofStart = 0;
  /** Of the last moof, those to come; taken from the front by `#nextSample`. */
  #samples: readonly SampleLocation[] = [];
  #nextSample = 0;
  #open: OpenSample | null = null;
  /** Bytes consumed since the start. */
  #offset = 0;
  #tracks: { audio: boolean; video: boolean } | null = null;
  #failure: RelayError | null = null;

  constructor(options: SampleReaderOptions = {}) {
    this.#maxSampleBytes = options.maxSampleBytes ?? DEFAULT_MAX_SAMPLE_BYTES;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** The tracks that the stream announces; null until they are known. */
  get header(): { audio: boolean; video: boolean } | null {
    return this.#tracks;
  }

  /** Takes the next bytes and returns the tags that they complete, in order; first onMetaData and the headers. */
  push(chunk: Buffer): Tag[] {
    if (this.#failure) throw this.#failure;
    const tags: Tag[] = [];
    try {
      let position = 0;
      while (position < chunk.length) {
        const used = this.#consume(chunk.subarray(position), tags);
        position += used;
        this.#offset += used;
        if (this.#offset === this.#boxEnd) this.#endBox(tags);
      }
    } catch (error) {
      this.#fail(error);
    }
    return tags;
  }

  /** Says that no more bytes come. Throws `RelayError('corrupt')` when a box is unfinished. */
  end(): void {
    if (this.#failure) throw this.#failure;
    if (this.#type !== '') this.#fail(corrupt(`ends inside ${this.#type}`, this.#offset));
    if (this.#headFilled > 0) this.#fail(corrupt('ends inside a box header', this.#offset));
  }

  /** Uses a part of the bytes, at least one, and says how many. */
  #consume(bytes: Buffer, tags: Tag[]): number {
    if (this.#type === '') return this.#fillHead(bytes);
    const rest = bytes.subarray(0, this.#boxEnd - this.#offset);
    if (this.#index) return rest.copy(this.#index, this.#offset - this.#boxStart);
    return this.#type === 'mdat' && this.#fragments ? this.#readMedia(rest, tags) : rest.length;
  }

  #fillHead(bytes: Buffer): number {
    const isLarge = this.#headFilled >= HEADER_BYTES;
    const wanted = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
    const used = bytes.copy(this.#head, this.#headFilled, 0, wanted - this.#headFilled);
    this.#headFilled += used;
    if (this.#headFilled < wanted) return used;
    const size = this.#head.readUInt32BE(0);
    if (size === LARGE_SIZE && !isLarge) return used;
    const bytesInBox = isLarge ? Number(this.#head.readBigUInt64BE(8)) : size;
    this.#beginBox(boxType(this.#head, 4), this.#offset + used - wanted, wanted, bytesInBox);
    return used;
  }

  #beginBox(type: string, start: number, headerBytes: number, bytes: number): void {
    if (start === 0 && type !== 'ftyp' && type !== 'styp') throw corrupt('does not begin with ftyp', 0);
    if (bytes < headerBytes || bytes > Number.MAX_SAFE_INTEGER / 2) {
      throw corrupt(`has a ${type} box of ${bytes} bytes`, start);
    }
    this.#headFilled = 0;
    this.#type = type;
    this.#boxStart = start + headerBytes;
    this.#boxEnd = start + bytes;
    if (type === 'moof') this.#moofStart = start;
    if (type === 'mdat') this.#checkSamples();
    if (type !== 'moov' && type !== 'moof') return;
    if (bytes > MAX_INDEX_BYTES) throw corrupt(`has a ${type} box of ${bytes} bytes`, start);
    this.#index = Buffer.allocUnsafe(bytes - headerBytes);
  }

  #endBox(tags: Tag[]): void {
    const type = this.#type;
    const index = this.#index;
    this.#type = '';
    this.#index = null;
    if (type === 'mdat' && this.#nextSample < this.#samples.length) {
      throw corrupt('has a sample outside mdat', this.#offset);
    }
    if (!index) return;
    if (type === 'moov') this.#takeMovie(index, tags);
    else this.#takeFragment(index);
  }

  #takeMovie(moov: Buffer, tags: Tag[]): void {
    const tracks = readMovie(moov);
    this.#fragments = new MovieFragmentReader(tracks);
    this.#tracks = {
      audio: tracks.some((track) => track.name === 'audio'),
      video: tracks.some((track) => track.name === 'video'),
    };
    const nowMs = this.#nowMs();
    tags.push(metadataTag(tracks, nowMs), ...tracks.map((track) => headerTag(track, nowMs)));
  }

  #takeFragment(moof: Buffer): void {
    if (!this.#fragments) throw corrupt('has a moof before its moov', this.#moofStart);
    if (this.#nextSample < this.#samples.length) throw corrupt('has a moof where mdat is due', this.#moofStart);
    // An empty sample is only time, and tags have no use for it.
    this.#samples = this.#fragments.read(moof, this.#moofStart).filter((sample) => sample.sizeBytes > 0);
    this.#nextSample = 0;
  }

  #checkSamples(): void {
    let end = this.#boxStart;
    for (const { offset, sizeBytes } of this.#samples) {
      if (offset < end || offset + sizeBytes > this.#boxEnd) throw corrupt('has a sample outside mdat', this.#boxStart);
      if (sizeBytes > this.#maxSampleBytes) {
        throw corrupt(`has a sample of ${sizeBytes} bytes, over the cap of ${this.#maxSampleBytes}`, offset);
      }
      end = offset + sizeBytes;
    }
  }

  #readMedia(bytes: Buffer, tags: Tag[]): number {
    const open = this.#open ?? this.#openSample();
    if (!open) return bytes.length;
    const gap = open.location.offset - this.#offset;
    if (gap > 0) return Math.min(gap, bytes.length);
    open.filled += bytes.copy(open.body, open.filled, 0, open.body.length - open.filled);
    const used = Math.min(bytes.length, open.location.offset + open.location.sizeBytes - this.#offset);
    if (open.filled === open.body.length) {
      this.#open = null;
      tags.push(this.#finish(open));
    }
    return used;
  }

  #openSample(): OpenSample | null {
    const location = this.#samples[this.#nextSample];
    if (!location) return null;
    this.#nextSample++;
    const { track, decodeTicks, compositionTicks, keyframe } = location;
    const timestampMs = Math.round((decodeTicks * 1000) / track.timescale);
    const compositionMs = Math.round(((decodeTicks + compositionTicks) * 1000) / track.timescale) - timestampMs;
    const start = sampleBodyStart(track, { timestampMs, compositionMs, keyframe });
    const body = Buffer.allocUnsafe(start.length + location.sizeBytes);
    this.#open = { location, timestampMs, body, filled: start.copy(body) };
    return this.#open;
  }

  #finish({ location, timestampMs, body }: OpenSample): Tag {
    const kind = location.track.name === 'audio' ? 'audio' : location.keyframe ? 'keyframe' : 'frame';
    return tagOf(kind, timestampMs % WRAP_MS, this.#nowMs(), [body]);
  }

  #fail(error: unknown): never {
    // A table that is cut off shows as a read past the end of its buffer.
    this.#failure =
      error instanceof RangeError ? corrupt('has a box that is cut off', this.#offset) : RelayError.from(error);
    this.#index = null;
    this.#open = null;
    this.#samples = [];
    throw this.#failure;
  }
}

function corrupt(what: string, byteOffset: number): RelayError {
  return new RelayError('corrupt', `The MP4 stream ${what} (at byte ${byteOffset}).`);
}
