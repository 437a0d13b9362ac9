/**
 * The one gate: every route and every WebSocket path declares what it demands, and nobody passes without it. What a
 * person may is decided by `access/permissions.ts`; who they are is found by `access/access.ts`.
 */
import type { IncomingMessage } from 'node:http';
import { type Express, type RequestHandler, Router } from 'express';
import type { IRoute } from 'express-serve-static-core';
import type { Access } from '../access/access.ts';
import type { Credentials } from '../access/credentials.ts';
import { isForgery } from '../access/csrf-policy.ts';
import type { Permission, Target, TargetKind } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import { Admission, setAdmission } from './admission.ts';
import { isAllowedOrigin } from './cors.ts';
import { Declarations, type DeclaredRoute, type Permissions } from './declarations.ts';
import { Holds, judge } from './holds.ts';
import { refuseTwoHosts } from './one-host.ts';
import { isSameOrigin } from './origin-policy.ts';

export { type Admission, admissionOf } from './admission.ts';
export type { DeclaredRoute } from './declarations.ts';

/** One permission for every method of a route, or one for each: `{ GET: …, DELETE: … }`; HEAD goes with GET. */
export type RoutePermission = Permission | Permissions;

/** A part of the route table. Routes are Express's own, each with its permission before its handlers. */
export interface RouteTable {
  readonly router: Router;
  route<Path extends string>(path: Path, permission: RoutePermission): IRoute<Path>;
  /** Handlers that answer many paths, such as files of a folder. */
  use(permission: Permission, ...handlers: RequestHandler[]): void;
}

export interface GateOptions {
  readonly access: Access;
  /** Sites whose pages may open WebSockets. */
  readonly allowOrigins: readonly string[];
}

export class Gate {
  readonly #access: Access;
  readonly #allowOrigins: readonly string[];
  readonly #holds: Holds;
  readonly #declarations = new Declarations();

  constructor({ access, allowOrigins }: GateOptions) {
    this.#access = access;
    this.#allowOrigins = allowOrigins;
    this.#holds = new Holds(access);
  }

