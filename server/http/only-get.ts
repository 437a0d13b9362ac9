/** The end of a route: 405 for the methods that it does not have. */
import type { RequestHandler } from 'express';
import { RelayError } from '../errors.ts';
import { sendProblem } from './problem.ts';

/** Answers every method that the route has not taken with 405 and those that it has (RFC 9110 section 15.5.6). */
export function only(...methods: readonly string[]): RequestHandler {
  const last = methods.length > 1 ? ` and ${methods.at(-1)} do` : ' does';
  const words = `${methods.slice(0, Math.max(1, methods.length - 1)).join(', ')}${last}`;
  return (request, response) => {
    response.set('Allow', methods.join(', '));
    sendProblem(response, new RelayError('method-not-allowed', `${request.method} does not work here; ${words}.`));
  };
}

/** The end of a route that can only be read. */
export const onlyGet: RequestHandler = only('GET', 'HEAD');
