/**
 * Writes one file: init segment, reserved room, fragments as they come, the index when it ends. Where files and
 * fragments are cut is decided in `recorder.ts`. It never makes its caller wait.
 */
import { unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { needBox } from '../../mp4/box-reader.ts';
import { writeFree } from '../../mp4/fragment-boxes.ts';
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import { type InitSegment, timescaleOf } from '../../mp4/init-segment.ts';
import { type Sample, TRACK_ID, type TrackName } from '../../mp4/sample.ts';
import type { RecordReason } from '../../protocol.ts';
import { endedAt } from './cut-policy.ts';
import {
  type FileFragment,
  indexRoomBytes,
  type Reference,
  referencesFor,
  referencesOf,
  writeIndex,
} from './fragment-index.ts';
import { startTicksOf } from './fragment-runs.ts';
import type { OpenOutput, OutputFile } from './output-file.ts';
import type { GrowingFile, RecordedFile } from './recorded-file.ts';

export interface RecordingFileOptions {
  readonly camera: string;
  readonly path: string;
  readonly reason: RecordReason;
  readonly init: InitSegment;
  readonly startedAtMs: number;
  readonly segmentMs: number;
  readonly maxQueueBytes: number;
  readonly open: OpenOutput;
  /** The disk refuses, or does not keep up: nothing more is written. Called at most once; `finish` is still due. */
  readonly onFailed: (error: Error) => void;
}

/** The disk took longer than the queue allows. */
export class DiskTooSlow extends Error {
  override readonly name = 'DiskTooSlow';
}

interface Written extends FileFragment {
  readonly endedAtMs: number;
}

export class RecordingFile implements GrowingFile {
  readonly #options: RecordingFileOptions;
  readonly #writer = new FragmentWriter();
  readonly #roomBytes: number;
  readonly #fragments: Written[] = [];
  #references: { readonly fragments: number; readonly list: Reference[] } = { fragments: 0, list: [] };
  #baseMs: number | null = null;
  #ended: { readonly endMs: number; readonly atMs: number } | null = null;
  #output: OutputFile | null = null;
  /** Where the next fragment goes, and how much of the file is on the disk. */
  #position: number;
  #committedBytes = 0;
  #queuedBytes = 0;
  #work: Promise<void>;
  readonly #opened: Promise<void>;
  #failed = false;
  #finished: Promise<RecordedFile | null> | null = null;

  constructor(options: RecordingFileOptions) {
    this.#options = options;
    this.#roomBytes = indexRoomBytes(referencesFor(options.segmentMs));
    const head = Buffer.concat([options.init.bytes, writeFree(this.#roomBytes)]);
    this.#position = head.length;
    this.#work = this.#attempt(async () => {
      this.#output = await options.open(options.path);
      await this.#output.write(head, 0);
      this.#committedBytes = head.length;
      // Without its head nothing of the file could be played.
      await this.#output.sync().catch(() => {});
    });
    this.#opened = this.#work;
  }

  /** The samples of the next fragment: at least one, all of the file's init segment, the first ones with a keyframe. */
  append(samples: readonly Sample[]): void {
    if (this.#failed || this.#finished !== null) return;
    const own = this.#rebased(samples);
    const fragment = this.#writer.write(own);
    const { bytes, startMs, endMs, independent } = fragment;
    if (this.#queuedBytes + bytes.length > this.#options.maxQueueBytes) {
      this.#fail(new DiskTooSlow(`The disk is more than ${this.#queuedBytes} bytes behind.`));
      return;
    }
    const offset = this.#position;
    const last = samples.findLast((sample) => sample.track === (fragment.hasVideo ? 'video' : 'audio'))!;
    const atMs = last.arrivedAtMs + (last.durationTicks * 1000) / timescaleOf(last.init, last.track);
    const endedAtMs = endedAt(this.#ended, { endMs, atMs });
    this.#ended = { endMs, atMs: endedAtMs };
    const soundMs = this.#soundMs(bytes);
    this.#position += bytes.length;
    this.#queuedBytes += bytes.length;
    this.#work = this.#work.then(() =>
      this.#attempt(async () => {
        await this.#output!.write(bytes, offset);
        this.#committedBytes = offset + bytes.length;
        this.#queuedBytes -= bytes.length;
        this.#fragments.push({ offset, bytes: bytes.length, startMs, endMs, independent, soundMs, endedAtMs });
      }),
    );
  }

  /** Resolves when the file is there, or will never be. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** What is on the disk by now. */
  get file(): RecordedFile {
    const { camera, path, reason, init, startedAtMs } = this.#options;
    const last = this.#fragments.at(-1);
    return {
      camera,
      name: basename(path),
      path,
      startedAtMs,
      endedAtMs: Math.max(startedAtMs, Math.round(last?.endedAtMs ?? startedAtMs)),
      durationMs: last?.endMs ?? 0,
      bytes: this.#committedBytes,
      codecs: init.codecs,
      width: init.video?.width ?? 0,
      height: init.video?.height ?? 0,
      reason,
    };
  }

  get init(): Buffer {
    return this.#options.init.bytes;
  }

  get references(): readonly Reference[] {
    if (this.#references.fragments !== this.#fragments.length) {
      this.#references = { fragments: this.#fragments.length, list: referencesOf(this.#fragments) };
    }
    return this.#references.list;
  }

  /**
   * Writes what waits and the index; resolves with what the file holds, or with null when that is nothing and the file
   * is gone again. Never rejects. Idempotent.
   */
  finish(): Promise<RecordedFile | null> {
    this.#finished ??= this.#work.then(() => this.#finish());
    return this.#finished;
  }

  async #finish(): Promise<RecordedFile | null> {
    const output = this.#output;
    if (output === null) return null;
    try {
      // What a refused write has left behind is no fragment.
      if (this.#failed) await output.truncate(this.#committedBytes);
      if (this.#fragments.length > 0) await output.write(this.#index(), this.init.length);
    } catch (error) {
      this.#fail(error);
    }
    await output.close().catch((error: unknown) => this.#fail(error));
    if (this.#fragments.length > 0) return this.file;
    await unlink(this.#options.path).catch(() => {});
    return null;
  }

  #index(): Buffer {
    const { init } = this.#options;
    const names: readonly TrackName[] = ['video', 'audio'];
    const tracks = names
      .filter((name) => init[name] !== null)
      .map((name, index) => ({ trackId: TRACK_ID[name], timescale: timescaleOf(init, name), besides: index > 0 }));
    return writeIndex(this.references, { tracks, roomBytes: this.#roomBytes });
  }

  #soundMs(fragment: Buffer): number | null {
    const { init } = this.#options;
    if (init.video === null || init.audio === null) return null;
    const ticks = startTicksOf(needBox(fragment, 'moof'), TRACK_ID.audio);
    return ticks === null ? null : (ticks * 1000) / timescaleOf(init, 'audio');
  }

  /** The stream's clock never ends; a file's begins at 0, as players expect. */
  #rebased(samples: readonly Sample[]): Sample[] {
    this.#baseMs ??= Math.floor(
      Math.min(...samples.map((each) => (each.decodeTicks * 1000) / timescaleOf(each.init, each.track))),
    );
    const baseMs = this.#baseMs;
    return samples.map((sample) => {
      const baseTicks = Math.round((baseMs * timescaleOf(sample.init, sample.track)) / 1000);
      return { ...sample, decodeTicks: Math.max(0, sample.decodeTicks - baseTicks) };
    });
  }

  async #attempt(effect: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await effect();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(thrown: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFailed(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }
}
