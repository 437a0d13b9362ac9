/** `resources` and `gateway`: machines that `/redirect` and `/proxy` lead to, and how patient the relay is with them. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

const resourceNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
  .describe('Names the resource in URLs: letters, digits, "-" and "_", at most 64.');

/** Those that belong to one connection (RFC 9110 section 7.6.1), or that the gateway writes itself. */
const OWN_HEADERS =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|content-length|expect|via|x-forwarded-.*)$/i;

const headerNameSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/)
  .refine((name) => !OWN_HEADERS.test(name), 'is a header that the gateway writes itself')
  .describe('Name of a request header.');

const headerValueSchema = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/)
  .describe('Value of the header; no line breaks.');

const signedSchema = z
  .strictObject({
    key: z.string().min(16).describe('Shared with the machine that checks the signature; at least 16 characters.'),
    validMs: durationMs(1_000, 604_800_000, 300_000).describe('How long a signed address may be used.'),
  })
  .meta({ title: 'Signature' });

const resourceSchema = z
  .strictObject({
    target: z
      .string()
      .min(1)
      .refine(isTarget, 'allowed is an http:// or https:// URL without query and fragment')
      .describe(
        '`http://` or `https://` URL of a folder on another machine; user and password in it go to that machine only.',
      ),
    mode: z
      .enum(['auto', 'redirect', 'proxy'])
      .optional()
      .describe(
        'How it is reached under either URL: `auto` lets the policy choose. Left out, /redirect redirects and /proxy fetches.',
      ),
    live: z
      .boolean()
      .optional()
      .describe('Whether its paths are live streams, for `auto`; judged by the path when left out.'),
    signed: signedSchema.optional().describe('Adds an expiring HMAC-SHA-256 signature to every address.'),
    headers: z
      .record(headerNameSchema, headerValueSchema)
      .default({})
      .describe('Further headers for every request that the relay sends there.'),
    verifyTls: z
      .boolean()
      .default(true)
      .describe('Whether the certificate of an `https://` target must be one that this machine trusts.'),
    connectTimeoutMs: z.int().min(100).max(600_000).optional().describe('Overrides `gateway.connectTimeoutMs`.'),
    tlsTimeoutMs: z.int().min(100).max(600_000).optional().describe('Overrides `gateway.tlsTimeoutMs`.'),
    responseTimeoutMs: z.int().min(100).max(600_000).optional().describe('Overrides `gateway.responseTimeoutMs`.'),
  })
  .meta({ title: 'Resource' });

export const resourcesSchema = z
  .record(resourceNameSchema, resourceSchema)
  .default({})
  .describe('Machines that /redirect and /proxy lead to, by name.');

export const gatewaySchema = z
  .strictObject({
    connectTimeoutMs: durationMs(100, 600_000, 30_000).describe('How long a connection to a resource may take.'),
    tcpKeepAliveMs: durationMs(1_000, 7_200_000, 30_000).describe(
      'After how long a silence a connection is probed by TCP.',
    ),
    tlsTimeoutMs: durationMs(100, 600_000, 10_000).describe('How long the TLS handshake may take.'),
    responseTimeoutMs: durationMs(100, 600_000, 10_000).describe(
      'How long a resource may take from the end of the request to the end of its headers. A body may take for ever.',
    ),
    idleTimeoutMs: durationMs(0, 3_600_000, 90_000).describe('How long an unused connection is kept.'),
    maxIdleConnections: z.int().min(0).max(10_000).default(100).describe('Unused connections that are kept in all.'),
    expectContinueMs: durationMs(0, 60_000, 1_000).describe(
      'How long a resource may take to answer `Expect: 100-continue` before the body is sent all the same.',
    ),
  })
  .prefault({})
  .meta({ title: 'Gateway', description: 'How patient the relay is with resources.' });

/** Pure. A path is compared with a base and appended to it, so nothing may stand behind the path. */
function isTarget(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s\\]/.test(text)) return false;
  return /^https?:\/\//i.test(text) && new URL(text).hostname !== '';
}
