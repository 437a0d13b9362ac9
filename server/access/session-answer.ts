/** What the page is told of who is asking, so that it shows only what they may use. */
import { RIGHTS, type Right, type SessionAnswer } from '../protocol.ts';
import type { Access, Identity } from './access.ts';
import { hasRight, type Target, type Who } from './permissions.ts';

/** Pure. @param cameras every camera's id; those they do not see are left out */
export function sessionAnswer(
  { who, link }: Pick<Identity, 'who' | 'link'>,
  access: Pick<Access, 'needsSetup' | 'isOpen' | 'oidc'>,
  cameras: readonly string[],
): SessionAnswer {
  const asking = who.kind === 'stranger' && link !== null ? link : who;
  const rightsOn = (target: Target) => RIGHTS.filter((right) => hasRight(asking, right, target));
  const seen: [string, readonly Right[]][] = cameras
    .map((id): [string, readonly Right[]] => [id, rightsOn({ kind: 'camera', id })])
    .filter(([, rights]) => rights.length > 0);
  return {
    kind: asking.kind === 'stranger' && access.needsSetup ? 'set-up' : asking.kind,
    name: nameOf(asking),
    role: 'role' in asking ? asking.role : null,
    oidc: access.oidc !== null,
    open: access.isOpen,
    rights: rightsOn({ kind: 'relay', id: '' }),
    cameras: Object.fromEntries(seen),
  };
}

function nameOf(who: Who): string | null {
  return 'name' in who ? who.name : null;
}
