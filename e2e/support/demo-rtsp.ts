/**
 * The demo cameras inside the test process, over real RTSP on a port that stays the same: a test counts their
 * sessions, kills them and brings them back. How they misbehave is `server/demo-camera/faults.ts`.
 */
import { pino } from 'pino';
import type { ConfigInput } from '../../server/config/schema.ts';
import { DemoCameras } from '../../server/demo-camera/demo-cameras.ts';

type CameraInput = NonNullable<ConfigInput['cameras']>[string];

export interface DemoRtspOptions {
  readonly users?: Record<string, string> | null;
  readonly auth?: 'digest' | 'basic';
  /** How long a client over UDP may be silent. */
  readonly sessionTimeoutMs?: number;
  /** A free one when left out. */
  readonly port?: number;
}

export interface DemoRtsp {
  readonly port: number;
  /** A camera entry for the relay's configuration; `more` goes over it. `of('yard', 'fault=stall&after=3000')`. */
  of(scene: string, query?: string, more?: Partial<CameraInput>): CameraInput & { readonly url: string };
  sessions(scene?: string): { now: number; total: number };
  /** The cameras are gone: connections cut, port closed. */
  kill(): Promise<void>;
  /** They are back on the same port, and count from zero. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

/** Resolves when the cameras listen on loopback. The caller closes them. */
export async function startDemoRtsp(options: DemoRtspOptions = {}): Promise<DemoRtsp> {
  const start = async (port: number | undefined) => {
    const cameras = new DemoCameras({
      ffmpegPath: 'ffmpeg',
      log: pino({ level: 'silent' }),
      ...(port === undefined ? {} : { port }),
      ...(options.users === undefined ? {} : { users: options.users }),
      ...(options.sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs: options.sessionTimeoutMs }),
      ...(options.auth === undefined ? {} : { auth: options.auth }),
    });
    await cameras.start();
    return cameras;
  };
  let cameras = await start(options.port);
  const port = cameras.port;
  return {
    port,
    of: (scene, query, more = {}) => {
      const resolved = cameras.resolve(query === undefined ? `demo:${scene}` : `demo:${scene}?${query}`);
      return { ...resolved, ...more, url: more.url ?? resolved.url };
    },
    sessions: (scene) => cameras.sessions(scene),
    kill: () => cameras.close(),
    revive: async () => {
      cameras = await start(port);
    },
    close: () => cameras.close(),
  };
}
