/** The relay itself. */
import { z } from 'zod';
import { json, media, type Operation } from '../operation.ts';
import { health, readiness } from '../schemas.ts';

export const relayOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    id: 'alive',
    tag: 'relay',
    summary: 'Whether the process answers',
    about: 'Anybody may ask once the relay is set up; `version` and `uptimeSeconds` are for those it knows.',
    answers: { 200: json('It does.', health) },
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'ready',
    tag: 'relay',
    summary: 'Whether new viewers can be served',
    about: 'As `/healthz`; `code` and `message` are for those the relay knows.',
    answers: { 200: json('They can.', readiness), 503: json('They cannot; the answer says why.', readiness) },
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'metrics',
    tag: 'relay',
    summary: 'Measurements in the text format of Prometheus',
    answers: { 200: media('All of them.', 'text/plain') },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    id: 'description',
    tag: 'relay',
    summary: 'This description',
    answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
  },
  {
    method: 'get',
    path: '/api/events',
    id: 'events',
    tag: 'relay',
    summary: 'States as they change',
    about:
      'JSON text messages: `hello`, then `cameras`, then a `camera` for each change; `ping` is answered by `pong`.',
    socket: true,
    answers: {},
  },
];
