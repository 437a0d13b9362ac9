/**
 * The resources by name: each target taken apart once, with what goes there and nowhere else kept apart from what may
 * be told. Reaching them is `proxy.ts` and `redirect.ts`.
 */
import { RelayError } from '../errors.ts';
import type { Passage } from './gateway-address.ts';

/** As the configuration has it. */
export interface ResourceConfig {
  readonly target: string;
  readonly mode?: 'auto' | Passage | undefined;
  readonly live?: boolean | undefined;
  readonly signed?: Signing | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly verifyTls: boolean;
  readonly connectTimeoutMs?: number | undefined;
  readonly tlsTimeoutMs?: number | undefined;
  readonly responseTimeoutMs?: number | undefined;
}

export interface Signing {
  readonly key: string;
  readonly validMs: number;
}

/** How long the steps of a request may take, in ms. */
export interface ResourceTimeouts {
  readonly connectTimeoutMs: number;
  readonly tlsTimeoutMs: number;
  readonly responseTimeoutMs: number;
}

export interface Resource extends ResourceTimeouts {
  readonly name: string;
  readonly mode: 'auto' | Passage | null;
  readonly live: boolean | null;
  readonly signed: Signing | null;
  readonly secure: boolean;
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** The `Host` header's value. */
  readonly authority: string;
  /** `http://host:port`, without credentials. */
  readonly origin: string;
  /** The target's path without a slash at its end; empty for the root. */
  readonly basePath: string;
  /** The value of the `Authorization` header for that machine alone. */
  readonly authorization: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly verifyTls: boolean;
}

export class Resources {
  readonly #byName: ReadonlyMap<string, Resource>;

  constructor(configs: Readonly<Record<string, ResourceConfig>>, timeouts: ResourceTimeouts) {
    const entries = Object.entries(configs).map(([name, config]) => resourceOf(name, config, timeouts));
    this.#byName = new Map(entries.map((resource) => [resource.name, resource]));
  }

  /** @throws RelayError `no-such-resource` */
  get(name: string): Resource {
    const resource = this.#byName.get(name);
    if (resource === undefined) throw new RelayError('no-such-resource', 'No resource of this name is configured.');
    return resource;
  }

  get all(): readonly Resource[] {
    return [...this.#byName.values()];
  }
}

/** Pure. The target must be a valid URL. */
export function resourceOf(name: string, config: ResourceConfig, timeouts: ResourceTimeouts): Resource {
  const url = new URL(config.target);
  const secure = url.protocol === 'https:';
  return {
    name,
    mode: config.mode ?? null,
    live: config.live ?? null,
    signed: config.signed ?? null,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 443 : 80),
    authority: url.host,
    origin: url.origin,
    basePath: url.pathname.replace(/\/$/, ''),
    authorization: authorizationOf(url),
    headers: Object.entries(config.headers),
    verifyTls: config.verifyTls,
    connectTimeoutMs: config.connectTimeoutMs ?? timeouts.connectTimeoutMs,
    tlsTimeoutMs: config.tlsTimeoutMs ?? timeouts.tlsTimeoutMs,
    responseTimeoutMs: config.responseTimeoutMs ?? timeouts.responseTimeoutMs,
  };
}

/** Pure: what of the configured resources must never be shown: passwords, keys and the values of their headers. */
export function secretsOf(configs: Readonly<Record<string, ResourceConfig>>): string[] {
  return Object.values(configs).flatMap(({ target, signed, headers }) => {
    const { password } = new URL(target);
    return [decoded(password), signed?.key ?? '', ...Object.values(headers)].filter((text) => text !== '');
  });
}

function authorizationOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
