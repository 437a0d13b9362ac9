/** The relay's HLS outputs, one per camera and rendition, made when first asked for and kept for their numbers. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Camera } from '../../camera/camera.ts';
import type { Mp4Cameras } from '../fmp4/mp4-cameras.ts';
import { playlistName, type Rendition } from './file-names.ts';
import { HlsOutput } from './hls-output.ts';
import type { HlsLimits } from './hls-output-options.ts';
import type { RenditionReport } from './playlist.ts';
import { RhythmMemory, rhythmKey } from './rhythm-memory.ts';
import { SegmentDisk } from './segment-disk.ts';
import type { FirstNumbers } from './segment-window.ts';
import { TsWriter } from './ts-writer.ts';

export interface HlsOutputsOptions {
  readonly mp4: Mp4Cameras;
  readonly limits: HlsLimits;
  readonly connectTimeoutMs: number;
  /** Requests that may wait for one output at one time. */
  readonly maxWaiting: number;
  readonly dataDir: string;
  /** The folder for segments on disk; null: they stay in memory. */
  readonly diskFolder: string | null;
  readonly log: Logger;
}

export interface HlsTotals {
  /** Outputs that run now. */
  readonly running: number;
  /** Of segments, in memory and on disk. */
  readonly bytes: number;
  readonly diskBytes: number;
  /** Segments should be on disk and stay in memory, since they cannot be written. */
  readonly diskFailing: boolean;
}

/** Sequence numbers begin with the seconds since this, which outruns any playlist: a relay's restart is no step back. */
const NUMBERS_BEGIN_MS = Date.UTC(2025, 0, 1);

export class HlsOutputs {
  readonly #options: HlsOutputsOptions;
  readonly #memory: RhythmMemory;
  readonly #disk: SegmentDisk | null;
  readonly #outputs = new Map<Camera, Map<string, HlsOutput>>();
  /** Stands in every file name, so that none ever means other bytes. */
  readonly start = randomBytes(4).toString('hex');

  constructor(options: HlsOutputsOptions) {
    this.#options = options;
    this.#memory = new RhythmMemory(options);
    const { diskFolder: folder, log } = options;
    this.#disk = folder === null ? null : new SegmentDisk({ folder, start: this.start, log });
  }

  /** Reads what an earlier relay learnt of the cameras, and removes what it left on disk. Never rejects. */
  async load(): Promise<void> {
    await Promise.all([this.#memory.load(), this.#disk?.load()]);
  }

  /** The output, running or not: it starts its camera when it is asked for a playlist. */
  of(camera: Camera, rendition: Rendition): HlsOutput {
    let ofCamera = this.#outputs.get(camera);
    if (ofCamera === undefined) {
      ofCamera = new Map();
      this.#outputs.set(camera, ofCamera);
    }
    const name = playlistName(rendition);
    let output = ofCamera.get(name);
    if (output === undefined) {
      output = this.#make(camera, rendition);
      ofCamera.set(name, output);
    }
    return output;
  }

  get totals(): HlsTotals {
    const outputs = this.#all();
    return {
      running: outputs.filter((output) => output.running).length,
      bytes: outputs.reduce((sum, output) => sum + output.bytes.memory, 0),
      diskBytes: outputs.reduce((sum, output) => sum + output.bytes.disk, 0),
      diskFailing: this.#disk?.failing ?? false,
    };
  }

  /** Ends every output; resolves when what was learnt is written and no segment is left on disk. Idempotent. */
  async close(): Promise<void> {
    for (const output of this.#all()) output.close();
    await Promise.all([this.#memory.close(), this.#disk?.close()]);
  }

  #all(): HlsOutput[] {
    return [...this.#outputs.values()].flatMap((ofCamera) => [...ofCamera.values()]);
  }

  /** The other variants that are made now: those that a player of this one may change to. */
  #reports(camera: Camera, rendition: Rendition): RenditionReport[] {
    const own = playlistName(rendition);
    return [...(this.#outputs.get(camera) ?? [])].flatMap(([name, output]) => {
      const { audio, container } = output.rendition;
      const isOther = name !== own && audio === rendition.audio && container === rendition.container;
      return isOther && output.report !== null ? [output.report] : [];
    });
  }

  #make(camera: Camera, rendition: Rendition): HlsOutput {
    const { mp4, limits, connectTimeoutMs, maxWaiting, log } = this.#options;
    const { stream, profile, hevc, audio } = rendition;
    const source = camera.output({ stream, profile, plays: hevc ? ['h264', 'hevc'] : [] });
    const samples = mp4.samples(source, audio);
    return new HlsOutput({
      camera: camera.id,
      rendition,
      samples,
      reports: () => this.#reports(camera, rendition),
      limits,
      connectTimeoutMs,
      maxWaiting,
      start: this.start,
      first: firstNumbers(Date.now()),
      notes: this.#memory.of(rhythmKey(camera.id, rendition), () => samples.rhythm),
      ...(rendition.container === 'ts' ? { newWriter: () => new TsWriter() } : {}),
      ...(this.#disk === null ? {} : { disk: this.#disk }),
      log,
    });
  }
}

/** Pure: where an output's numbers begin. */
export function firstNumbers(nowMs: number): FirstNumbers {
  // A machine without a clock of its own may begin in 1970, and no number is below 0 (RFC 8216 section 4.3.3.2).
  const sequence = Math.max(0, Math.floor((nowMs - NUMBERS_BEGIN_MS) / 1000));
  // Hours, of which no camera breaks off once each for long: hls.js walks all numbers up to this one at every playlist.
  return { sequence, discontinuitySequence: Math.floor(sequence / 3600) };
}
