/**
 * Who may do what to which. Pure, and the only place that decides it; who is asking is found by `access.ts`, and the
 * answer is enforced by `http/gate.ts`.
 */
import type { ErrorCode, Right, Role } from '../protocol.ts';

/**
 * What a route is about. `somebody` and `member` ask for no right of their own: the route shows each what is theirs. Who
 * comes with a link is somebody, but no member. A `visitor` is anyone, once the relay is set up.
 */
export type TargetKind =
  | 'camera'
  | 'room'
  | 'resource'
  | 'library'
  | 'video'
  | 'relay'
  | 'member'
  | 'somebody'
  | 'visitor'
  | 'anyone';
/** Those that ask for no right. */
type Rightless = 'member' | 'somebody' | 'visitor' | 'anyone';

/** What a route demands before it does anything. */
export interface Permission {
  /** Null where being known is enough (`member`, `somebody`), or not even that (`visitor`, `anyone`). */
  readonly right: Right | null;
  readonly of: TargetKind;
  /** How a viewer who comes with a link is counted: a stream while it is open, pieces while they are fetched. */
  readonly viewing?: 'stream' | 'pieces';
  /** What is shown has its sound in it, which cannot be left out: it takes the right to listen, too. */
  readonly hears?: true;
}

export interface Target {
  readonly kind: TargetKind;
  /** The camera, room, resource or video; empty where there is only one. */
  readonly id: string;
}

/** Rights by camera (or resource) id; `*` stands for every other. */
export type RightsById = Readonly<Record<string, readonly Right[]>>;

/** Who is asking, as plain data. */
export type Who =
  /** This machine, while there are no users: everything. */
  | { readonly kind: 'local' }
  /** Anybody, where `access.open` lets them in. */
  | { readonly kind: 'guest'; readonly role: Role }
  /** Nobody we know; `beforeSetUp` while nobody can be known. */
  | { readonly kind: 'stranger'; readonly why: string; readonly beforeSetUp?: boolean }
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly role: Role;
      /** In place of what the role gives, when there. */
      readonly cameras?: RightsById | undefined;
      readonly resources?: RightsById | undefined;
    }
  /** A machine: rights named one by one, on the cameras (and resources) named, or `*`. */
  | {
      readonly kind: 'token';
      readonly id: string;
      readonly name: string;
      readonly rights: readonly Right[];
      readonly cameras: readonly string[];
    }
  /** A link to one camera, to what was recorded of it in a period, or to one video of the library. */
  | {
      readonly kind: 'grant';
      readonly id: string;
      readonly camera: string | null;
      readonly video: string | null;
      readonly rights: readonly Right[];
      readonly period?: Period | undefined;
    };

/** Unix ms. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: Extract<
        ErrorCode,
        'not-signed-in' | 'not-allowed' | 'no-such-camera' | 'no-such-room' | 'no-such-page'
      >;
      readonly why: string;
    };

const VIEWER: readonly Right[] = ['see', 'listen', 'snapshot', 'replay', 'chat'];
const OPERATOR: readonly Right[] = [...VIEWER, 'record', 'move', 'moderate', 'fetch'];
const ADMIN: readonly Right[] = [...OPERATOR, 'manage'];
const ROLE_RIGHTS: Readonly<Record<Role, readonly Right[]>> = { viewer: VIEWER, operator: OPERATOR, admin: ADMIN };

const YES: Verdict = { ok: true };
/** Word for word what is said of a camera that does not exist: who may not see one cannot tell the difference. */
const NO_SUCH_CAMERA = 'No camera of this name is configured.';

/** Pure: a permission for a route, e.g. `may('see', 'camera')`. */
export function may(right: Right, of: Exclude<TargetKind, Rightless>): Permission {
  return { right, of };
}

/** Pure: to see a camera by a stream that lasts, or piece by piece. */
export function watch(viewing: 'stream' | 'pieces'): Permission {
  return { right: 'see', of: 'camera', viewing };
}

/** To play one video of the library; who may replay may play any. */
export const PLAY_VIDEO: Permission = { right: 'replay', of: 'video', viewing: 'pieces' };

