/** Serves the built page: hashed assets for ever, HTML always fresh and told its base path. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import compression from 'compression';
import express, { type RequestHandler, Router } from 'express';
import { RelayError } from '../errors.ts';
import { onlyGet } from './only-get.ts';

/** The page as the server needs it, built or from its sources. */
export interface Page {
  readonly parts: readonly (Router | RequestHandler)[];
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
    parts: [pageRoutes(builtHtml(webDir), basePath), builtAssets(webDir)],
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
export function pageRoutes(readHtml: ReadHtml, basePath: string): Router {
  const router = Router();
  const entry =
    (file: string): RequestHandler =>
    async (request, response) => {
      const html = withBase(await readHtml(file, request.originalUrl), basePath);
      response.type('html').set('Cache-Control', 'no-cache').send(html);
    };
  router.route('/').get(entry('index.html')).all(onlyGet);
  router.route('/embed/:camera').get(entry('embed.html')).all(onlyGet);
  return router;
}

/** Everything else that the build wrote, compressed. Names under `assets/` hold a hash of the content. */
function builtAssets(webDir: string): Router {
  const router = Router();
  router.use(compression());
  router.use('/assets', express.static(join(webDir, 'assets'), { index: false, immutable: true, maxAge: '1y' }));
  router.use(express.static(webDir, { index: false }));
  return router;
}
