/**
 * Signing in at somebody else's door: OpenID Connect, authorization code with PKCE (RFC 7636). What comes of it is a name;
 * the session is begun by `access.ts`. The only file that knows openid-client, which is loaded when it is used.
 */
import { randomBytes } from 'node:crypto';
import type { Configuration } from 'openid-client';
import { userNameSchema } from '../config/schema/access.ts';
import type { Config } from '../config/schema.ts';
import { RelayError } from '../errors.ts';

type OidcConfig = NonNullable<Config['access']['oidc']>;

interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly untilMs: number;
}

/** Somebody may have to look for their phone. */
export const OIDC_PENDING_MS = 600_000;
/** The oldest makes place: a flood of begun sign-ins must not fill the memory. */
const MAX_PENDING = 1_000;
const TIMEOUT_SECONDS = 10;
export const OIDC_CALLBACK = 'api/session/oidc/callback';

export class OidcSignIn {
  readonly #config: OidcConfig;
  /** By the secret in the browser's cookie, so that nobody ends what another began. */
  readonly #pending = new Map<string, Pending>();
  #discovered: Promise<Configuration> | null = null;

  constructor(config: OidcConfig) {
    this.#config = config;
  }

  /** Resolves with where to send the browser, and what its cookie is to hold. @throws RelayError `upstream-failed` */
  async begin(): Promise<{ readonly url: URL; readonly cookie: string }> {
    const client = await import('openid-client');
    const provider = await this.#provider();
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce, cookie] = [client.randomState(), client.randomNonce(), randomBytes(24).toString('base64url')];
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.#callback,
      scope: this.#config.scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    this.#keep(cookie, { state, nonce, verifier, untilMs: Date.now() + OIDC_PENDING_MS });
    return { url, cookie };
  }

  /**
   * Resolves with the name of who has come back, once.
   * @param search the query that the provider sent the browser back with
   * @throws RelayError `not-signed-in`
   */
  async finish(search: URLSearchParams, cookie: string | null): Promise<string> {
    const pending = cookie === null ? undefined : this.#pending.get(cookie);
    if (cookie !== null) this.#pending.delete(cookie);
    if (pending === undefined || pending.untilMs < Date.now()) {
      throw new RelayError('not-signed-in', 'This sign-in was not begun here, or took too long. Begin again.');
    }
    const client = await import('openid-client');
    const provider = await this.#provider();
    const url = new URL(this.#callback);
    url.search = search.toString();
    try {
      const { state: expectedState, nonce: expectedNonce, verifier: pkceCodeVerifier } = pending;
      const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
      const claims = (await client.authorizationCodeGrant(provider, url, checks)).claims();
      return userNameSchema.parse(claims?.[this.#config.usernameClaim]);
    } catch (cause) {
      throw new RelayError('not-signed-in', 'The sign-in service did not confirm who you are.', { cause });
    }
  }

  get #callback(): string {
    return new URL(OIDC_CALLBACK, this.#config.publicUrl).href;
  }

  #keep(cookie: string, pending: Pending): void {
    this.#pending.set(cookie, pending);
    if (this.#pending.size > MAX_PENDING) this.#pending.delete(this.#pending.keys().next().value!);
  }

  /** What the provider says of itself; asked again after a failure. */
  async #provider(): Promise<Configuration> {
    this.#discovered ??= this.#discover();
    try {
      return await this.#discovered;
    } catch (cause) {
      this.#discovered = null;
      throw new RelayError('upstream-failed', 'The sign-in service cannot be reached.', { cause });
    }
  }

  async #discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.#config;
    const server = new URL(issuer);
    // The schema lets plain HTTP pass for loopback alone.
    const execute = server.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    return client.discovery(server, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_SECONDS });
  }
}
