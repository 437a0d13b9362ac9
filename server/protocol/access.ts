/** Rights and roles, and what the access routes say as JSON. */

/**
 * What one may be given. On a camera: all of them but `fetch`. `replay` also means the video library, `fetch` a resource
 * of the gateway, and `manage` without a camera the relay itself.
 */
export const RIGHTS = [
  'see',
  'listen',
  'record',
  'replay',
  'snapshot',
  'move',
  'chat',
  'moderate',
  'manage',
  'fetch',
] as const;
export type Right = (typeof RIGHTS)[number];

/** From the least to the most; what each may is `server/access/permissions.ts`. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

type RightsById = Readonly<Record<string, readonly Right[]>>;

/** What somebody may on one camera, as the page needs it. */
export type CameraRights = readonly Right[];

/** `GET /api/session`: who is asking, and what the page should show them. */
export interface SessionAnswer {
  /**
   * `local`: this machine, while there are no users; `guest`: anybody, since the relay is open; `set-up`: nobody can
   * sign in yet; `stranger`: sign in.
   */
  readonly kind: 'local' | 'guest' | 'user' | 'token' | 'grant' | 'stranger' | 'set-up';
  readonly name: string | null;
  readonly role: Role | null;
  /** Whether there is a service to sign in at, by `GET /api/session/oidc`. */
  readonly oidc: boolean;
  /** True when anybody who reaches the port may watch. */
  readonly open: boolean;
  /** Rights on the relay as a whole. */
  readonly rights: readonly Right[];
  /** Rights by camera id, for the cameras that they see. */
  readonly cameras: RightsById;
}

export interface SignInRequest {
  readonly user: string;
  readonly password: string;
}

/** `POST /api/setup`: the first administrator. */
export interface SetupRequest {
  /** As printed when the relay started. Not asked of this machine itself. */
  readonly code?: string;
  readonly name: string;
  readonly password: string;
}

export interface UserInfo {
  readonly name: string;
  readonly role: Role;
  readonly cameras?: RightsById;
  readonly resources?: RightsById;
  /** Stands in the configuration and is changed there. */
  readonly configured: boolean;
}

export interface SessionInfo {
  readonly id: string;
  readonly user: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly usedAt: string;
}

export interface TokenRequest {
  readonly name: string;
  readonly rights: readonly Right[];
  /** Camera (or resource) ids, or `*`, which it is when left out. */
  readonly cameras?: readonly string[] | undefined;
  /** ISO 8601; never, when left out. */
  readonly expires?: string | undefined;
}

export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly Right[];
  readonly cameras: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expires: string | null;
  readonly usedAt: string | null;
}

/** Names a camera or a video, and not both. */
export interface GrantRequest {
  readonly camera?: string | undefined;
  /** The name of one in the library, recordings among them. It is played, and what is below but for the limits left out. */
  readonly video?: string | undefined;
  /** ISO 8601. */
  readonly expires: string;
  /** Only what was recorded between these, ISO 8601; both or neither. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly rights?: readonly Right[] | undefined;
  readonly maxViewers?: number | undefined;
  /** The only address that may use it. */
  readonly address?: string | undefined;
  readonly note?: string | undefined;
}

export interface GrantInfo {
  readonly id: string;
  /** What it opens; one of the two is null. */
  readonly camera: string | null;
  readonly video: string | null;
  readonly rights: readonly Right[];
  readonly note: string;
  /** The period of recordings that it opens; null where it is about the camera itself. */
  readonly from: string | null;
  readonly to: string | null;
  readonly maxViewers: number | null;
  readonly address: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expires: string;
  /** Last use. */
  readonly usedAt: string | null;
  /** Now. */
  readonly viewers: number;
}

/** `POST /api/grants`: the link's secret, told this once, and the addresses that it opens, below the relay's base. */
export interface GrantAnswer<Paths = CameraLinkPaths> extends GrantInfo {
  readonly grant: string;
  readonly paths: Paths;
}

export type CameraLinkPaths = Readonly<
  Record<'embed' | 'flv' | 'mp4' | 'hls' | 'jpg' | 'mjpeg' | 'chat' | 'recordings' | 'export', string>
>;
/** The page of the video; the file as it is, as MP4 for browsers, to be saved; its first picture. */
export type VideoLinkPaths = Readonly<Record<'embed' | 'video' | 'mp4' | 'download' | 'jpg', string>>;

/** One line of the audit log. */
export interface AuditEntry {
  readonly at: string;
  readonly who: string;
  readonly address: string;
  /** `saw`, `signed-in`, `sign-in-refused`, `signed-out`, or what was asked: method and path without its query. */
  readonly what: string;
  readonly camera?: string;
  readonly detail?: string;
}
