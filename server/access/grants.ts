/**
 * Links to one camera or one video: they expire, can be taken back, hold so many viewers and no more, and open nothing else. What
 * they open is `permissions.ts`.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { RelayError } from '../errors.ts';
import { type GrantInfo, type GrantRequest, RIGHTS, type Right } from '../protocol.ts';
import { plainAddress } from './client-address.ts';
import type { Period } from './permissions.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';
import { StateFile } from './state-file.ts';

const grantSchema = z.strictObject({
  id: z.string(),
  hash: z.string(),
  camera: z.string().nullable(),
  /** Of the library, by its name. */
  video: z.string().nullable().default(null),
  rights: z.array(z.enum(RIGHTS)),
  note: z.string(),
  /** What was recorded in it, and nothing before or after. */
  period: z.strictObject({ fromMs: z.number(), toMs: z.number() }).nullable().default(null),
  maxViewers: z.number().nullable(),
  address: z.string().nullable(),
  createdBy: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  usedAtMs: z.number().nullable(),
});
const fileSchema = z.strictObject({ grants: z.array(grantSchema) });

export type Grant = z.output<typeof grantSchema>;

const WRITE_USE_EVERY_MS = 60_000;
/** A player of pieces (HLS) that has not asked for so long has left. */
const PIECES_GONE_MS = 15_000;
const MAX_GRANTS = 10_000;

/** Pure: what a link holds unless its maker says otherwise. */
export function defaultRights(wanted: Pick<GrantRequest, 'from' | 'to' | 'video'>): readonly Right[] {
  if (wanted.video !== undefined) return ['replay'];
  return periodOf(wanted) === null ? ['see', 'listen', 'snapshot', 'chat'] : ['replay', 'listen'];
}

function periodOf({ from, to }: Pick<GrantRequest, 'from' | 'to'>): Period | null {
  return from === undefined || to === undefined ? null : { fromMs: Date.parse(from), toMs: Date.parse(to) };
}

/** How a viewer of a link is counted: a stream while it is open, a fetcher of pieces while it goes on. */
export interface Viewing {
  readonly kind: 'stream' | 'pieces';
  /** The same for all pieces of one player. */
  readonly key: string;
}

interface PiecesViewer {
  /** Pieces that are being sent. */
  open: number;
  /** The last one began or ended. */
  atMs: number;
}

export class Grants {
  readonly #file: StateFile<z.output<typeof fileSchema>>;
  readonly #byHash = new Map<string, Grant>();
  readonly #streams = new Map<string, number>();
  readonly #pieces = new Map<string, Map<string, PiecesViewer>>();
  readonly #now: () => number;
  #writtenAtMs = 0;

  constructor(dataDir: string, now: () => number) {
    this.#file = new StateFile(join(dataDir, 'access', 'grants.json'), fileSchema);
    this.#now = now;
  }

