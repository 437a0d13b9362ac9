/** Reads the JSON of a request, within bounds of size and time: who sends half a body holds no connection for ever. */
import express, { type RequestHandler } from 'express';
import { RelayError } from '../errors.ts';

const WITHIN_MS = 10_000;

/**
 * A handler that sets `request.body`.
 * @param maxBytes of the body; what is longer is refused @param withinMs from its first byte to its last
 */
export function jsonBody(maxBytes: number, withinMs = WITHIN_MS): RequestHandler {
  const parse = express.json({ limit: maxBytes, strict: true });
  return (request, response, next) => {
    let isOver = false;
    const done = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      next(error);
    };
    const timer = setTimeout(() => {
      // What would still come is no request.
      response.set('Connection', 'close');
      done(new RelayError('bad-request', `The body did not come within ${withinMs / 1000} s.`));
    }, withinMs);
    response.once('close', () => clearTimeout(timer));
    parse(request, response, done);
  };
}
