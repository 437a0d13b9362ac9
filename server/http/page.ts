/** Serves the built page: hashed assets for ever, HTML always fresh and told its base path. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import compression from 'compression';
import express, { type RequestHandler } from 'express';
import { ANYONE, VISITOR } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import type { Gate, RouteTable } from './gate.ts';
import { onlyGet } from './only-get.ts';
import { packedAssets } from './packed-assets.ts';

/** The page as the server needs it, built or from its sources. */
export interface Page {
  /** Anyone may fetch them: they hold nothing but the means to ask, and to sign in. */
  readonly parts: (gate: Gate) => readonly RouteTable[];
  /** Served from its sources: Vite's reload client needs some rights more. */
  readonly dev: boolean;
  /** WebSocket subprotocols of the same server that the page's own tools take care of. */
  readonly foreignProtocols: readonly string[];
  /** Idempotent. */
  close(): Promise<void>;
}

/** The page that `npm run build` wrote to `webDir`. */
export function builtPage(webDir: string, basePath: string): Page {
  return {
    parts: (gate) => [pageRoutes(gate, builtHtml(webDir), basePath), builtAssets(gate, webDir)],
    dev: false,
    foreignProtocols: [],
    close: async () => {},
  };
}

/** Gives the HTML of an entry (`index.html`, `embed.html`) for a request target. */
export type ReadHtml = (entry: string, target: string) => Promise<string>;

/** Pure: relative URLs in the page resolve against this. */
export function withBase(html: string, basePath: string): string {
  return html.replace('<base href="/"', `<base href="${basePath}"`);
}

/** The HTML that `npm run build` wrote. */
function builtHtml(webDir: string): ReadHtml {
  return async (entry) => {
    try {
      return await readFile(join(webDir, entry), 'utf8');
    } catch (cause) {
      throw new RelayError('internal', 'The page is not built: run "npm run build".', { cause });
    }
  };
}

/** The page's HTML entries. */
export function pageRoutes(gate: Gate, readHtml: ReadHtml, basePath: string): RouteTable {
  const routes = gate.table();
  const entry =
    (file: string): RequestHandler =>
    async (request, response) => {
      const html = withBase(await readHtml(file, request.originalUrl), basePath);
      response.type('html').set('Cache-Control', 'no-cache').send(html);
    };
  routes.route('/', ANYONE).get(entry('index.html')).all(onlyGet);
  routes.route('/embed/:camera', VISITOR).get(entry('embed.html')).all(onlyGet);
  routes.route('/embed/video/:name', VISITOR).get(entry('embed.html')).all(onlyGet);
  return routes;
}

const ASSETS = '/assets/';
/** Names there hold a hash of the content. */
const FOR_EVER = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** Everything else that the build wrote, compressed. */
function builtAssets(gate: Gate, webDir: string): RouteTable {
  const routes = gate.table();
  const isHashed = (path: string) => path.startsWith(join(webDir, ASSETS));
  routes.use(
    ANYONE,
    packedAssets(webDir, ASSETS, FOR_EVER),
    compression(),
    express.static(webDir, {
      index: false,
      setHeaders: (response, path) => {
        if (isHashed(path)) response.set(FOR_EVER);
      },
    }),
  );
  return routes;
}
