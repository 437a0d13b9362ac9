/** The page from its sources, through Vite's middleware with reload. Only in development; Vite is loaded only here. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ANYONE } from '../access/permissions.ts';
import { type Page, pageRoutes, type ReadHtml } from './page.ts';

/** Vite's reload sockets come to the same server and are its own business: see `foreignProtocols`. */
export async function devPage(server: Server, basePath: string): Promise<Page> {
  const webDir = fileURLToPath(new URL('../../web', import.meta.url));
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: `${webDir}/vite.config.ts`,
    appType: 'custom',
    server: { middlewareMode: true, hmr: { server } },
  });
  const readHtml: ReadHtml = async (entry, target) =>
    vite.transformIndexHtml(target, await readFile(`${webDir}/${entry}`, 'utf8'));
  return {
    parts: (gate) => {
      const vites = gate.table();
      // In a handler of ours, because the gate would look into Vite's own stack for routes that declare what they demand.
      vites.use(ANYONE, (request, response, next) => vite.middlewares(request, response, next));
      return [pageRoutes(gate, readHtml, basePath), vites];
    },
    dev: true,
    foreignProtocols: ['vite-hmr', 'vite-ping'],
    close: () => vite.close(),
  };
}
