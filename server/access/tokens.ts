/** Bearer tokens for machines: named, with rights of their own, listed, taken back. Kept as hashes. */
import { join } from 'node:path';
import { z } from 'zod';
import { RelayError } from '../errors.ts';
import { RIGHTS, type TokenInfo, type TokenRequest } from '../protocol.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';
import { StateFile } from './state-file.ts';

const tokenSchema = z.strictObject({
  id: z.string(),
  hash: z.string(),
  name: z.string(),
  rights: z.array(z.enum(RIGHTS)),
  cameras: z.array(z.string()),
  createdBy: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
  usedAtMs: z.number().nullable(),
});
const fileSchema = z.strictObject({ tokens: z.array(tokenSchema) });

export type Token = z.output<typeof tokenSchema>;

const WRITE_USE_EVERY_MS = 60_000;
const MAX_TOKENS = 1_000;

export class Tokens {
  readonly #file: StateFile<z.output<typeof fileSchema>>;
  readonly #byHash = new Map<string, Token>();
  readonly #now: () => number;

  constructor(dataDir: string, now: () => number) {
    this.#file = new StateFile(join(dataDir, 'access', 'tokens.json'), fileSchema);
    this.#now = now;
  }

  /** @throws RelayError `config` when the file is damaged */
  async load(): Promise<void> {
    for (const token of (await this.#file.load())?.tokens ?? []) this.#byHash.set(token.hash, token);
  }

  /** Resolves with the token itself, told this once, when it is written. @throws RelayError `overloaded` */
  async create(wanted: TokenRequest, createdBy: string): Promise<{ secret: string; info: TokenInfo }> {
    if (this.#byHash.size >= MAX_TOKENS) throw new RelayError('overloaded', 'There are too many tokens; delete some.');
    const secret = newSecret('token');
    const token: Token = {
      id: newId(),
      hash: hashSecret(secret),
      name: wanted.name,
      rights: [...wanted.rights],
      cameras: [...(wanted.cameras ?? ['*'])],
      createdBy,
      createdAtMs: this.#now(),
      expiresAtMs: wanted.expires === undefined ? null : Date.parse(wanted.expires),
      usedAtMs: null,
    };
    this.#byHash.set(token.hash, token);
    await this.#save();
    return { secret, info: infoOf(token) };
  }

  /** Null for one that is not ours, has expired or was taken back. */
  find(secret: string): Token | null {
    const token = this.#byHash.get(hashSecret(secret));
    return token === undefined || (token.expiresAtMs !== null && token.expiresAtMs <= this.#now()) ? null : token;
  }

  touch(token: Token): void {
    const nowMs = this.#now();
    if (token.usedAtMs !== null && nowMs - token.usedAtMs < WRITE_USE_EVERY_MS) return;
    token.usedAtMs = nowMs;
    void this.#save().catch(() => {});
  }

  get infos(): TokenInfo[] {
    return [...this.#byHash.values()].map(infoOf);
  }

  /** Resolves when that is written. @throws RelayError `no-such-page` */
  async delete(id: string): Promise<TokenInfo> {
    const token = [...this.#byHash.values()].find((each) => each.id === id);
    if (token === undefined) throw new RelayError('no-such-page', 'There is no such token.');
    this.#byHash.delete(token.hash);
    await this.#save();
    return infoOf(token);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #save(): Promise<void> {
    return this.#file.save(() => ({ tokens: [...this.#byHash.values()] }));
  }
}

function infoOf({ id, name, rights, cameras, createdBy, createdAtMs, expiresAtMs, usedAtMs }: Token): TokenInfo {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const dates = { createdAt: iso(createdAtMs)!, expires: iso(expiresAtMs), usedAt: iso(usedAtMs) };
  return { id, name, rights, cameras, createdBy, ...dates };
}
