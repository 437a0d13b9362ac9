/** `access`: who may watch, and how they show who they are. */
import { z } from 'zod';
import { cameraIdSchema } from './fields.ts';

/** Word for word as in `protocol/access.ts`; a test holds the two together. */
const rightSchema = z.enum([
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
]);
const roleSchema = z.enum(['viewer', 'operator', 'admin']);

/** Names stand in logs, audit lines and URLs. */
export const userNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/)
  .describe('Name to sign in with: letters, digits, ".", "_", "@" and "-", at most 64.');

const anyIdSchema = z.union([z.literal('*'), cameraIdSchema]);

/** What is kept of a user, in the configuration and in the users file alike. */
export const userSchema = z.strictObject({
  passwordHash: z
    .string()
    .regex(/^scrypt\$\d{1,2}\$\d{1,2}\$\d{1,2}\$[A-Za-z0-9_-]{16,}\$[A-Za-z0-9_-]{32,}$/)
    .optional()
    .describe(
      'scrypt hash as "npm run user hash" prints it; never the password itself. Without one the user comes by oidc or userHeader.',
    ),
  role: roleSchema.default('viewer').describe('What the user may on every camera, unless "cameras" says otherwise.'),
  cameras: z
    .record(anyIdSchema, z.array(rightSchema))
    .optional()
    .describe('Rights by camera id, in place of the role’s; "*" stands for every other camera.'),
  resources: z
    .record(z.union([z.literal('*'), z.string().min(1)]), z.array(z.literal('fetch')))
    .optional()
    .describe('Which resources of the gateway the user may fetch, in place of the role’s.'),
});

const oidcSchema = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .refine(
        (url) => !/^http:\/\/(?!(127\.0\.0\.1|\[::1\]|localhost)[:/])/i.test(url),
        'allowed is an https:// address, or http:// on this machine',
      )
      .describe('Address of the sign-in service, as its discovery document names it.'),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1).describe('Best taken from the environment.'),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .regex(/\/$/)
      .describe(
        'Address of this relay as browsers know it, with a slash at its end; "api/session/oidc/callback" below it is where the service sends them back.',
      ),
    scope: z.string().min(1).default('openid profile'),
    usernameClaim: z.string().min(1).default('preferred_username').describe('Which claim names the user.'),
    role: roleSchema.optional().describe('Role of those who are no users here; without it only users get in.'),
  })
  .meta({ title: 'OpenID Connect', description: 'Signing in at another service.' });

export const accessSchema = z
  .strictObject({
    open: z
      .boolean()
      .default(false)
      .describe(
        'Lets addresses other than loopback in although there are no users. Anyone who reaches the port sees every camera.',
      ),
    openRole: roleSchema.default('viewer').describe('What anybody may while "open" lets them in.'),
    users: z.record(userNameSchema, userSchema).default({}).describe('Users by name, beside those of the users file.'),
    trustedProxies: z
      .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
      .default([])
      .describe('Addresses of reverse proxies whose X-Forwarded headers are believed.'),
    userHeader: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/)
      .optional()
      .describe('Header in which a trusted proxy names the user it has signed in. The user must be known here.'),
    oidc: oidcSchema.optional(),
    sessionIdleMs: z
      .int()
      .min(1_000)
      .max(31_536_000_000)
      .default(604_800_000)
      .describe('A session ends after this time without use, in milliseconds.'),
    sessionMaxMs: z
      .int()
      .min(1_000)
      .max(31_536_000_000)
      .default(2_592_000_000)
      .describe('A session ends after this time however much it is used, in milliseconds.'),
    maxConnectionsPerAddress: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(512)
      .describe('Connections that one address may hold; loopback and trusted proxies are not counted.'),
    maxRequestsPerSecond: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(200)
      .describe('Requests per second of one address, over ten seconds; this machine itself is not counted.'),
  })
  .prefault({})
  .meta({ title: 'Access', description: 'Who may watch.' });
