/** `server`: where Sightline listens. */
import { z } from 'zod';

export const serverSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: z.int().min(0).max(65535).default(8080).describe('Port to listen on; 0 takes a free one.'),
    basePath: z
      .string()
      .regex(/^\/([A-Za-z0-9._~-]+\/)*$/)
      .default('/')
      .describe('Path under which a reverse proxy shows Sightline, with a slash at both ends.'),
    tls: z
      .strictObject({
        cert: z.string().min(1).describe('PEM file with the certificate and its chain; relative to this file.'),
        key: z.string().min(1).describe('PEM file with the key; relative to this file.'),
      })
      .optional()
      .describe('Speaks HTTPS. The files are looked at every minute, so that a renewed certificate needs no restart.'),
    allowOrigins: z
      .array(z.union([z.literal('*'), z.string().regex(/^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?$/)]))
      .max(100)
      .default([])
      .describe(
        'Sites whose pages may read pictures and states, open WebSockets and frame the embed page, as `https://host`; `*` for all.',
      ),
  })
  .prefault({})
  .meta({ title: 'Server', description: 'Where Sightline listens.' });
