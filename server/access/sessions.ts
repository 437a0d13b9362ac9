/** Who has signed in. The cookie holds a signed secret; here lies its hash, so that the file lets nobody in. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { SessionInfo } from '../protocol.ts';
import { hashSecret, newId, newSecret, sign, unsign } from './secrets.ts';
import { StateFile } from './state-file.ts';

const sessionSchema = z.strictObject({
  id: z.string(),
  hash: z.string(),
  user: z.string(),
  /** Came from the sign-in service; may be no user here. */
  external: z.boolean().default(false),
  /** Of the password that began it, see `passwordMark`; null where there was none. */
  mark: z.string().nullable().default(null),
  address: z.string(),
  userAgent: z.string(),
  createdAtMs: z.number(),
  usedAtMs: z.number(),
});
const fileSchema = z.strictObject({ key: z.base64url().min(40), sessions: z.array(sessionSchema) });

export type Session = z.output<typeof sessionSchema>;

export interface SessionsOptions {
  readonly dataDir: string;
  readonly idleMs: number;
  readonly maxMs: number;
  readonly now: () => number;
}

/** The last use is written down this often; a relay that is killed forgets no more than that. */
const WRITE_USE_EVERY_MS = 60_000;
/** One person's; the longest unused makes place. */
const MAX_PER_USER = 50;
const KEY_BYTES = 32;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #file: StateFile<z.output<typeof fileSchema>>;
  readonly #byHash = new Map<string, Session>();
  #key = randomBytes(KEY_BYTES);
  #writtenAtMs = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#file = new StateFile(join(options.dataDir, 'access', 'sessions.json'), fileSchema);
  }

  /** @throws RelayError `config` when the file is damaged */
  async load(): Promise<void> {
    const found = await this.#file.load();
    if (found === undefined) return;
    this.#key = Buffer.from(found.key, 'base64url');
    for (const session of found.sessions) this.#byHash.set(session.hash, session);
    this.#dropEnded();
  }

  /** A new session, whatever the browser had before (against fixation). @returns the cookie's value */
  async begin(
    user: string,
    from: { address: string; userAgent: string; external?: boolean; mark?: string | null },
  ): Promise<{ cookie: string; session: Session }> {
    const secret = newSecret('session');
    const nowMs = this.#options.now();
    const { address, userAgent, external = false, mark = null } = from;
    const session = {
      id: newId(),
      hash: hashSecret(secret),
      user,
      external,
      mark,
      address,
      userAgent,
      createdAtMs: nowMs,
      usedAtMs: nowMs,
    };
    this.#dropEnded();
    const older = this.of(user).sort((a, b) => a.usedAtMs - b.usedAtMs);
    for (const { hash } of older.slice(0, Math.max(0, older.length - MAX_PER_USER + 1))) this.#byHash.delete(hash);
    this.#byHash.set(session.hash, session);
    await this.#save();
    return { cookie: sign(secret, this.#key), session };
  }

  /** The session of a cookie's value; null for one that is not ours, has ended or was ended. */
  find(cookie: string): Session | null {
    const secret = unsign(cookie, this.#key);
    const session = secret === null ? undefined : this.#byHash.get(hashSecret(secret));
    return session === undefined || this.#hasEnded(session) ? null : session;
  }

  /** Notes that it was used, by which it lasts longer. */
  touch(session: Session): void {
    const nowMs = this.#options.now();
    const isDue = nowMs - session.usedAtMs > Math.min(WRITE_USE_EVERY_MS, this.#options.idleMs / 10);
    if (!isDue) return;
    session.usedAtMs = nowMs;
    if (nowMs - this.#writtenAtMs > WRITE_USE_EVERY_MS) void this.#save().catch(() => {});
  }

  /** Ends those that match; resolves with how many when that is written. */
  async end(matches: (session: Session) => boolean): Promise<number> {
    const ended = [...this.#byHash.values()].filter(matches);
    for (const { hash } of ended) this.#byHash.delete(hash);
    if (ended.length > 0) await this.#save();
    return ended.length;
  }

  of(user: string): Session[] {
    return [...this.#byHash.values()].filter((session) => session.user === user && !this.#hasEnded(session));
  }

  get infos(): SessionInfo[] {
    return [...this.#byHash.values()]
      .filter((session) => !this.#hasEnded(session))
      .map(({ id, user, address, userAgent, createdAtMs, usedAtMs }) => {
        return { id, user, address, userAgent, createdAt: iso(createdAtMs), usedAt: iso(usedAtMs) };
      });
  }

  close(): Promise<void> {
    if (this.#byHash.size > 0) void this.#save().catch(() => {});
    return this.#file.close();
  }

  #hasEnded({ createdAtMs, usedAtMs }: Session): boolean {
    const nowMs = this.#options.now();
    return nowMs - usedAtMs > this.#options.idleMs || nowMs - createdAtMs > this.#options.maxMs;
  }

  #dropEnded(): void {
    for (const session of this.#byHash.values()) if (this.#hasEnded(session)) this.#byHash.delete(session.hash);
  }

  #save(): Promise<void> {
    this.#writtenAtMs = this.#options.now();
    return this.#file.save(() => ({ key: this.#key.toString('base64url'), sessions: [...this.#byHash.values()] }));
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
