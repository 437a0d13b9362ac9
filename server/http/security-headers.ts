/** Response headers that tell the browser what a page of ours may do. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { grantOf } from '../access/credentials.ts';
import { heedsOpenerPolicy } from './opener-policy.ts';

export interface SecurityHeadersOptions {
  /** Vite's reload client needs inline scripts and a socket of its own. */
  readonly dev: boolean;
  /** Sites whose pictures may be shown beside our own. */
  readonly imageOrigins: readonly string[];
  /** Sites that may show the embed page in a frame. */
  readonly allowOrigins: readonly string[];
  /** The relay itself speaks HTTPS, and browsers are told to keep to it. Behind a proxy that is the proxy's to say. */
  readonly isTls: boolean;
}

/** Half a year (RFC 6797 section 6.1.1). Other names of the same domain are not ours to speak for. */
const HSTS = { maxAge: 15_552_000, includeSubDomains: false };

export function securityHeaders({ dev, imageOrigins, allowOrigins, isTls }: SecurityHeadersOptions): RequestHandler {
  const headers = (frameAncestors: string[], crossOriginOpenerPolicy: { policy: 'same-origin' } | false) => {
    const handler = helmet({
      strictTransportSecurity: isTls ? HSTS : false,
      crossOriginOpenerPolicy,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: dev ? ["'self'", "'unsafe-inline'"] : ["'self'"],
          styleSrc: dev ? ["'self'", "'unsafe-inline'"] : ["'self'"],
          imgSrc: ["'self'", 'data:', 'blob:', ...imageOrigins],
          mediaSrc: ["'self'", 'blob:'],
          connectSrc: dev ? ["'self'", 'ws:'] : ["'self'"],
          manifestSrc: ["'self'"],
          baseUri: ["'self'"],
          formAction: ["'self'"],
          frameAncestors,
        },
      },
      xFrameOptions: false,
    });
    return headersOf(handler);
  };
  const own = headers(["'self'"], { policy: 'same-origin' });
  // Other sites may open the embed page in a window of theirs as well as in a frame: it has nothing to press but sound.
  // Cut off from its opener it would need a new process in the browser, and the first picture would come 50 ms later.
  const framed = headers(["'self'", ...allowOrigins], false);
  // Whoever gives a link away means it to be shown elsewhere.
  const given = headers(['*'], false);
  return (request, response, next) => {
    const isEmbed = request.path.startsWith('/embed/');
    const choice = !isEmbed ? own : grantOf(request.url) === null ? framed : given;
    for (const [name, value] of choice) response.setHeader(name, value);
    const isEncrypted = request.secure || request.headers['x-forwarded-proto'] !== undefined;
    if (!heedsOpenerPolicy(isEncrypted, request.headers.host)) response.removeHeader('Cross-Origin-Opener-Policy');
    next();
  };
}

/** What a handler sets on every answer alike: found out once, since helmet puts it together anew for each request. */
function headersOf(
  handler: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void,
): readonly (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const headers: [string, string][] = [];
  response.setHeader = (name, value) => {
    headers.push([name, String(value)]);
    return response;
  };
  handler(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}
