/**
 * The door: signing in and out, and the set-up that makes the first administrator. Who has come through it is kept by
 * `sessions.ts`; who may do what is decided by `permissions.ts`.
 */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { Access } from './access.ts';
import { Attempts } from './attempts.ts';
import type { Credentials } from './credentials.ts';
import { isPassword, passwordMark } from './passwords.ts';
import { SetupCode } from './setup-code.ts';
import { WHY } from './who-is.ts';

/** What lies behind the door. */
type House = Pick<Access, 'users' | 'sessions' | 'audit' | 'oidc' | 'needsSetup' | 'putUser' | 'endSessions'>;

export interface DoorOptions {
  readonly house: House;
  /** Whether those get in whom the sign-in service names and nobody knows here. */
  readonly letsOthersIn: boolean;
  readonly log: Logger;
  /** Shows the set-up code to who started the relay; never to the log. */
  readonly printSetupCode: (code: string) => void;
}

export class Door {
  readonly #house: House;
  readonly #letsOthersIn: boolean;
  readonly #log: Logger;
  readonly #attempts = new Attempts();
  readonly #setupCode: SetupCode;

  constructor({ house, letsOthersIn, log, printSetupCode }: DoorOptions) {
    this.#house = house;
    this.#letsOthersIn = letsOthersIn;
    this.#log = log;
    this.#setupCode = new SetupCode(printSetupCode);
  }

  /**
   * Resolves with the value of a new session's cookie. Takes the same time for a wrong password as for a wrong name.
   * @throws RelayError `not-signed-in`, `too-many-attempts`, `overloaded`
   */
  async signIn(name: string, password: string, credentials: Credentials): Promise<string> {
    await this.checkPassword(name, password, credentials.origin.address);
    return this.beginSession(name, credentials);
  }

  /** @throws RelayError `not-signed-in`, `too-many-attempts`, `overloaded` */
  async checkPassword(name: string, password: string, address: string): Promise<void> {
    const user = this.#house.users.get(name);
    const isRight = await this.#attempts.attempt(name, address, () => isPassword(password, user?.passwordHash));
    if (isRight) return;
    this.#house.audit.record({ who: user === undefined ? 'nobody known' : name, address, what: 'sign-in-refused' });
    throw new RelayError('not-signed-in', 'The name or the password is wrong.');
  }

  /** Resolves with the value of a new session's cookie; the one before it ends. */
  async beginSession(name: string, credentials: Credentials, external = false): Promise<string> {
    const { address } = credentials.origin;
    await this.signOut(credentials);
    const { userAgent } = credentials;
    const mark = external ? null : passwordMark(this.#house.users.get(name)?.passwordHash);
    const { cookie } = await this.#house.sessions.begin(name, { address, userAgent, external, mark });
    this.#house.audit.record({ who: name, address, what: 'signed-in' });
    return cookie;
  }

  /**
   * As `beginSession`, for who comes from the sign-in service.
   * @throws RelayError `not-allowed` for who is no user here, where such are not let in
   */
  async beginExternalSession(name: string, credentials: Credentials): Promise<string> {
    const isUser = this.#house.users.get(name) !== undefined;
    if (this.#house.users.size === 0) throw new RelayError('not-allowed', WHY.setUp);
    if (!isUser && !this.#letsOthersIn) {
      throw new RelayError('not-allowed', `${name} is no user here. Ask an administrator.`);
    }
    return this.beginSession(name, credentials, true);
  }

  /** Ends the request's own session, when it has one, and what runs in its name. */
  async signOut(credentials: Credentials): Promise<void> {
    const session = credentials.session === null ? null : this.#house.sessions.find(credentials.session);
    if (session === null) return;
    await this.#house.endSessions(({ id }) => id === session.id);
    this.#house.audit.record({ who: session.user, address: credentials.origin.address, what: 'signed-out' });
  }

  /** Shows a set-up code, if one is needed and none is out. */
  announceSetup(): void {
    if (this.#house.needsSetup && this.#setupCode.announce()) {
      this.#log.warn(
        'there are no users: other machines get nothing but the set-up page, with the code on standard output',
      );
    }
  }

  /**
   * Makes the first administrator; resolves with the value of a session's cookie.
   * @throws RelayError `not-allowed`, `bad-request`, `too-many-attempts`
   */
  async setUp(wanted: { code: string; name: string; password: string }, credentials: Credentials): Promise<string> {
    if (this.#house.users.size > 0) throw new RelayError('not-allowed', 'This relay is set up already. Sign in.');
    const { address, isLocal } = credentials.origin;
    if (!isLocal) {
      const isRight = () => this.#setupCode.isRight(wanted.code);
      if (!(await this.#attempts.attempt('set-up code', address, isRight))) {
        throw new RelayError('not-allowed', 'This is not the code that the relay printed last.');
      }
    }
    await this.#house.putUser(wanted.name, { role: 'admin' }, wanted.password, true);
    this.#setupCode.end();
    this.#house.audit.record({ who: wanted.name, address, what: 'set-up' });
    return this.beginSession(wanted.name, credentials);
  }
}
