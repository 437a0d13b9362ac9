/** The users: those of the configuration, and those of the users file, which the relay and `npm run user` write. */
import { join } from 'node:path';
import { z } from 'zod';
import { userNameSchema, userSchema } from '../config/schema/access.ts';
import type { Config } from '../config/schema.ts';
import { RelayError } from '../errors.ts';
import type { UserInfo } from '../protocol.ts';
import { StateFile } from './state-file.ts';

export type UserRecord = z.output<typeof userSchema>;

const fileSchema = z.strictObject({ users: z.record(userNameSchema, userSchema) });

/** The users file of a data folder. */
export function usersFile(dataDir: string): StateFile<z.output<typeof fileSchema>> {
  return new StateFile(join(dataDir, 'access', 'users.json'), fileSchema);
}

export class Users {
  readonly #configured: ReadonlyMap<string, UserRecord>;
  readonly #file: StateFile<z.output<typeof fileSchema>>;
  #own = new Map<string, UserRecord>();

  constructor(configured: Config['access']['users'], dataDir: string) {
    this.#configured = new Map(Object.entries(configured));
    this.#file = usersFile(dataDir);
  }

  /** @throws RelayError `config` when the file is damaged */
  async load(): Promise<void> {
    const { users } = (await this.#file.load()) ?? { users: {} };
    this.#own = new Map(Object.entries(users));
  }

  /** Reads the file again when somebody else has written it. @returns whether that was so. Keeps what it has otherwise. */
  async refresh(): Promise<boolean> {
    if (!(await this.#file.hasChanged())) return false;
    await this.load();
    return true;
  }

  get size(): number {
    return new Set([...this.#configured.keys(), ...this.#own.keys()]).size;
  }

  /** The configuration's word counts before the file's. */
  get(name: string): UserRecord | undefined {
    return this.#configured.get(name) ?? this.#own.get(name);
  }

  get infos(): UserInfo[] {
    const names = [...new Set([...this.#configured.keys(), ...this.#own.keys()])].sort();
    return names.map((name) => {
      const { role, cameras, resources } = this.get(name)!;
      const limits = { ...(cameras && { cameras }), ...(resources && { resources }) };
      return { name, role, ...limits, configured: this.#configured.has(name) };
    });
  }

  /**
   * Adds or replaces a user of the file; resolves when that is written.
   * @throws RelayError `not-allowed` for one of the configuration, and for a change that leaves no administrator
   */
  async put(name: string, user: UserRecord): Promise<void> {
    const next = new Map(this.#changeable(name));
    next.set(name, user);
    await this.#replace(next);
  }

  /** Resolves when that is written. @throws as `put`; `no-such-page` for nobody */
  async delete(name: string): Promise<void> {
    const next = new Map(this.#changeable(name));
    if (!next.delete(name)) throw new RelayError('no-such-page', 'There is no such user.');
    await this.#replace(next);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #changeable(name: string): ReadonlyMap<string, UserRecord> {
    if (!this.#configured.has(name)) return this.#own;
    throw new RelayError('not-allowed', 'This user stands in the configuration and is changed there.');
  }

  async #replace(next: Map<string, UserRecord>): Promise<void> {
    const everybody = [...next.values(), ...this.#configured.values()];
    if (!everybody.some(({ role }) => role === 'admin')) {
      throw new RelayError('not-allowed', 'There must be an administrator: nobody else could let one in again.');
    }
    const before = this.#own;
    this.#own = next;
    try {
      await this.#file.save(() => ({ users: Object.fromEntries(this.#own) }));
    } catch (error) {
      this.#own = before;
      throw error;
    }
  }
}
