/**
 * Finds out who is asking, and keeps what that rests on: users, sessions, tokens, links. What each may is decided by
 * `permissions.ts`, and enforced by `http/gate.ts`, which listens for `changed`.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { RelayError } from '../errors.ts';
import { AccessAudit } from './audit.ts';
import { ProxyList } from './client-address.ts';
import { type Credentials, takeCredentials } from './credentials.ts';
import { Door } from './door.ts';
import { type Grant, Grants } from './grants.ts';
import { OidcSignIn } from './oidc.ts';
import { hashPassword, passwordMark, passwordProblem } from './passwords.ts';
import type { Who } from './permissions.ts';
import { RequestRate } from './request-rate.ts';
import { type CookieName, cookieNames } from './session-cookie.ts';
import { type Session, Sessions } from './sessions.ts';
import { Tokens } from './tokens.ts';
import { type UserRecord, Users } from './users.ts';
import { whoIs } from './who-is.ts';

export interface AccessOptions {
  readonly config: Config['access'];
  readonly dataDir: string;
  /** The relay's; `/` when left out. */
  readonly basePath?: string;
  readonly log: Logger;
  /** Shows the set-up code to who started the relay; never to the log. */
  readonly printSetupCode: (code: string) => void;
  /** Unix ms; the system's clock when left out. */
  readonly now?: () => number;
}

/** Everything that a request shows of who asks. */
export interface Identity {
  readonly who: Who;
  /** What a link in the request opens beside that. */
  readonly link: Extract<Who, { kind: 'grant' }> | null;
  readonly session: Session | null;
}

/** How soon a change from outside (a file, an end that comes with time) takes hold. */
const REVIEW_EVERY_MS = 1_000;

export class Access extends EventEmitter<{ changed: [] }> {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly grants: Grants;
  readonly audit: AccessAudit;
  readonly rate: RequestRate;
  readonly door: Door;
  /** Null where no sign-in service is configured. */
  readonly oidc: OidcSignIn | null;
  readonly #config: Config['access'];
  readonly #cookieName: CookieName;
  readonly #log: Logger;
  readonly #proxies: ProxyList;
  readonly #credentials = new WeakMap<IncomingMessage, Credentials>();
  #timer: NodeJS.Timeout | null = null;
  #refreshing = false;

  constructor({ config, dataDir, basePath = '/', log, printSetupCode, now = Date.now }: AccessOptions) {
    super();
    this.#config = config;
    this.#log = log;
    this.#proxies = new ProxyList(config.trustedProxies);
    this.#cookieName = cookieNames(basePath);
    this.users = new Users(config.users, dataDir);
    this.sessions = new Sessions({ dataDir, idleMs: config.sessionIdleMs, maxMs: config.sessionMaxMs, now });
    this.tokens = new Tokens(dataDir, now);
    this.grants = new Grants(dataDir, now);
    this.audit = new AccessAudit(dataDir, log);
    this.oidc = config.oidc === undefined ? null : new OidcSignIn(config.oidc);
    this.rate = new RequestRate(config.maxRequestsPerSecond, now);
    const letsOthersIn = config.oidc?.role !== undefined;
    this.door = new Door({ house: this, letsOthersIn, log, printSetupCode });
  }

  /** Reads the files and begins to watch them. @throws RelayError `config` when one is damaged */
  async load(): Promise<void> {
    await Promise.all([this.users.load(), this.sessions.load(), this.tokens.load(), this.grants.load()]);
    await this.#endOutdated();
    this.#timer = setInterval(() => void this.#review(), REVIEW_EVERY_MS);
    this.#timer.unref();
  }

  /** Nobody can sign in, and nobody need. */
  get needsSetup(): boolean {
    return this.users.size === 0 && !this.#config.open;
  }

  /** Of the cookie. That a session ends sooner when it is not used is looked after here, and not by the browser. */
  get sessionMaxMs(): number {
    return this.#config.sessionMaxMs;
  }

  /** Anybody who reaches the relay is let in. */
  get isOpen(): boolean {
    return this.users.size === 0 && this.#config.open;
  }

  isTrustedProxy(address: string): boolean {
    return this.#proxies.has(address);
  }

