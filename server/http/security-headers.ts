/** Response headers that tell the browser what a page of ours may do. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** @param dev Vite's reload client needs inline scripts and a socket of its own */
export function securityHeaders(dev: boolean, imageOrigins: readonly string[] = []): RequestHandler {
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
  const embeddable = headers(['*']);
  return (request, response, next) => (request.path.startsWith('/embed/') ? embeddable : own)(request, response, next);
}
