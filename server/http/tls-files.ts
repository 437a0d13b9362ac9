/** Certificate and key from files, and their renewal while the relay runs. Getting them is left to who makes them. */
import { readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';

/** Paths of PEM files. `cert` holds the whole chain, the relay's own certificate first. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Certificates are renewed weeks before they end: a minute later is early enough. */
const LOOK_EVERY_MS = 60_000;

/** Rejects with RelayError `config` when a file cannot be read, or the two do not make a pair. */
export async function readTls({ cert, key }: TlsFiles): Promise<TlsMaterial> {
  try {
    const [certificate, secret] = await Promise.all([readFile(cert), readFile(key)]);
    const material = { cert: certificate, key: secret };
    createSecureContext(material);
    return material;
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'they are not PEM';
    throw new RelayError('config', `server.tls: ${cert} and ${key} cannot be used: ${why}.`, { cause });
  }
}

export interface TlsRenewalOptions {
  readonly server: Server;
  readonly files: TlsFiles;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

/** Gives new connections the new certificate when the files have changed; open ones stay. Runs until `close()`. */
export class TlsRenewal {
  readonly #options: TlsRenewalOptions;
  readonly #timer: NodeJS.Timeout;
  #seen: string | null = null;

  constructor(options: TlsRenewalOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), options.lookEveryMs ?? LOOK_EVERY_MS);
    void this.#look();
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { server, files, log } = this.#options;
    try {
      const states = await Promise.all([stat(files.cert), stat(files.key)]);
      const seen = states.map(({ mtimeMs, size }) => `${mtimeMs} ${size}`).join();
      const before = this.#seen;
      if (seen === before) return;
      if (before !== null) {
        server.setSecureContext(await readTls(files));
        log.info('new TLS certificate in use');
      }
      this.#seen = seen;
    } catch (error) {
      // Half of a pair may be written; the old one goes on until both fit.
      log.warn({ err: error }, 'TLS certificate not renewed');
    }
  }
}
