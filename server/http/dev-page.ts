/** The page from its sources, through Vite's middleware with reload. Only in development; Vite is loaded only here. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import type { ReadHtml } from './page.ts';

export interface DevPage {
  readonly middleware: RequestHandler;
  readonly readHtml: ReadHtml;
  /** Vite's reload sockets come to the same server and are its own business. */
  readonly foreignProtocols: readonly string[];
  close(): Promise<void>;
}

export async function devPage(server: Server): Promise<DevPage> {
  const webDir = fileURLToPath(new URL('../../web', import.meta.url));
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: `${webDir}/vite.config.ts`,
    appType: 'custom',
    server: { middlewareMode: true, hmr: { server } },
  });
  return {
    middleware: vite.middlewares,
    readHtml: async (entry, target) => vite.transformIndexHtml(target, await readFile(`${webDir}/${entry}`, 'utf8')),
    foreignProtocols: ['vite-hmr', 'vite-ping'],
    close: () => vite.close(),
  };
}
