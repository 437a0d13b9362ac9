/** Opens and closes the files of all recorders: their names and folders, the catalogue, the day's index, the library. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordingConfig } from '../../config/schema/record.ts';
import type { Catalog } from './catalog.ts';
import { addToDay } from './day-index.ts';
import { dayName, fileName } from './file-names.ts';
import type { LibraryLinks } from './library-links.ts';
import { createOutput, type OpenOutput } from './output-file.ts';
import type { NewFile } from './recorder-options.ts';
import { RecordingFile } from './recording-file.ts';

export interface RecordingFilesOptions {
  readonly catalog: Catalog;
  readonly links: LibraryLinks;
  readonly config: RecordingConfig;
  readonly folder: string;
  readonly openOutput?: OpenOutput | undefined;
  readonly log: Logger;
}

export class RecordingFiles {
  readonly #options: RecordingFilesOptions;

  constructor(options: RecordingFilesOptions) {
    this.#options = options;
  }

  /** Begins a file, which whoever asked for it closes here. */
  open(camera: string, { startedAtMs, init, reason, onFailed }: NewFile): RecordingFile {
    const { catalog, links, folder, config, openOutput = createOutput } = this.#options;
    const name = fileName(camera, this.#freeStart(camera, startedAtMs));
    const path = join(folder, camera, dayName(startedAtMs), name);
    const { segmentMs, maxQueueBytes } = config;
    const file = new RecordingFile({
      camera,
      path,
      reason,
      init,
      startedAtMs,
      segmentMs,
      maxQueueBytes,
      open: openOutput,
      onFailed,
    });
    catalog.grows(name, file);
    void file.opened.then(() => links.add(path, name));
    return file;
  }

  /** Finishes a file; resolves when it is closed and known. Never rejects. */
  async close(file: RecordingFile): Promise<void> {
    const { catalog, links, log } = this.#options;
    const { name } = file.file;
    const finished = await file.finish();
    if (finished === null) {
      // While it counts as growing nobody looks into what is about to go.
      await links.remove(name);
      catalog.ended(name, null);
      return;
    }
    catalog.ended(name, finished);
    const { camera, durationMs, bytes } = finished;
    log.info({ camera, file: name, durationMs: Math.round(durationMs), bytes }, 'recording ends a file');
    await addToDay(finished).catch((error: unknown) => {
      // The next start finds the file by itself.
      log.warn({ camera, err: error }, 'the index of the day cannot be written');
    });
  }

  /** A millisecond for which there is no file yet: a clock that was set back comes by twice. */
  #freeStart(camera: string, startedAtMs: number): number {
    const { catalog } = this.#options;
    const taken = new Set(catalog.between(camera, 0, Number.POSITIVE_INFINITY).map(({ name }) => name));
    let freeMs = startedAtMs;
    while (taken.has(fileName(camera, freeMs))) freeMs += 1;
    return freeMs;
  }
}
