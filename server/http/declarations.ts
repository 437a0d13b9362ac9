/** What every route and WebSocket path has declared to demand, and the search for one that has declared nothing. */
import type { Express } from 'express';
import type { IRoute } from 'express-serve-static-core';
import type { Permission } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';

/** The permission of each method that has one of its own, and `*` for the others. */
export type Permissions = Readonly<Record<string, Permission>>;

/** One line of the table that a test walks. */
export interface DeclaredRoute {
  /** Methods in capitals; `*` for all, `UPGRADE` for WebSockets. */
  readonly methods: readonly string[];
  readonly path: string;
  readonly permissions: Permissions;
}

interface Layer {
  readonly route?: IRoute;
  readonly handle: object;
}

interface Stack {
  readonly stack: readonly Layer[];
}

export class Declarations {
  readonly #routes = new Map<object, { readonly path: string; readonly permissions: Permissions }>();
  readonly #sockets: DeclaredRoute[] = [];
  /** What stands in a stack and answers nothing by itself, or has been declared. */
  readonly #known = new WeakSet<object>();

  route(route: IRoute, path: string, permissions: Permissions): void {
    this.#routes.set(route, { path, permissions });
  }

  /** Handlers that answer every path that nothing before them took. */
  handlers(handlers: readonly object[], permission: Permission): void {
    for (const handler of handlers) this.pass(handler);
    this.#routes.set(handlers, { path: '/{*path}', permissions: { '*': permission } });
  }

  socket(path: string, permission: Permission): void {
    this.#sockets.push({ methods: ['UPGRADE'], path, permissions: { '*': permission } });
  }

  /** Something that never answers a request that is in order. */
  pass(handler: object): void {
    this.#known.add(handler);
  }

  get all(): DeclaredRoute[] {
    const routes = [...this.#routes].map(([route, declared]) => ({ ...declared, methods: methodsOf(route) }));
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
        if (!this.#routes.has(route)) throw undeclared(`The route ${route.path}`);
      } else {
        if (!this.#known.has(handle)) throw undeclared(nameOf(handle));
        if (isStack(handle)) this.#checkStack(handle.stack);
      }
    }
  }
}

function undeclared(what: string): RelayError {
  return new RelayError('internal', `${what} declares no permission: see http/gate.ts.`);
}

function nameOf(handle: object): string {
  if (isStack(handle)) return 'A router';
  return `The handler ${('name' in handle && String(handle.name)) || '(unnamed)'}`;
}

function isStack(value: object): value is Stack {
  return 'stack' in value && Array.isArray(value.stack);
}

/** Methods that have a handler of their own, or `*`. The guard and the 405 at the end stand for every method. */
function methodsOf(route: object): string[] {
  const layers: readonly Layer[] = isStack(route) ? route.stack : [];
  const methods = layers.flatMap((layer) =>
    'method' in layer && typeof layer.method === 'string' ? [layer.method.toUpperCase()] : [],
  );
  return methods.length > 0 ? [...new Set(methods)] : ['*'];
}
