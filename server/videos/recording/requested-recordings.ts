/**
 * What people and events asked of each camera, besides its rule: kept on the disk, so that a relay that is started again
 * goes on with it. What follows from it is decided by `record-policy.ts`.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { RecordConfig } from '../../config/schema/record.ts';
import type { RecordingCommand } from '../../protocol.ts';

export interface RecordingEvent {
  readonly name: string | null;
  /** When its post-roll ends. */
  readonly untilMs: number;
}

export interface Requested {
  /** Somebody asked for it and has not taken it back. */
  readonly manual: boolean;
  readonly event: RecordingEvent | null;
}

const NOTHING: Requested = { manual: false, event: null };

export class RequestedRecordings {
  readonly #path: string;
  readonly #log: Logger;
  readonly #byCamera = new Map<string, Requested>();
  #writing: Promise<void> = Promise.resolve();

  /** @param path of a file of its own; its folder is made when there is something to write */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Reads what an earlier run left; events that are over are not taken up. Never rejects. */
  async load(nowMs: number): Promise<void> {
    try {
      const stored: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof stored !== 'object' || stored === null) return;
      for (const [camera, value] of Object.entries(stored)) {
        const requested = readRequested(value, nowMs);
        if (requested.manual || requested.event !== null) this.#byCamera.set(camera, requested);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#log.warn({ err: error }, 'which recordings were asked for by hand cannot be read; they are not taken up');
    }
  }

  of(camera: string): Requested {
    return this.#byCamera.get(camera) ?? NOTHING;
  }

  /** Resolves when it is on the disk, or the disk refuses, which is logged. Never rejects. */
  set(camera: string, requested: Requested): Promise<void> {
    if (requested.manual || requested.event !== null) this.#byCamera.set(camera, requested);
    else this.#byCamera.delete(camera);
    const text = `${JSON.stringify(Object.fromEntries(this.#byCamera), null, 2)}\n`;
    this.#writing = this.#writing.then(() => this.#write(text));
    return this.#writing;
  }

  /** Resolves when all is written. Idempotent. */
  close(): Promise<void> {
    return this.#writing;
  }

  async #write(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(`${this.#path}.part`, text);
      await rename(`${this.#path}.part`, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, 'a recording that was asked for by hand would not go on after a restart');
    }
  }
}

/** Pure: what is asked for after a command. `stop` takes back both; an event prolongs one that lasts, never cuts it. */
export function afterCommand(
  { manual, event }: Requested,
  command: RecordingCommand,
  { postRollMs }: Pick<RecordConfig, 'postRollMs'>,
  nowMs: number,
): Requested {
  if (command.action === 'stop') return NOTHING;
  if (command.action === 'start') return { manual: true, event };
  const untilMs = nowMs + (command.postRollMs ?? postRollMs);
  return { manual, event: { name: command.name ?? null, untilMs: Math.max(untilMs, event?.untilMs ?? 0) } };
}

/** Pure: nothing for what a person has written there, or a full disk has damaged. */
function readRequested(value: unknown, nowMs: number): Requested {
  if (typeof value !== 'object' || value === null) return NOTHING;
  const { manual, event } = value as { manual?: unknown; event?: unknown };
  return { manual: manual === true, event: readEvent(event, nowMs) };
}

function readEvent(value: unknown, nowMs: number): RecordingEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, untilMs } = value as { name?: unknown; untilMs?: unknown };
  if (typeof untilMs !== 'number' || !(untilMs > nowMs)) return null;
  return { name: typeof name === 'string' ? name : null, untilMs };
}
