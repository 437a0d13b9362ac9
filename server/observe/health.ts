/** Whether the relay is up, and whether it can do its work. */
import { RelayError } from '../errors.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { ErrorCode } from '../protocol.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What is missing, when something is. */
  readonly code: ErrorCode | null;
  readonly message: string | null;
}

export class Health {
  readonly #ffmpeg: Ffmpeg;
  readonly #version: string;
  #closing = false;

  constructor(ffmpeg: Ffmpeg, version: string) {
    this.#ffmpeg = ffmpeg;
    this.#version = version;
  }

  /** The process answers; nothing more is claimed. */
  alive(): { status: 'ok'; version: string; uptimeSeconds: number } {
    return { status: 'ok', version: this.#version, uptimeSeconds: Math.round(process.uptime()) };
  }

  /** Whether new viewers can be served: ffmpeg is there and the relay is not about to end. */
  async ready(): Promise<Readiness> {
    try {
      if (this.#closing) throw new RelayError('going-away');
      await this.#ffmpeg.capabilities();
      return { ready: true, code: null, message: null };
    } catch (thrown) {
      const error = RelayError.from(thrown);
      return { ready: false, code: error.code, message: error.message };
    }
  }

  /** From now on not ready, so that a load balancer sends nobody any more. */
  closing(): void {
    this.#closing = true;
  }
}
