/** Signing in and out, the first administrator, and the lists of users, sessions, tokens and what was done. Links are `grants.ts`. */
import type { Request, Response } from 'express';
import type { Access } from '../../access/access.ts';
import { readRequest, requestSchemas } from '../../access/access-requests.ts';
import { ANYONE, MEMBER, may } from '../../access/permissions.ts';
import { sessionAnswer } from '../../access/session-answer.ts';
import { sessionCookie } from '../../access/session-cookie.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { RelayError } from '../../errors.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { jsonBody } from '../json-body.ts';
import { only } from '../only-get.ts';

const MAX_BODY_BYTES = 65_536;
const AUDIT_LINES = 500;

export interface AccessParts {
  readonly gate: Gate;
  readonly access: Access;
  readonly cameras: CameraRegistry;
  readonly basePath: string;
}

export function accessRoutes({ gate, access, cameras, basePath }: AccessParts): RouteTable {
  const routes = gate.table();
  const json = jsonBody(MAX_BODY_BYTES);
  const admin = may('manage', 'relay');
  const setCookie = (request: Request, response: Response, value: string | null) => {
    const { isSecure } = access.credentialsOf(request).origin;
    response.append('Set-Cookie', sessionCookie(value, { basePath, isSecure, maxAgeMs: access.sessionMaxMs }));
  };
  const answer = (response: Response, body: unknown, status = 200) =>
    response.status(status).set('Cache-Control', 'no-store').json(body);
  const cameraIds = () => cameras.infos.map(({ id }) => id);

  routes
    .route('/api/session', ANYONE)
    .get((request, response) => {
      const identity = access.identify(access.credentialsOf(request));
      answer(response, sessionAnswer(identity, access, cameraIds()));
    })
    .post(json, async (request, response) => {
      const { user, password } = readRequest(requestSchemas.signIn, request.body);
      const credentials = access.credentialsOf(request);
      if (access.users.size === 0) throw new RelayError('not-signed-in', 'This relay has no users yet.');
      setCookie(request, response, await access.door.signIn(user, password, credentials));
      response.status(204).end();
    })
    .delete(async (request, response) => {
      await access.door.signOut(access.credentialsOf(request));
      setCookie(request, response, null);
      response.status(204).end();
    })
    .all(only('GET', 'HEAD', 'POST', 'DELETE'));

  routes
    .route('/api/session/password', MEMBER)
    .put(json, async (request, response) => {
      const { who, address } = admissionOf(request);
      const { current, next } = readRequest(requestSchemas.ownPassword, request.body);
      if (who.kind !== 'user') throw new RelayError('not-allowed', 'Only users have a password.');
      const user = access.users.get(who.name)!;
      // The same limits as at the door: a session left open must not be a way to guess.
      await access.door.checkPassword(who.name, current, address);
      const { passwordHash: _, ...limits } = user;
      await access.putUser(who.name, limits, next);
      setCookie(request, response, await access.door.beginSession(who.name, access.credentialsOf(request)));
      response.status(204).end();
    })
    .all(only('PUT'));

  routes
    .route('/api/setup', ANYONE)
    .post(json, async (request, response) => {
      const wanted = readRequest(requestSchemas.setUp, request.body);
      setCookie(request, response, await access.door.setUp(wanted, access.credentialsOf(request)));
      response.status(204).end();
    })
    .all(only('POST'));

  routes
    .route('/api/users', admin)
    .get((_request, response) => answer(response, { users: access.users.infos }))
    .post(json, async (request, response) => {
      const { name, password, ...limits } = readRequest(requestSchemas.newUser, request.body);
      if (access.users.get(name) !== undefined) throw new RelayError('bad-request', 'There is such a user already.');
      await access.putUser(name, limits, password);
      answer(
        response,
        access.users.infos.find((user) => user.name === name),
        201,
      );
    })
    .all(only('GET', 'HEAD', 'POST'));
  routes
    .route('/api/users/:name', admin)
    .patch(json, async (request, response) => {
      const { name } = request.params;
      const known = access.users.get(name);
      if (known === undefined) throw new RelayError('no-such-page', 'There is no such user.');
      const changes = readRequest(requestSchemas.changedUser, request.body);
      const { role = known.role, cameras = known.cameras, resources = known.resources, password } = changes;
      const limits = { role, cameras: cameras ?? undefined, resources: resources ?? undefined };
      await access.putUser(name, limits, password);
      answer(
        response,
        access.users.infos.find((user) => user.name === name),
      );
    })
    .delete(async (request, response) => {
      await access.deleteUser(request.params.name);
      response.status(204).end();
    })
    .all(only('PATCH', 'DELETE'));

  routes
    .route('/api/sessions', admin)
    .get((_request, response) => answer(response, { sessions: access.sessions.infos }))
    .all(only('GET', 'HEAD'));
  routes
    .route('/api/sessions/:id', admin)
    .delete(async (request, response) => {
      const count = await access.endSessions(({ id }) => id === request.params.id);
      if (count === 0) throw new RelayError('no-such-page', 'There is no such session.');
      response.status(204).end();
    })
    .all(only('DELETE'));

  routes
    .route('/api/tokens', admin)
    .get((_request, response) => answer(response, { tokens: access.tokens.infos }))
    .post(json, async (request, response) => {
      const wanted = readRequest(requestSchemas.token, request.body);
      const { secret, info } = await access.tokens.create(wanted, admissionOf(request).name);
      answer(response, { ...info, token: secret }, 201);
    })
    .all(only('GET', 'HEAD', 'POST'));
  routes
    .route('/api/tokens/:id', admin)
    .delete(async (request, response) => {
      await access.tokens.delete(request.params.id);
      access.emit('changed');
      response.status(204).end();
    })
    .all(only('DELETE'));

  routes
    .route('/api/audit', admin)
    .get(async (_request, response) => answer(response, { entries: await access.audit.latest(AUDIT_LINES) }))
    .all(only('GET', 'HEAD'));
  return routes;
}