/** What was recorded, as it was recorded. */
export const REPLAY_SOUND: Permission = { right: 'replay', of: 'camera', hears: true };

/** For what anybody may fetch always, known or not: the page itself, setting up, signing in. */
export const ANYONE: Permission = { right: null, of: 'anyone' };
/** For what anybody may fetch of a relay that is set up; before that it shows others nothing but the set-up page. */
export const VISITOR: Permission = { right: null, of: 'visitor' };
/** For what anybody known may fetch; the route leaves out what is not theirs. */
export const SOMEBODY: Permission = { right: null, of: 'somebody' };
/** As `SOMEBODY`, but not for links. */
export const MEMBER: Permission = { right: null, of: 'member' };

/** Pure: whether, and if not, why, in the same words for what is not there and what is not theirs. */
export function decide(who: Who, right: Right | null, target: Target): Verdict {
  if (who.kind === 'local' || target.kind === 'anyone') return YES;
  if (who.kind === 'stranger') {
    if (target.kind === 'visitor' && who.beforeSetUp !== true) return YES;
    return { ok: false, code: 'not-signed-in', why: who.why };
  }
  if (right === null) {
    const isLinkAmongMembers = target.kind === 'member' && who.kind === 'grant';
    return isLinkAmongMembers
      ? { ok: false, code: 'not-allowed', why: 'A link opens one thing and nothing else.' }
      : YES;
  }
  if (hasRight(who, right, target)) return YES;
  if (target.kind === 'camera' && !hasRight(who, 'see', target)) {
    return { ok: false, code: 'no-such-camera', why: NO_SUCH_CAMERA };
  }
  if (target.kind === 'room' && !hasRight(who, 'see', target)) {
    return { ok: false, code: 'no-such-room', why: 'No such chat room' };
  }
  return { ok: false, code: 'not-allowed', why: `${whoText(who)} lacks the right "${right}" ${whereText(target)}.` };
}

/** Pure: true when it is given; of a stranger always false. */
export function hasRight(who: Who, right: Right, target: Target): boolean {
  switch (who.kind) {
    case 'local':
      return true;
    case 'stranger':
      return false;
    case 'guest':
      return ROLE_RIGHTS[who.role].includes(right);
    case 'user':
      return userHas(who, right, target);
    case 'token':
      return who.rights.includes(right) && (covers(who.cameras, target.id) || isOutside(right, target));
    case 'grant':
      return isLinkTo(who, target) && who.rights.includes(right);
  }
}

function isLinkTo({ camera, video }: Who & { kind: 'grant' }, { kind, id }: Target): boolean {
  if (kind === 'video') return id === video;
  return (kind === 'camera' || kind === 'room') && id === camera;
}

function userHas(who: Who & { kind: 'user' }, right: Right, { kind, id }: Target): boolean {
  const byRole = ROLE_RIGHTS[who.role].includes(right);
  if (kind === 'camera' || kind === 'room') {
    return who.cameras === undefined ? byRole : listed(who.cameras, id).includes(right);
  }
  if (kind === 'resource') return who.resources === undefined ? byRole : listed(who.resources, id).includes(right);
  return byRole;
}

function listed(rights: RightsById, id: string): readonly Right[] {
  if (Object.hasOwn(rights, id)) return rights[id]!;
  return Object.hasOwn(rights, '*') ? rights['*']! : [];
}

function covers(ids: readonly string[], id: string): boolean {
  return ids.includes(id) || ids.includes('*');
}

/**
 * Whether the cameras that a token names say nothing of a target. They do where there is something to manage: who
 * manages a camera manages neither users nor the library, and "*" is for who does.
 */
function isOutside(right: Right, { kind }: Target): boolean {
  return (kind === 'relay' || kind === 'library' || kind === 'video') && right !== 'manage';
}

function whoText(who: Who): string {
  if (who.kind === 'user') return `The user ${who.name}`;
  if (who.kind === 'token') return `The token ${who.name}`;
  return who.kind === 'grant' ? 'This link' : 'A guest';
}

function whereText({ kind, id }: Target): string {
  if (kind === 'relay') return 'on this relay';
  return kind === 'library' ? 'on the video library' : `on the ${kind} ${id}`;
}