  /** @throws RelayError `config` when the file is damaged */
  async load(): Promise<void> {
    for (const grant of (await this.#file.load())?.grants ?? []) this.#byHash.set(grant.hash, grant);
    this.#dropExpired();
  }

  /** Resolves with the link's secret, told this once, when it is written. @throws RelayError `overloaded` */
  async create(wanted: GrantRequest, createdBy: string): Promise<{ secret: string; info: GrantInfo }> {
    this.#dropExpired();
    if (this.#byHash.size >= MAX_GRANTS) throw new RelayError('overloaded', 'There are too many links; delete some.');
    const secret = newSecret('grant');
    const grant: Grant = {
      id: newId(),
      hash: hashSecret(secret),
      camera: wanted.camera ?? null,
      video: wanted.video ?? null,
      rights: [...(wanted.rights ?? defaultRights(wanted))],
      note: wanted.note ?? '',
      period: periodOf(wanted),
      maxViewers: wanted.maxViewers ?? null,
      address: wanted.address === undefined ? null : plainAddress(wanted.address),
      createdBy,
      createdAtMs: this.#now(),
      expiresAtMs: Date.parse(wanted.expires),
      usedAtMs: null,
    };
    this.#byHash.set(grant.hash, grant);
    await this.#save();
    return { secret, info: this.#info(grant) };
  }

  /** Null for one that is not ours, has expired, was taken back, or is bound to another address. */
  find(secret: string, address: string): Grant | null {
    const grant = this.#byHash.get(hashSecret(secret));
    if (grant === undefined || grant.expiresAtMs <= this.#now()) return null;
    return grant.address === null || grant.address === address ? grant : null;
  }

  /**
   * Counts a viewer. @returns to be called when it has left
   * @throws RelayError `overloaded` when there are as many as there may be
   */
  enter(id: string, viewing: Viewing): () => void {
    const grant = this.#get(id);
    if (grant === undefined) return () => {};
    const key = viewing.kind === 'pieces' ? viewing.key : null;
    const isKnown = key !== null && this.#piecesOf(id).has(key);
    if (!isKnown && grant.maxViewers !== null && this.#viewers(id) >= grant.maxViewers) {
      throw new RelayError('overloaded', `All ${grant.maxViewers} places of this link are taken.`);
    }
    if (key !== null) {
      const viewer = this.#piecesOf(id).get(key) ?? { open: 0, atMs: 0 };
      this.#piecesOf(id).set(key, viewer);
      viewer.open += 1;
      viewer.atMs = this.#now();
      return once(() => {
        viewer.open -= 1;
        viewer.atMs = this.#now();
      });
    }
    this.#streams.set(id, (this.#streams.get(id) ?? 0) + 1);
    return once(() => {
      const left = (this.#streams.get(id) ?? 1) - 1;
      if (left > 0) this.#streams.set(id, left);
      else this.#streams.delete(id);
    });
  }

  touch(grant: Grant): void {
    const isFirst = grant.usedAtMs === null;
    grant.usedAtMs = this.#now();
    if (isFirst || this.#now() - this.#writtenAtMs > WRITE_USE_EVERY_MS) void this.#save().catch(() => {});
  }

  get infos(): GrantInfo[] {
    this.#dropExpired();
    return [...this.#byHash.values()].map((grant) => this.#info(grant));
  }

  /** Takes back all links to a video that is gone; resolves when that is written. */
  async deleteOf(video: string): Promise<void> {
    const found = [...this.#byHash.values()].filter((grant) => grant.video === video);
    for (const { hash } of found) this.#byHash.delete(hash);
    if (found.length > 0) await this.#save();
  }

  /** Resolves when that is written. @throws RelayError `no-such-page` */
  async delete(id: string): Promise<void> {
    const grant = this.#get(id);
    if (grant === undefined) throw new RelayError('no-such-page', 'There is no such link.');
    this.#byHash.delete(grant.hash);
    await this.#save();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #get(id: string): Grant | undefined {
    return [...this.#byHash.values()].find((grant) => grant.id === id);
  }

  #piecesOf(id: string): Map<string, PiecesViewer> {
    const known = this.#pieces.get(id) ?? new Map<string, PiecesViewer>();
    for (const [key, { open, atMs }] of known) {
      if (open === 0 && this.#now() - atMs > PIECES_GONE_MS) known.delete(key);
    }
    this.#pieces.set(id, known);
    return known;
  }

  #viewers(id: string): number {
    return (this.#streams.get(id) ?? 0) + this.#piecesOf(id).size;
  }

  #info(grant: Grant): GrantInfo {
    const { id, camera, video, rights, note, period, maxViewers, address, createdBy } = grant;
    const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
    const dates = { createdAt: iso(grant.createdAtMs)!, expires: iso(grant.expiresAtMs)!, usedAt: iso(grant.usedAtMs) };
    const bounds = { from: iso(period?.fromMs ?? null), to: iso(period?.toMs ?? null) };
    return {
      id,
      camera,
      video,
      rights,
      note,
      ...bounds,
      maxViewers,
      address,
      createdBy,
      ...dates,
      viewers: this.#viewers(id),
    };
  }

  #dropExpired(): void {
    for (const { hash, id, expiresAtMs } of this.#byHash.values()) {
      if (expiresAtMs > this.#now()) continue;
      this.#byHash.delete(hash);
      this.#pieces.delete(id);
    }
  }

  #save(): Promise<void> {
    this.#writtenAtMs = this.#now();
    return this.#file.save(() => ({ grants: [...this.#byHash.values()] }));
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
