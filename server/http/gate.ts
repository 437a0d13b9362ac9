/**
 * The one gate: every route and every WebSocket path declares what it demands, and nobody passes without it. What a
 * person may is decided by `access/permissions.ts`; who they are is found by `access/`.
 */
import type { IncomingMessage } from 'node:http';
import { type Express, type RequestHandler, Router } from 'express';
import type { IRoute } from 'express-serve-static-core';
import { decide, hasRight, type Permission, type Target, type Who } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import type { Right } from '../protocol.ts';

/** Finds out who is asking. */
export interface Doorkeeper {
  identify(request: IncomingMessage): Who;
}

/** One line of the table that a test walks. */
export interface DeclaredRoute {
  /** Methods in capitals; `*` for all, `UPGRADE` for WebSockets. */
  readonly methods: readonly string[];
  readonly path: string;
  /** The permission of each method that has one of its own, and `*` for the others. */
  readonly permissions: Readonly<Record<string, Permission>>;
}

/** One permission for every method of a route, or one for each: `{ GET: …, DELETE: … }`; HEAD goes with GET. */
export type RoutePermission = Permission | Readonly<Record<string, Permission>>;

/** Somebody who has passed the gate with one request. */
export class Admission {
  readonly who: Who;
  readonly #target: Target;

  constructor(who: Who, target: Target) {
    this.who = who;
    this.#target = target;
  }

  /** Whether they also have this right, on what the route is about or on something else. */
  may(right: Right, target: Target = this.#target): boolean {
    return hasRight(this.who, right, target);
  }
}

const admissions = new WeakMap<IncomingMessage, Admission>();

/** Of a request that the gate has let through. */
export function admissionOf(request: IncomingMessage): Admission {
  const admission = admissions.get(request);
  if (admission === undefined) throw new RelayError('internal', 'The request did not pass the gate.');
  return admission;
}

/** A part of the route table. Routes are Express's own, each with its permission before its handlers. */
export interface RouteTable {
  readonly router: Router;
  route<Path extends string>(path: Path, permission: RoutePermission): IRoute<Path>;
  /** Handlers that answer many paths, such as files of a folder. */
  use(permission: Permission, ...handlers: RequestHandler[]): void;
}

interface Declaration {
  readonly path: string;
  readonly permissions: Readonly<Record<string, Permission>>;
  /** Null for `use`. */
  readonly route: IRoute | null;
}

export class Gate {
  readonly #doorkeeper: Doorkeeper;
  readonly #routes = new Map<unknown, Declaration>();
  readonly #sockets: DeclaredRoute[] = [];
  /** What stands in the stack and answers nothing by itself, or has been declared. */
  readonly #known = new WeakSet<object>();

  constructor(doorkeeper: Doorkeeper) {
    this.#doorkeeper = doorkeeper;
  }

  /** An empty part of the route table, to be mounted with `app.use(part.router)`. */
  table(): RouteTable {
    const router = Router();
    this.#known.add(router);
    return {
      router,
      route: (path, permission) => {
        const permissions = 'of' in permission ? { '*': permission as Permission } : permission;
        const route = router.route(path);
        this.#routes.set(route, { path, permissions, route: route as unknown as IRoute });
        (route as unknown as IRoute).all(this.#guard(permissions));
        return route;
      },
      use: (permission, ...handlers) => {
        const guard = this.#guard({ '*': permission });
        for (const handler of [guard, ...handlers]) this.#known.add(handler);
        this.#routes.set(handlers, { path: '/{*path}', permissions: { '*': permission }, route: null });
        router.use(guard, ...handlers);
      },
    };
  }

  /** Marks a handler that never answers a request that is in order, such as one that sets headers. */
  passing<Handler extends object>(handler: Handler): Handler {
    this.#known.add(handler);
    return handler;
  }

  /** Declares a WebSocket path, for the table; `admit` guards it. */
  declareSocket(path: string, permission: Permission): void {
    this.#sockets.push({ methods: ['UPGRADE'], path, permissions: { '*': permission } });
  }

  /**
   * Lets a request in or not.
   * @throws RelayError `not-signed-in`, `not-allowed`, or the code of what does not exist
   */
  admit(request: IncomingMessage, permission: Permission, params: Readonly<Record<string, unknown>>): Admission {
    const who = this.#doorkeeper.identify(request);
    const target = targetOf(permission, params);
    const verdict = decide(who, permission.right, target);
    if (!verdict.ok) throw new RelayError(verdict.code, verdict.why);
    const admission = new Admission(who, target);
    admissions.set(request, admission);
    return admission;
  }

  /** Every route and WebSocket path with what it demands. */
  get declared(): DeclaredRoute[] {
    const routes = [...this.#routes.values()].map(({ path, permissions, route }) => ({
      methods: route === null ? ['*'] : methodsOf(route),
      path,
      permissions,
    }));
    return [...routes, ...this.#sockets];
  }

  /**
   * Looks through everything that may answer in an app.
   * @throws RelayError `internal` that names a route or handler that does not say what it demands
   */
  check(app: Express): void {
    this.#checkStack((app.router as unknown as Stack).stack);
  }

  #checkStack(stack: readonly Layer[]): void {
    for (const { route, handle } of stack) {
      if (route !== undefined) {
        if (this.#routes.has(route)) continue;
        throw new RelayError('internal', `The route ${route.path} declares no permission: see http/gate.ts.`);
      }
      if (!this.#known.has(handle)) {
        const name =
          'stack' in handle ? 'A router' : `The handler ${(handle as { name?: string }).name || '(unnamed)'}`;
        throw new RelayError('internal', `${name} declares no permission: see http/gate.ts.`);
      }
      if (isStack(handle)) this.#checkStack(handle.stack);
    }
  }

  #guard(permissions: Readonly<Record<string, Permission>>): RequestHandler {
    return (request, _response, next) => {
      const method = request.method === 'HEAD' && permissions.HEAD === undefined ? 'GET' : request.method;
      const permission = permissions[method] ?? permissions['*'];
      // The route's own end answers 405 for a method that it does not have.
      if (permission !== undefined) this.admit(request, permission, request.params);
      next();
    };
  }
}

interface Layer {
  readonly route?: IRoute;
  readonly handle: object;
}

interface Stack {
  readonly stack: readonly Layer[];
}

function isStack(handle: object): handle is Stack {
  return 'stack' in handle && Array.isArray(handle.stack);
}

/** Pure: what a route is about, by the parameter of that name in its path. */
function targetOf({ of }: Permission, params: Readonly<Record<string, unknown>>): Target {
  const id = Object.hasOwn(params, of) ? params[of] : '';
  return { kind: of, id: typeof id === 'string' ? id : '' };
}

/** Methods that have a handler of their own, or `*`. The guard and the 405 at the end stand for every method. */
function methodsOf(route: IRoute): string[] {
  const methods = route.stack.flatMap((layer) =>
    'method' in layer && typeof layer.method === 'string' ? [layer.method] : [],
  );
  const own = [...new Set(methods.map((method) => method.toUpperCase()))];
  return own.length > 0 ? own : ['*'];
}