  /** An empty part of the route table, to be mounted with `app.use(part.router)`. */
  table(): RouteTable {
    const router = Router();
    this.#declarations.pass(router);
    return {
      router,
      route: (path, permission) => {
        const permissions = 'of' in permission ? { '*': permission as Permission } : permission;
        const route = router.route(path);
        const anyRoute = route as unknown as IRoute;
        this.#declarations.route(anyRoute, path, permissions);
        anyRoute.all(this.#guard(permissions));
        return route;
      },
      use: (permission, ...handlers) => {
        const guard = this.#guard({ '*': permission });
        this.#declarations.handlers([guard, ...handlers], permission);
        router.use(guard, ...handlers);
      },
    };
  }

  /** Marks a handler that never answers a request that is in order, such as one that sets headers. */
  passing<Handler extends object>(handler: Handler): Handler {
    this.#declarations.pass(handler);
    return handler;
  }

  /** Declares a WebSocket path, for the table; `admitSocket` guards it. */
  declareSocket(path: string, permission: Permission): void {
    this.#declarations.socket(path, permission);
  }

  /**
   * Looks at a WebSocket's request before anything is known of where it wants to go.
   * @throws RelayError `bad-request` for two hosts, `not-allowed` for a page of another site, `overloaded` for an address
   *   that asks too often
   */
  receiveSocket(request: IncomingMessage): void {
    refuseTwoHosts(request);
    this.#count(this.#access.credentialsOf(request));
    const { origin, host } = request.headers;
    const isOwn = isSameOrigin(origin, host, request.headers['x-forwarded-host']);
    if (!isOwn && !isAllowedOrigin(origin, this.#allowOrigins)) {
      throw new RelayError('not-allowed', 'A page of another site may not open this WebSocket.');
    }
  }

  /**
   * Lets a WebSocket in or not.
   * @param end ends it when the right to it does; @param ended is called with what is to be called when it has ended
   * @throws RelayError `not-signed-in`, `not-allowed`, or the code of what does not exist
   */
  admitSocket(
    request: IncomingMessage,
    permission: Permission,
    params: Readonly<Record<string, unknown>>,
    { end, ended }: { end: (error: RelayError) => void; ended: (left: () => void) => void },
  ): Admission {
    const entry = this.#admit(request, permission, params);
    for (const left of this.#enter(entry, request, permission, end)) ended(left);
    this.#record(request, entry, permission, 'saw');
    return entry.admission;
  }

  /** Every route and WebSocket path with what it demands. */
  get declared(): DeclaredRoute[] {
    return this.#declarations.all;
  }

  /** @throws RelayError `internal` when something in the app may answer and does not say what it demands */
  check(app: Express): void {
    this.#declarations.check(app);
  }

  #guard(permissions: Permissions): RequestHandler {
    return (request, response, next) => {
      const { method } = request;
      const permission = permissions[method] ?? (method === 'HEAD' ? permissions.GET : undefined) ?? permissions['*'];
      // The route's own end answers 405 for a method that it does not have.
      if (permission === undefined) return next();
      const credentials = this.#access.credentialsOf(request);
      this.#count(credentials);
      const hosts = [request.headers.host, credentials.origin.host];
      if (isForgery(method, request.headers, hosts)) {
        throw new RelayError('not-allowed', 'A page of another site may not ask for this in your name.');
      }
      const entry = this.#admit(request, permission, request.params);
      if (entry.admission.who.kind === 'grant') response.set('Cross-Origin-Resource-Policy', 'cross-origin');
      // Not with a problem document: whoever is about to write would write into it.
      const lefts = this.#enter(entry, request, permission, () => void response.destroy());
      const changes = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
      const { path } = request;
      response.once('close', () => {
        for (const left of lefts) left();
        // What was refused has changed nothing, and would let anybody push older lines out of the audit.
        const isRefused = response.statusCode >= 400 && response.statusCode < 500;
        if (changes && !isRefused) this.#record(request, entry, permission, `${method} ${path}`);
      });
      if (!changes) this.#record(request, entry, permission, 'saw');
      next();
    };
  }

  /** @throws RelayError `not-signed-in`, `not-allowed`, or the code of what does not exist */
  #admit(request: IncomingMessage, permission: Permission, params: Readonly<Record<string, unknown>>): Entry {
    const credentials = this.#access.credentialsOf(request);
    const target = targetOf(permission, params);
    const judgement = judge(this.#access, credentials, permission, target);
    if (!judgement.ok) throw new RelayError(judgement.code, judgement.why);
    const { address, isShared } = credentials.origin;
    const admission = new Admission({ who: judgement.who, target, address, isShared });
    setAdmission(request, admission);
    this.#access.touch(credentials, judgement.who);
    return { admission, credentials };
  }

  /** Takes a place, where places are counted, and keeps the end at hand. @returns to be called at its own end */
  #enter(
    { admission, credentials }: Entry,
    request: IncomingMessage,
    permission: Permission,
    end: (error: RelayError) => void,
  ): (() => void)[] {
    const { who } = admission;
    const lefts: (() => void)[] = [];
    if (who.kind === 'grant' && permission.viewing !== undefined && request.method !== 'HEAD') {
      const key = `${credentials.origin.address} ${credentials.userAgent}`;
      lefts.push(this.#access.grants.enter(who.id, { kind: permission.viewing, key }));
    }
    lefts.push(this.#holds.add({ admission, permission, credentials, end }));
    return lefts;
  }

  #count({ origin }: Credentials): void {
    if (origin.isLocal || this.#access.rate.take(origin.address)) return;
    throw new RelayError('too-many-attempts', 'This address asks too often. Wait ten seconds.', {
      retryAfterSeconds: 10,
    });
  }

  /** What is about nothing in particular, or about everybody, is written down by its own route. */
  #record(request: IncomingMessage, { admission }: Entry, permission: Permission, what: string): void {
    const { of, right } = permission;
    if (right === null || (what === 'saw' && !SEEN.includes(of))) return;
    if (what === 'saw' && request.method === 'HEAD') return;
    const { id } = admission.target;
    const about = of === 'video' ? { detail: id } : { camera: id };
    const entry = { who: admission.name, address: admission.address, ...(id === '' ? {} : about) };
    if (what === 'saw') {
      const isSight = of === 'camera' || of === 'video';
      this.#access.audit.recordSight({ ...entry, what: isSight ? (SIGHTS[right] ?? right) : of });
    } else this.#access.audit.record({ ...entry, what });
  }
}

/** What is written down when it is only looked at. */
const SEEN: readonly TargetKind[] = ['camera', 'room', 'resource', 'video'];
/** What reading with a right is called in the audit. */
const SIGHTS: Readonly<Record<string, string>> = { see: 'saw', snapshot: 'saw', replay: 'replayed' };

interface Entry {
  readonly admission: Admission;
  readonly credentials: Credentials;
}

/** Pure: what a route is about, by the parameter of that name in its path; a video's is `:name`. */
function targetOf({ of }: Permission, params: Readonly<Record<string, unknown>>): Target {
  const parameter = of === 'video' ? 'name' : of;
  const id = Object.hasOwn(params, parameter) ? params[parameter] : '';
  return { kind: of, id: typeof id === 'string' ? id : '' };
}
