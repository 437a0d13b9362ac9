/** A relay with two demo cameras, an administrator and two others: what the tests of access ask. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { GrantAnswer } from '../../server/protocol.ts';
import { PASSWORD, Person, THROUGH_US, usersOf } from './access-client.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

/** What the issue allows between the end of a right and the end of what ran by it. */
export const GONE_WITHIN_MS = 2_000;
export const HOUR_MS = 3_600_000;

/** Pure but for the clock: ISO 8601. */
export const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

export class AccessHouse {
  readonly folder: string;
  /** Everything that lets somebody in; none of it may be written down. */
  readonly secrets: string[] = [PASSWORD];
  readonly #access: object;
  #relay: RelayProcess | null = null;
  #admin: Person | null = null;
  #users: Awaited<ReturnType<typeof usersOf>> | null = null;

  private constructor(folder: string, access: object) {
    this.folder = folder;
    this.#access = access;
  }

  /** Resolves when it listens and the administrator is signed in; the caller closes it. @param access further keys */
  static async open(access: object = {}): Promise<AccessHouse> {
    const house = new AccessHouse(await mkdtemp(join(tmpdir(), 'sightline-access-')), access);
    await house.start();
    house.#admin = await house.signedIn('admin');
    return house;
  }

  get relay(): RelayProcess {
    return this.#relay!;
  }

  get admin(): Person {
    return this.#admin!;
  }

  /** As whom `share` makes its links. */
  set admin(person: Person) {
    this.#admin = person;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** Again, after `relay.close()`. */
  async start(): Promise<void> {
    // As they stand in a configuration: salted once, not at each start.
    this.#users ??= await usersOf({ admin: { role: 'admin' }, vera: {}, deaf: { cameras: { shed: ['see'] } } });
    const users = this.#users;
    this.#relay = await startRelay({
      config: {
        dataDir: this.dataDir,
        cameras: { yard: { url: 'demo:yard' }, shed: { url: 'demo:lab' } },
        chat: { freeRooms: false },
        access: { users, ...THROUGH_US, ...this.#access },
        log: { level: 'trace' },
      },
    });
  }

  /** Somebody at an address. */
  from(address: string): Person {
    return new Person(this.relay, { 'X-Forwarded-For': address });
  }

  async signedIn(name: string, address = '203.0.113.7'): Promise<Person> {
    const person = this.from(address);
    expect((await person.signIn(name)).status).toBe(204);
    this.secrets.push(person.headers.Cookie!.split('=')[1]!);
    return person;
  }

  /** A link to the yard for an hour, unless `wanted` says otherwise. */
  async share(wanted: object): Promise<GrantAnswer> {
    const answer = await this.admin.ask('POST', '/api/grants', { camera: 'yard', expires: inMs(HOUR_MS), ...wanted });
    expect(answer.status).toBe(201);
    const grant = answer.json<GrantAnswer>();
    this.secrets.push(grant.grant);
    return grant;
  }

  async close(): Promise<void> {
    await this.#relay?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
