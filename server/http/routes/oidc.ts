/** The way to the sign-in service and back, where one is configured. */
import type { Access } from '../../access/access.ts';
import { OIDC_PENDING_MS } from '../../access/oidc.ts';
import { VISITOR } from '../../access/permissions.ts';
import { cookieLine, sessionCookie } from '../../access/session-cookie.ts';
import { RelayError } from '../../errors.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';
import { searchOf } from '../search.ts';

const PENDING_COOKIE = 'sightline_oidc';

export interface OidcParts {
  readonly gate: Gate;
  readonly access: Access;
  readonly basePath: string;
}

export function oidcRoutes({ gate, access, basePath }: OidcParts): RouteTable {
  const routes = gate.table();
  const pendingCookie = (value: string, isSecure: boolean, maxAgeMs: number) =>
    cookieLine(value, { name: PENDING_COOKIE, path: `${basePath}api/session/oidc`, isSecure, maxAgeMs });
  routes
    .route('/api/session/oidc', VISITOR)
    .get(async (request, response) => {
      const { isSecure } = access.credentialsOf(request).origin;
      const { url, cookie } = await signInOf(access).begin();
      response.append('Set-Cookie', pendingCookie(cookie, isSecure, OIDC_PENDING_MS));
      response.set('Cache-Control', 'no-store').redirect(302, url.href);
    })
    .all(onlyGet);
  routes
    .route('/api/session/oidc/callback', VISITOR)
    .get(async (request, response) => {
      const credentials = access.credentialsOf(request);
      const { isSecure } = credentials.origin;
      response.append('Set-Cookie', pendingCookie('', isSecure, 0));
      const pending = new RegExp(`(?:^|;\\s*)${PENDING_COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '');
      const name = await signInOf(access).finish(searchOf(request.query), pending?.[1] ?? null);
      const value = await access.door.beginExternalSession(name, credentials);
      response.append('Set-Cookie', sessionCookie(value, { basePath, isSecure, maxAgeMs: access.sessionMaxMs }));
      response.set('Cache-Control', 'no-store').redirect(302, basePath);
    })
    .all(onlyGet);
  return routes;
}

function signInOf({ oidc }: Access): NonNullable<Access['oidc']> {
  if (oidc === null) throw new RelayError('no-such-page', 'No sign-in service is configured.');
  return oidc;
}
