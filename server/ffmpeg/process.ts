/**
 * One ffmpeg from the wish to run it to its own exit. Which options it gets is decided elsewhere; how many may
 * start at once is `start-limiter.ts`; how it is spawned is `command.ts`.
 */
import { Readable, type Writable } from 'node:stream';
import type { Logger } from 'pino';
import { type FfmpegChild, runCommand } from './command.ts';
import { reportExit } from './exit-report.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import type { Redactor } from './redact.ts';
import { socketTimeoutMs } from './rtsp-input.ts';
import type { FfmpegExit, FfmpegJob, FfmpegRun } from './run.ts';
import { sourceKind } from './source-input.ts';
import { type SourceTracks, SourceTracksReader } from './source-tracks.ts';
import type { StartLimiter, StartSlot } from './start-limiter.ts';
import { StderrLines } from './stderr-lines.ts';

export interface ProcessParts {
  readonly path: string;
  readonly killTimeoutMs: number;
  readonly limiter: Pick<StartLimiter, 'request'>;
  readonly guard: OrphanGuard;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** What ffmpeg's RTSP client prints before it connects to where a camera sends it. */
const REDIRECTS = /Status 3\d\d: Redirecting to /;
/** How long stderr may stay open after the exit, e.g. in the hands of a child of ffmpeg's. */
const STDERR_GRACE_MS = 250;
/** Enough for a few pictures, so that the pipe is not paused for each. */
const OUTPUT_BUFFER_BYTES = 1_048_576;

/**
 * ```
 * queued ──slot──▶ spawning ──child──▶ running ──exit──▶ exited
 *    └─stop──▶ exited  └─stop: killed as soon as it is there   ▲
 *                      └─spawn failed ─────────────────────────┘
 * ```
 */
export class FfmpegProcess implements FfmpegRun {
  readonly output: Readable;
  readonly exited: Promise<FfmpegExit>;
  onSources: ((sources: SourceTracks) => void) | null = null;
  readonly #job: FfmpegJob;
  readonly #parts: ProcessParts;
  readonly #log: Logger;
  readonly #slot: StartSlot;
  readonly #stderr = new StderrLines();
  readonly #tracks = new SourceTracksReader();
  #resolveExited: (exit: FfmpegExit) => void = () => {};
  #child: FfmpegChild | null = null;
  #sources: SourceTracks | null = null;
  #lostPackets = 0;
  #stopping = false;
  #redirected = false;
  #discarding = false;
  #settled = false;
  /** Whether the end was our doing: a stop after the exit does not make it so. */
  #wasStopped: boolean | null = null;
  #startedAtMs = 0;
  #killTimer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  constructor(job: FfmpegJob, parts: ProcessParts) {
    this.#job = job;
    this.#parts = parts;
    this.#log = parts.log.child({ camera: job.camera });
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve;
    });
    this.output = new Readable({
      highWaterMark: OUTPUT_BUFFER_BYTES,
      read: () => this.#child?.stdout.resume(),
      destroy: (error, done) => {
        this.#discard();
        done(error);
      },
    });
    this.#slot = parts.limiter.request(() => this.#spawn());
    // It may have failed within this call, when there was no slot yet to give back.
    if (this.#settled) this.#slot.release();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get sources(): SourceTracks | null {
    return this.#sources;
  }

  get lostPackets(): number {
    return this.#lostPackets;
  }

  markStarted(): void {
    this.#slot.release();
  }

  stop(): Promise<FfmpegExit> {
    // Even an exited one may have unread output, which holds a pipe open.
    this.#discard();
    if (!this.#stopping && !this.#settled) {
      this.#stopping = true;
      if (this.#startedAtMs === 0) this.#settle(null, null, null);
      else if (this.#child) this.#terminate(this.#child);
    }
    return this.exited;
  }

  #spawn(): void {
    this.#startedAtMs = performance.now();
    runCommand(this.#parts.path, this.#job, {
      started: (child) => this.#adopt(child),
      failed: (error: NodeJS.ErrnoException) => {
        // With a pid it is the library's word for an exit, which the child reports itself.
        if (this.#child?.pid === undefined) this.#settle(null, null, error.code ?? 'EUNKNOWN');
      },
    });
  }

  #adopt(child: FfmpegChild): void {
    this.#child = child;
    if (child.pid === undefined) return;
    this.#parts.guard.add(child.pid);
    this.#log.debug({ pid: child.pid }, 'ffmpeg started');
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#discarding) return;
      // Straight to whom takes it as it comes: the stream in between costs as much as half of what a tag goes through.
      if (this.output.readableFlowing && this.output.readableLength === 0) this.output.emit('data', chunk);
      else if (!this.output.push(chunk)) child.stdout.pause();
    });
    child.stdout.once('close', () => this.#endOutput());
    child.stdout.on('error', () => this.#endOutput());
    child.stderr.on('data', (text: string) => {
      for (const line of this.#stderr.push(text)) this.#onLine(line);
    });
    child.stderr.on('error', () => {});
    child.once('exit', (code, signal) => this.#onExit(child, code, signal));
    if (child.stdin !== null) this.#feed(child.stdin);
    if (this.#discarding) child.stdout.resume();
    if (this.#stopping) this.#terminate(child);
  }

  #feed(stdin: Writable): void {
    // ffmpeg may have all it wants before the input is over.
    stdin.on('error', () => {});
    this.#job.stdin?.on('error', () => stdin.destroy());
    this.#job.stdin?.pipe(stdin);
  }

  #terminate(child: FfmpegChild): void {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    // One that waits for input hears no signal before there is some, or its end.
    child.stdin?.destroy();
    this.#killTimer = setTimeout(() => {
      this.#log.warn({ pid: child.pid }, 'ffmpeg ignores SIGTERM and is killed');
      child.kill('SIGKILL');
    }, this.#parts.killTimeoutMs);
  }

  #onLine(line: string): void {
    if (this.#log.isLevelEnabled('trace')) {
      this.#log.trace({ pid: this.pid, line: this.#parts.redactor.redact(line) }, 'ffmpeg says');
    }
    if (REDIRECTS.test(line)) this.#refuseRedirect();
    this.#lostPackets += Number(/RTP: missed (\d+) packets/.exec(line)?.[1] ?? 0);
    this.#announce(this.#tracks.push(line));
  }

  /** The camera was asked before and sent nobody away, so this is a trick, and ffmpeg would follow it to any host. */
  #refuseRedirect(): void {
    this.#redirected = true;
    this.#discard();
    this.#child?.kill('SIGKILL');
  }

  #announce(sources: SourceTracks | null): void {
    if (!sources) return;
    this.#sources = sources;
    if (!this.#stopping) this.onSources?.(sources);
  }

  #onExit(child: FfmpegChild, code: number | null, signal: string | null): void {
    clearTimeout(this.#killTimer);
    this.#wasStopped = this.#stopping;
    if (child.pid !== undefined) this.#parts.guard.remove(child.pid);
    const finish = () => {
      child.stderr.destroy();
      this.#settle(code, signal, null);
    };
    // What it said last explains the exit.
    if (child.stderr.closed) {
      finish();
    } else {
      child.stderr.once('close', finish);
      this.#graceTimer = setTimeout(finish, STDERR_GRACE_MS);
    }
  }

  #settle(exitCode: number | null, signal: string | null, spawnError: string | null): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#killTimer);
    clearTimeout(this.#graceTimer);
    this.#slot?.release();
    this.#job.stdin?.destroy();
    for (const line of this.#stderr.end()) this.#onLine(line);
    this.#announce(this.#tracks.end());
    if (this.pid === undefined) this.#endOutput();
    if (this.#discarding) this.#discard();
    const exit = this.#report(exitCode, signal, spawnError);
    const fields = { pid: this.pid, exitCode, signal, reason: exit.reason };
    if (exit.end === 'stopped') this.#log.debug(fields, 'ffmpeg stopped');
    else if (exit.end === 'ended' && (this.#job.stdin !== undefined || this.#job.finite))
      this.#log.debug(fields, 'ffmpeg is done');
    else this.#log.warn({ ...fields, stderrTail: exit.stderrTail.slice(-5) }, exit.message);
    this.#resolveExited(exit);
  }

  #report(exitCode: number | null, signal: string | null, spawnError: string | null): FfmpegExit {
    const isStopped = this.#wasStopped ?? this.#stopping;
    const ended = {
      stderr: this.#stderr,
      endedFor: isStopped ? ('stop' as const) : this.#redirected ? ('redirect' as const) : null,
      exitCode,
      signal,
      ranMs: performance.now() - this.#startedAtMs,
      timeoutMs: socketTimeoutMs(this.#job.inputOptions),
      opened: this.#tracks.opened,
      spawnError,
      kind: sourceKind(this.#job.input),
    };
    return reportExit(ended, this.#parts.redactor);
  }

  /** From here on the output is read and thrown away, so that ffmpeg hears signals. */
  #discard(): void {
    this.#discarding = true;
    if (this.#settled) this.#child?.stdout.destroy();
    else this.#child?.stdout.resume();
  }

  #endOutput(): void {
    if (!this.output.readableEnded && !this.output.destroyed) this.output.push(null);
  }
}
