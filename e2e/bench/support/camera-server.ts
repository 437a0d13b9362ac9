/** The demo cameras in a process of their own: real RTSP, and their encoders count for nobody else. Answers commands. */
import { pino } from 'pino';
import { DemoCameras } from '../../../server/demo-camera/demo-cameras.ts';
import { answerCommands } from './worker.ts';

export type CameraServerCommands = {
  /** Listens on a free port of loopback, for everybody; resolves with the port. */
  start(request: { ffmpeg: string }): Promise<number>;
};

let cameras: DemoCameras | null = null;

const commands: CameraServerCommands = {
  async start({ ffmpeg }) {
    cameras = new DemoCameras({ ffmpegPath: ffmpeg, log: pino({ level: 'silent' }), users: null });
    await cameras.start();
    return cameras.port;
  },
};

answerCommands(commands, async () => cameras?.close());
