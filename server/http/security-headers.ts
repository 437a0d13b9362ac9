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
  /** The relay itself speaks HTTPS, and browsers are told to keep to it. Behind a proxy that is the proxy's to say. */
  readonly isTls: boolean;
}

/** Half a year (RFC 6797 section 6.1.1). Other names of the same domain are not ours to speak for. */
const HSTS = { maxAge: 15_552_000, includeSubDomains: false };

export function securityHeaders({ dev, imageOrigins, allowOrigins, isTls }: SecurityHeadersOptions): RequestHandler {
  const headers = (frameAncestors: string[]) =>
    helmet({
      strictTransportSecurity: isTls ? HSTS : false,
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