  /** Of a request, read once; its headers are without them after that. */
  credentialsOf(request: IncomingMessage): Credentials {
    const known = this.#credentials.get(request);
    if (known !== undefined) return known;
    const read = takeCredentials(request, {
      proxies: this.#proxies,
      userHeader: this.#config.userHeader,
      cookieName: this.#cookieName,
    });
    this.#credentials.set(request, read);
    return read;
  }

  identify(credentials: Credentials): Identity {
    const session = credentials.session === null ? null : this.sessions.find(credentials.session);
    const grant = credentials.grant === null ? null : this.grants.find(credentials.grant, credentials.origin.address);
    const who = whoIs(credentials, {
      token: credentials.token === null ? null : this.tokens.find(credentials.token),
      session,
      user: (name) => this.users.get(name),
      hasUsers: this.users.size > 0,
      config: this.#config,
    });
    // Somebody has come through a proxy, say, though the relay listens on loopback: now the code is needed.
    if (who.kind === 'stranger') this.door.announceSetup();
    return { who, link: grant === null ? null : linkOf(grant), session };
  }

  /** Notes the use of what let somebody in; again and again for what goes on. A session lasts longer by it. */
  touch(credentials: Credentials, used: Who): void {
    if (used.kind === 'token' && credentials.token !== null) {
      const token = this.tokens.find(credentials.token);
      if (token !== null) this.tokens.touch(token);
    }
    if (used.kind === 'grant' && credentials.grant !== null) {
      const grant = this.grants.find(credentials.grant, credentials.origin.address);
      if (grant !== null) this.grants.touch(grant);
    }
    if (used.kind !== 'user' || credentials.session === null) return;
    const session = this.sessions.find(credentials.session);
    if (session !== null) this.sessions.touch(session);
  }

  /** @returns how many */
  async endSessions(matches: (session: Session) => boolean): Promise<number> {
    const count = await this.sessions.end(matches);
    this.emit('changed');
    return count;
  }

  /**
   * Adds or changes a user of the file. A new password ends the sessions that the old one began.
   * @throws RelayError `bad-request` for a password that is too weak, or missing for a new user; as `Users.put`
   */
  async putUser(
    name: string,
    limits: Omit<UserRecord, 'passwordHash'>,
    password?: string,
    isFirst = false,
  ): Promise<void> {
    const known = this.users.get(name);
    const problem = password === undefined ? null : passwordProblem(password, name);
    if (problem !== null) throw new RelayError('bad-request', problem);
    if (password === undefined && known === undefined)
      throw new RelayError('bad-request', 'A new user needs a password.');
    const passwordHash = password === undefined ? known!.passwordHash : await hashPassword(password);
    // Hashing takes its time: another may have been first.
    if (isFirst && this.users.size > 0) throw new RelayError('not-allowed', 'This relay is set up already. Sign in.');
    await this.users.put(name, { ...limits, ...(passwordHash === undefined ? {} : { passwordHash }) });
    if (password !== undefined && known !== undefined) await this.sessions.end(({ user }) => user === name);
    this.emit('changed');
  }

  async deleteUser(name: string): Promise<void> {
    await this.users.delete(name);
    await this.endSessions(({ user }) => user === name);
  }

  /** Resolves when all is written. Idempotent. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const stores = [this.users, this.sessions, this.tokens, this.grants, this.audit];
    await Promise.all(stores.map((store) => store.close()));
  }

  /**
   * Ends the sessions of a password that is another now, or of a user who is gone, whoever changed that: the command line
   * and the configuration do it behind the relay's back.
   */
  async #endOutdated(): Promise<void> {
    const isOutdated = ({ user, mark }: Session) =>
      mark !== null && mark !== passwordMark(this.users.get(user)?.passwordHash);
    await this.sessions
      .end(isOutdated)
      .catch((error) => this.#log.error({ err: error }, 'the end of outdated sessions could not be written'));
  }

  async #review(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      if (await this.users.refresh()) await this.#endOutdated();
    } catch (error) {
      this.#log.error({ err: error }, 'the users file was changed and cannot be used; the users stay as they were');
    } finally {
      this.#refreshing = false;
    }
    this.emit('changed');
  }
}

function linkOf({ id, camera, video, rights, period }: Grant): Extract<Who, { kind: 'grant' }> {
  return { kind: 'grant', id, camera, video, rights, ...(period === null ? {} : { period }) };
}
