/**
 * Lets pages of other sites read what the configuration allows them to: live pictures, playlists, videos, states. Never
 * with cookies: such a page shows a token or a link, or what is open to all. Nothing can be changed this way.
 */
import type { RequestHandler } from 'express';

/** What a preflight may ask for, and how long a browser may remember the answer (Fetch standard, section 3.3). */
const METHODS = 'GET, HEAD';
const HEADERS = 'Authorization, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range';
const EXPOSED = 'Accept-Ranges, Content-Length, Content-Range, ETag, Location';
const MAX_AGE_S = 600;

/** Pure: whether a page of `origin` is allowed by the list, in which `*` stands for every one. */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined) return false;
  return allowed.includes('*') || allowed.includes(origin.toLowerCase());
}

/** Answers preflights for readers, and marks every other answer as readable, errors and redirects included. */
export function cors(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (allowed.length > 0) response.vary('Origin');
    if (!isAllowedOrigin(origin, allowed) || origin === undefined) return next();
    const wanted = request.headers['access-control-request-method'];
    if (request.method === 'OPTIONS' && wanted !== undefined) {
      if (!METHODS.split(', ').includes(wanted)) return next();
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': HEADERS,
        'Access-Control-Max-Age': String(MAX_AGE_S),
      });
      response.status(204).end();
      return;
    }
    if (request.method === 'GET' || request.method === 'HEAD') {
      response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
      // Set by the security headers for everybody else.
      response.set('Cross-Origin-Resource-Policy', 'cross-origin');
    }
    next();
  };
}
