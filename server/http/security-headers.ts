/** Response headers that tell the browser what a page of ours may do. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { grantOf } from '../access/credentials.ts';

export interface SecurityHeadersOptions {
  /** Vite's reload client needs inline scripts and a socket of its own. */
  readonly dev: boolean;
  /** Sites whose pictures may be shown beside our own. */
  readonly imageOrigins: readonly string[];
  /** Sites that may show the embed page in a frame. */
  readonly allowOrigins: readonly string[];
}

export function securityHeaders({ dev, imageOrigins, allowOrigins }: SecurityHeadersOptions): RequestHandler {
  const headers = (frameAncestors: string[]) =>
    helmet({
      // The relay speaks plain HTTP; TLS, and the promise to keep to it, is the business of who ends it.
      strictTransportSecurity: false,
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
  const own = headers(["'self'"]);
  const framed = headers(["'self'", ...allowOrigins]);
  // Whoever gives a link away means it to be shown elsewhere.
  const given = headers(['*']);
  return (request, response, next) => {
    const isEmbed = request.path.startsWith('/embed/');
    const choice = !isEmbed ? own : grantOf(request.url) === null ? framed : given;
    choice(request, response, next);
  };
}
