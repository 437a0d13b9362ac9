/** What an HLS output is made with: types only. */
import type { Logger } from 'pino';
import type { SampleStream } from '../fmp4/sample-stream.ts';
import type { Rendition } from './file-names.ts';
import type { RenditionReport } from './playlist.ts';
import type { RhythmNotes } from './rhythm-memory.ts';
import type { SegmentDisk } from './segment-disk.ts';
import type { FirstNumbers } from './segment-window.ts';
import type { SampleWriter } from './segmenter.ts';

/** The `hls` section of the configuration. */
export interface HlsLimits {
  readonly segmentMs: number;
  readonly partMs: number;
  readonly maxSegmentMs: number;
  readonly window: number;
  readonly keepExpired: number;
  readonly maxBytes: number;
  readonly maxDiskBytes: number;
  readonly idleTimeoutMs: number;
}

export interface HlsOutputOptions {
  readonly camera: string;
  readonly rendition: Rendition;
  readonly samples: Pick<SampleStream, 'add' | 'remove'>;
  readonly limits: HlsLimits;
  /** How long a camera may take to show its first picture. */
  readonly connectTimeoutMs: number;
  /** Requests that may wait at one time; more get 503. */
  readonly maxWaiting: number;
  /** Names the relay's start in file names. */
  readonly start: string;
  readonly first: FirstNumbers;
  readonly notes: RhythmNotes;
  /** How far the renditions are that a player may change to; default: there are none. */
  readonly reports?: () => readonly RenditionReport[];
  /** Default: fragmented MP4. */
  readonly newWriter?: () => SampleWriter;
  /** Where complete segments are kept; default: in memory. */
  readonly disk?: Pick<SegmentDisk, 'store' | 'remove'>;
  readonly log: Logger;
}
