/** One ffmpeg that makes a demo picture: spawned, drained, ended and awaited here. Who watches it is `scene.ts`. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { RelayError } from '../errors.ts';
import type { Tag } from '../flv/tag.ts';
import { TagParser } from '../flv/tag-parser.ts';

const KILL_AFTER_MS = 2000;
const STDERR_TAIL_CHARACTERS = 2000;

export interface EncoderOptions {
  readonly ffmpegPath: string;
  readonly args: readonly string[];
  /** True when descriptor 3 carries the sound. */
  readonly audio: boolean;
  /** Called for each tag, video and sound alike, in the order of their coming. */
  readonly onTag: (tag: Tag) => void;
}

/**
 * Runs from its construction until `stop()` or its own end; `ended` resolves when the process has gone, never rejects.
 * If this process is killed, the broken pipe ends ffmpeg at its next frame.
 */
export class Encoder {
  /** Resolves with why it ended; null after `stop()`. */
  readonly ended: Promise<RelayError | null>;
  readonly #child: ChildProcess;
  #stopping = false;
  #killTimer: NodeJS.Timeout | undefined;
  #stderr = '';

  constructor(options: EncoderOptions) {
    this.#child = spawn(options.ffmpegPath, [...options.args], {
      stdio: ['ignore', 'pipe', 'pipe', options.audio ? 'pipe' : 'ignore'],
      windowsHide: true,
    });
    this.#drain(this.#child.stdio[1] as Readable, options.onTag);
    if (options.audio) this.#drain(this.#child.stdio[3] as Readable, options.onTag);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL_CHARACTERS);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error: NodeJS.ErrnoException) => {
        // Without a pid it was never spawned, and no `close` will come.
        if (this.#child.pid !== undefined) return;
        const missing = error.code === 'ENOENT' || error.code === 'EACCES';
        resolve(new RelayError(missing ? 'ffmpeg-missing' : 'ffmpeg-crashed', undefined, { cause: error }));
      });
      this.#child.once('close', (code, signal) => {
        clearTimeout(this.#killTimer);
        if (this.#stopping) resolve(null);
        else
          resolve(
            new RelayError('ffmpeg-crashed', `The demo encoder ended (${signal ?? code}): ${this.#stderr.trim()}`),
          );
      });
    });
  }

  /** The process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGTERM, then SIGKILL; resolves when the process has gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
        this.#child.kill('SIGTERM');
        this.#killTimer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
      }
    }
    await this.ended;
  }

  #drain(output: Readable, onTag: (tag: Tag) => void): void {
    const parser = new TagParser();
    let broken = false;
    output.on('error', () => {});
    output.on('data', (chunk: Buffer) => {
      // Read on whatever happens: an ffmpeg whose pipe is full does not heed SIGTERM.
      if (broken || this.#stopping) return;
      try {
        for (const tag of parser.push(chunk)) onTag(tag);
      } catch (error) {
        broken = true;
        this.#stderr += ` ${String(error)}`;
        this.#child.kill('SIGKILL');
      }
    });
  }
}
