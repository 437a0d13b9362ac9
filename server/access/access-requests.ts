/** Reads what the access routes are sent. Every key is named; what is not known is refused, not ignored. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { userNameSchema, userSchema } from '../config/schema/access.ts';
import { cameraIdSchema } from '../config/schema/fields.ts';
import { RelayError } from '../errors.ts';
import { RIGHTS, ROLES } from '../protocol.ts';
import { MAX_PASSWORD_CHARACTERS } from './passwords.ts';

const MAX_GRANT_MS = 31_622_400_000;
const MAX_TOKEN_MS = 10 * MAX_GRANT_MS;
/** What a link may hold: nothing that changes anything but the chat. */
const GRANTABLE = ['see', 'listen', 'snapshot', 'replay', 'chat'] as const;

const password = z.string().max(MAX_PASSWORD_CHARACTERS * 4);
const rights = z.array(z.enum(RIGHTS)).min(1).max(RIGHTS.length);
const limits = userSchema.omit({ passwordHash: true });

/** ISO 8601 with a zone, between now and `maxMs` ahead. */
const soon = (maxMs: number) =>
  z.iso.datetime({ offset: true }).refine(
    (text) => {
      const aheadMs = Date.parse(text) - Date.now();
      return aheadMs > 0 && aheadMs <= maxMs;
    },
    `a time in the future, at most ${Math.round(maxMs / 86_400_000)} days ahead`,
  );

export const requestSchemas = {
  signIn: z.strictObject({ user: z.string().max(256), password }),
  setUp: z.strictObject({ code: z.string().max(64).default(''), name: userNameSchema, password }),
  newUser: limits.extend({ name: userNameSchema, password }),
  /** What is left out stays; null takes the limits away. */
  changedUser: z.strictObject({
    role: z.enum(ROLES).optional(),
    cameras: limits.shape.cameras.nullable(),
    resources: limits.shape.resources.nullable(),
    password: password.optional(),
  }),
  ownPassword: z.strictObject({ current: password, next: password }),
  token: z.strictObject({
    name: z.string().trim().min(1).max(64),
    rights,
    cameras: z.array(z.string().min(1).max(64)).max(1_000).optional(),
    expires: soon(MAX_TOKEN_MS).optional(),
  }),
  grant: z
    .strictObject({
      camera: cameraIdSchema.optional(),
      video: z.string().min(1).max(255).optional(),
      expires: soon(MAX_GRANT_MS),
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      rights: z.array(z.enum(GRANTABLE)).min(1).optional(),
      maxViewers: z.int().min(1).max(100_000).optional(),
      address: z
        .string()
        .refine((text) => isIP(text) !== 0, 'an IP address')
        .optional(),
      note: z.string().trim().max(200).optional(),
    })
    .refine(({ camera, video }) => (camera === undefined) !== (video === undefined), 'name a "camera" or a "video"')
    .refine(
      ({ video, from, rights }) => video === undefined || (from === undefined && rights === undefined),
      'a video is played whole: without "from", "to" and "rights"',
    )
    .refine(({ from, to }) => (from === undefined) === (to === undefined), '"from" and "to" belong together')
    .refine(({ from, to }) => from === undefined || Date.parse(from) < Date.parse(to!), '"from" has to be before "to"'),
} as const;

/**
 * Pure: what a body says.
 * @throws RelayError `bad-request` that names the key, never its value: it may be a password
 */
export function readRequest<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  if (typeof body !== 'object' || body === null) {
    throw new RelayError('bad-request', 'Send a JSON object, with "Content-Type: application/json".');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.map(String).join('.') || 'body';
  throw new RelayError('bad-request', `"${where.slice(0, 80)}": ${issue.message.slice(0, 200)}`);
}
