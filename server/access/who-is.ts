/** From what a request shows to who is asking. Pure; what is looked up for it is `access.ts`. */
import type { Config } from '../config/schema.ts';
import type { Credentials } from './credentials.ts';
import type { Who } from './permissions.ts';
import type { Session } from './sessions.ts';
import type { Token } from './tokens.ts';
import type { UserRecord } from './users.ts';

/** What strangers are told to do. */
export const WHY = {
  setUp: 'This relay has no users yet. Open its page and enter the code that it printed when it started.',
  token: 'This token is not known, has expired or was taken back. Ask an administrator for another.',
  session: 'This session has ended. Sign in again.',
  link: 'This link has expired, was taken back or is not for you. Ask for another.',
  nobody: 'Sign in on the relay’s page, or send a token as "Authorization: Bearer …".',
} as const;

/** What the relay knows of what a request shows; null for what it does not know, or no longer. */
export interface Known {
  readonly token: Token | null;
  readonly session: Session | null;
  readonly user: (name: string) => UserRecord | undefined;
  readonly hasUsers: boolean;
  readonly config: Config['access'];
}

/** Pure. A token that is shown counts alone; then a session, a trusted proxy's word, and where there are no users, the address. */
export function whoIs(credentials: Credentials, { token, session, user, hasUsers, config }: Known): Who {
  const stranger = (why: string): Who => ({ kind: 'stranger', why, beforeSetUp: !hasUsers && !config.open });
  if (credentials.token !== null) {
    if (token === null) return stranger(WHY.token);
    const { id, name, rights, cameras } = token;
    return { kind: 'token', id, name, rights, cameras };
  }
  const name = session?.user ?? credentials.headerUser;
  const known = name === null ? undefined : user(name);
  if (name !== null && known !== undefined) {
    const { role, cameras, resources } = known;
    return { kind: 'user', name, role, cameras, resources };
  }
  if (!hasUsers) {
    if (credentials.origin.isLocal) return { kind: 'local' };
    return config.open ? { kind: 'guest', role: config.openRole } : stranger(WHY.setUp);
  }
  const role = config.oidc?.role;
  if (session?.external === true && role !== undefined) return { kind: 'user', name: session.user, role };
  if (credentials.grant !== null) return stranger(WHY.link);
  return stranger(credentials.session === null ? WHY.nobody : WHY.session);
}
