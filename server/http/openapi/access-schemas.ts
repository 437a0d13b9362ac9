/** The JSON of the access routes' answers; what they are sent is read by `access/access-requests.ts`. */
import { z } from 'zod';
import {
  type AuditEntry,
  type CameraLinkPaths,
  type GrantAnswer,
  type GrantInfo,
  RIGHTS,
  ROLES,
  type SessionAnswer,
  type SessionInfo,
  type TokenInfo,
  type UserInfo,
  type VideoLinkPaths,
} from '../../protocol.ts';
import { named, time } from './schemas.ts';

const right = named('Right', z.enum(RIGHTS));
const role = named('Role', z.enum(ROLES));
const rights = z.array(right).readonly();
const rightsById = z.record(z.string(), rights).readonly();
const ids = z.array(z.string()).readonly();

export const sessionAnswer: z.ZodType<SessionAnswer> = named(
  'Session',
  z.strictObject({
    kind: z.enum(['local', 'guest', 'user', 'token', 'grant', 'stranger', 'set-up']),
    name: z.string().nullable(),
    role: role.nullable(),
    oidc: z.boolean(),
    open: z.boolean(),
    rights,
    cameras: rightsById,
  }),
);

const userInfo = named(
  'User',
  z.strictObject({
    name: z.string(),
    role,
    cameras: rightsById.optional(),
    resources: rightsById.optional(),
    configured: z.boolean(),
  }) as z.ZodType<UserInfo>,
);
export const user = userInfo;
export const usersAnswer = named('Users', z.strictObject({ users: z.array(userInfo) }));

const sessionInfo: z.ZodType<SessionInfo> = z.strictObject({
  id: z.string(),
  user: z.string(),
  address: z.string(),
  userAgent: z.string(),
  createdAt: time,
  usedAt: time,
});
export const sessionsAnswer = named('Sessions', z.strictObject({ sessions: z.array(sessionInfo) }));

const tokenShape = {
  id: z.string(),
  name: z.string(),
  rights,
  cameras: ids,
  createdBy: z.string(),
  createdAt: time,
  expires: time.nullable(),
  usedAt: time.nullable(),
};
const tokenInfo: z.ZodType<TokenInfo> = z.strictObject(tokenShape);
export const tokensAnswer = named('Tokens', z.strictObject({ tokens: z.array(tokenInfo) }));
/** The secret is told this once. */
export const newToken = named('NewToken', z.strictObject({ ...tokenShape, token: z.string() }));

const grantShape = {
  id: z.string(),
  camera: z.string().nullable(),
  video: z.string().nullable(),
  rights,
  note: z.string(),
  from: time.nullable(),
  to: time.nullable(),
  maxViewers: z.int().nullable(),
  address: z.string().nullable(),
  createdBy: z.string(),
  createdAt: time,
  expires: time,
  usedAt: time.nullable(),
  viewers: z.int(),
};
const grantInfo: z.ZodType<GrantInfo> = z.strictObject(grantShape);
export const grantsAnswer = named('Grants', z.strictObject({ grants: z.array(grantInfo) }));
const path = z.string();
/** The secret is told this once. */
export const newGrant: z.ZodType<GrantAnswer<CameraLinkPaths | VideoLinkPaths>> = named(
  'NewGrant',
  z.strictObject({
    ...grantShape,
    grant: z.string(),
    paths: z.union([
      z.strictObject({
        embed: path,
        flv: path,
        mp4: path,
        hls: path,
        jpg: path,
        mjpeg: path,
        chat: path,
        recordings: path,
        export: path,
      }),
      z.strictObject({ embed: path, video: path, mp4: path, download: path, jpg: path }),
    ]),
  }),
);

const auditEntry = z.strictObject({
  at: time,
  who: z.string(),
  address: z.string(),
  what: z.string(),
  camera: z.string().optional(),
  detail: z.string().optional(),
}) as z.ZodType<AuditEntry>;
export const auditAnswer = named('Audit', z.strictObject({ entries: z.array(auditEntry) }));
