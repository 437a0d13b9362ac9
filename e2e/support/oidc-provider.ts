/** A sign-in service of OpenID Connect for tests: it believes everybody, and checks what a relay has to send. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const CLIENT = { id: 'sightline', secret: 'a-client-secret-for-tests' };

export interface OidcProvider {
  readonly issuer: string;
  /** Who signs in next. */
  claims: Record<string, unknown>;
  /** Signs the browser in that was sent to `url`. @returns where it is sent back to */
  signIn(url: string): URL;
  close(): Promise<void>;
}

/** Resolves when it listens on 127.0.0.1. The caller closes it. */
export async function startOidcProvider(): Promise<OidcProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const begun = new Map<string, URLSearchParams>();
  let codes = 0;
  const server = createServer(async (request, response) => {
    const answer = (body: object, status = 200) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration') {
      answer({
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/authorize`,
        token_endpoint: `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (request.url === '/jwks') answer({ keys: [jwk] });
    else if (request.url === '/token') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const sent = new URLSearchParams(body);
      const asked = begun.get(sent.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(sent.get('code_verifier') ?? '')
        .digest('base64url');
      if (
        asked === undefined ||
        challenge !== asked.get('code_challenge') ||
        sent.get('client_secret') !== CLIENT.secret
      ) {
        answer({ error: 'invalid_grant' }, 400);
        return;
      }
      const token = await new SignJWT({ ...provider.claims, nonce: asked.get('nonce') })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuer(provider.issuer)
        .setAudience(CLIENT.id)
        .setSubject('subject')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
      answer({ access_token: 'x', token_type: 'Bearer', id_token: token });
    } else answer({}, 404);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: OidcProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    claims: {},
    signIn: (url) => {
      const asked = new URL(url).searchParams;
      const code = `code-${++codes}`;
      begun.set(code, asked);
      const back = new URL(asked.get('redirect_uri')!);
      back.search = new URLSearchParams({ code, state: asked.get('state')! }).toString();
      return back;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return provider;
}
