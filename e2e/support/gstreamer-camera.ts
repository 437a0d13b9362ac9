/** Starts GStreamer's RTSP server (`gstreamer-camera.py`) and tells where it listens. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { collectLines } from './lines.ts';

export interface GstreamerMount {
  /** Default `h264`. MJPEG knows no keyframes. */
  readonly codec?: 'h264' | 'h265' | 'mjpeg' | 'mpeg4';
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** Frames from keyframe to keyframe. */
  readonly keyint?: number;
  readonly profile?: 'baseline' | 'constrained-baseline' | 'main' | 'high';
  /** A tone of 440 Hz. */
  readonly audio?: 'none' | 'aac' | 'opus' | 'alaw' | 'mulaw' | 'g726' | 'mp3' | 'pcm';
  /** A `videotestsrc` pattern, with the running time written over it; `snow` fills any bit rate. */
  readonly pattern?: string;
  readonly bitrateKbps?: number;
  /** Two between the others; of H.264 and H.265. */
  readonly bFrames?: boolean;
  /** x264's own, `name=value:name=value`. */
  readonly x264Options?: string;
  /** From the first player on; from then only the other track is sent. */
  readonly videoStopsAfterMs?: number;
  readonly audioStopsAfterMs?: number;
  /** Share of the packets of its pictures that never arrive, 0 to 1; default 0. */
  readonly loss?: number;
  /** The only one that it offers; `any` by default. */
  readonly transport?: 'any' | 'tcp' | 'udp' | 'multicast';
}

export interface GstreamerCameraOptions {
  /** By path, e.g. `{ '/cam': {} }`. */
  readonly mounts: Readonly<Record<string, GstreamerMount>>;
  readonly auth?: 'open' | 'digest' | 'basic';
  readonly user?: string;
  readonly password?: string;
}

export interface GstreamerCamera {
  readonly port: number;
  /** `rtsp://127.0.0.1:PORT/path`, without credentials. */
  url(path: string): string;
  /** How many sessions there were at one time, at most. */
  mostSessions(): number;
  stderr(): readonly string[];
  close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('gstreamer-camera.py', import.meta.url));
/** The distribution's Python: another one on PATH would lack the bindings. */
const PYTHON = '/usr/bin/python3';
const START_TIMEOUT_MS = 20_000;

/** Resolves when it listens. It serves TCP and UDP. It ends with this process; the caller closes it sooner. */
export async function startGstreamerCamera(options: GstreamerCameraOptions): Promise<GstreamerCamera> {
  const child = spawn(PYTHON, [SCRIPT, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const stderr = collectLines(child.stderr);
  const stdout = collectLines(child.stdout);
  const line = await stdout
    .until((text) => text.startsWith('port '), START_TIMEOUT_MS)
    .catch((error: Error) => {
      child.kill('SIGKILL');
      throw new Error(`${error.message}\n${stderr.lines.join('\n')}`);
    });
  const port = Number(line.slice('port '.length));
  return {
    port,
    url: (path) => `rtsp://127.0.0.1:${port}${path}`,
    mostSessions: () => {
      const counts = stdout.lines.flatMap((text) => /^sessions (\d+)/.exec(text)?.[1] ?? []);
      return Math.max(0, ...counts.map(Number));
    },
    stderr: () => stderr.lines,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
