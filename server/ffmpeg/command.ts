/**
 * The only file that knows fluent-ffmpeg 2.1.3 (archived): it builds the command and spawns it. Nothing here waits,
 * kills, reads or writes; that is `process.ts`.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import fluentFfmpeg from 'fluent-ffmpeg';
import type { FfmpegJob } from './run.ts';

export type FfmpegChild = ChildProcessByStdio<Writable | null, Readable, Readable>;

export interface CommandEvents {
  /** The child exists; without a pid its `error` event is about to come. */
  started(child: FfmpegChild): void;
  /** There will be no child, or spawning it failed. May come after `started`, and more than once. */
  failed(error: Error): void;
}

interface LineRing {
  append(text: string): void;
  get(): string;
  close(): void;
  callback(listener: (line: string) => void): void;
}
type ProcessCallback = (child: FfmpegChild, stdout: LineRing, stderr: LineRing) => void;
type EndCallback = (error: Error | null | undefined, stdout?: LineRing, stderr?: LineRing) => void;
type Spawn = (args: string[], options: object, onProcess: ProcessCallback, onEnd: EndCallback) => void;

/** The undocumented methods we replace on our own instance; the library's prototype stays as it is. */
interface Internals {
  ffmpegProc?: FfmpegChild;
  _checkCapabilities(done: (error: Error | null) => void): void;
  availableEncoders(done: (error: Error | null, encoders: object) => void): void;
  _getFfmpegPath(done: (error: Error | null, path: string) => void): void;
  _spawnFfmpeg: Spawn;
}

const EMPTY_RING: LineRing = { append() {}, get: () => '', close() {}, callback() {} };
const GLOBAL_OPTIONS = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info'] as const;

/** Builds the command and starts it within the next turns of the event loop. Never throws. */
export function runCommand(path: string, job: FfmpegJob, events: CommandEvents): void {
  try {
    // Its own ring keeps an unfinished line without bound; we read stderr ourselves.
    const command = fluentFfmpeg({ stdoutLines: 1 });
    command.input(job.input);
    // More than one argument each, or it would split them at spaces.
    command.inputOptions(...GLOBAL_OPTIONS, ...job.inputOptions);
    command.outputOptions(...job.outputOptions, '-f', job.format);
    command.output(job.output ?? 'pipe:1');
    const internals = command as unknown as Internals;
    replaceChecks(internals, path, job);
    command.on('start', () => {
      const child = internals.ffmpegProc;
      if (child) events.started(child);
    });
    // Only a failed spawn matters here: exits are taken from the child itself. No 'progress' listener ever: it would
    // run ffprobe on the camera.
    command.on('error', (error: Error) => events.failed(error));
    command.run();
  } catch (error) {
    events.failed(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * Takes out what spawns `ffmpeg -formats` and `-encoders` for every process (and misreads the former since ffmpeg 7),
 * and makes the spawn safe.
 */
function replaceChecks(internals: Internals, path: string, { stdin, environment }: FfmpegJob): void {
  internals._checkCapabilities = (done) => done(null);
  internals.availableEncoders = (done) => done(null, {});
  internals._getFfmpegPath = (done) => done(null, path);
  const spawn = internals._spawnFfmpeg.bind(internals);
  internals._spawnFfmpeg = (args, options, onProcess, onEnd) => {
    // A failed spawn calls back without rings and then reads them: an uncaught TypeError.
    const end: EndCallback = (error, stdout = EMPTY_RING, stderr = EMPTY_RING) => onEnd(error, stdout, stderr);
    const processReady: ProcessCallback = (child, stdout, stderr) => {
      stderr.append = () => {};
      onProcess(child, stdout, stderr);
    };
    try {
      const stdio = [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
      const env = { ...process.env, ...environment };
      // With captureStdout it would turn every byte of video into text.
      spawn(args, { ...options, captureStdout: false, stdio, env }, processReady, end);
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
