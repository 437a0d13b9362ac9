/** Somebody who asks a relay: with a cookie, a token or a link, from an address of their own. */

import { hashPassword } from '../../server/access/passwords.ts';
import type { ConfigInput } from '../../server/config/schema.ts';
import type { RelayProcess } from './relay-process.ts';

/** Lets a test's requests come from any address: it is the proxy. */
export const THROUGH_US = { trustedProxies: ['127.0.0.1'] };
export const PASSWORD = 'correct horse battery';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  json<T>(): T;
}

export class Person {
  readonly #relay: Pick<RelayProcess, 'url'>;
  /** Sent with every request; `Cookie` is kept up to date. */
  readonly headers: Record<string, string>;

  constructor(relay: Pick<RelayProcess, 'url'>, headers: Readonly<Record<string, string>> = {}) {
    this.#relay = relay;
    this.headers = { ...headers };
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const answer = await fetch(this.#relay.url + path, {
      method,
      headers: { ...this.headers, ...json, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const cookie = answer.headers.getSetCookie()[0];
    if (cookie !== undefined) this.headers.Cookie = cookie.split(';')[0]!;
    return { status: answer.status, headers: answer.headers, body: text, json: <T>() => JSON.parse(text) as T };
  }

  get(path: string): Promise<Reply> {
    return this.ask('GET', path);
  }

  /** @returns the answer; the cookie is kept */
  signIn(user: string, password = PASSWORD): Promise<Reply> {
    return this.ask('POST', '/api/session', { user, password });
  }
}

type Users = NonNullable<NonNullable<ConfigInput['access']>['users']>;

/** Users of one password, for the configuration. */
export async function usersOf(limits: Readonly<Record<string, Omit<Users[string], 'passwordHash'>>>): Promise<Users> {
  const passwordHash = await hashPassword(PASSWORD);
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, { ...limit, passwordHash }]));
}
