/** The end of a route that can only be read. */
import type { RequestHandler } from 'express';
import { RelayError } from '../errors.ts';
import { sendProblem } from './problem.ts';

/** Answers every method that the route has not taken with 405. */
export const onlyGet: RequestHandler = (request, response) => {
  response.set('Allow', 'GET, HEAD');
  sendProblem(response, new RelayError('method-not-allowed', `${request.method} does not work here; GET and HEAD do.`));
};
