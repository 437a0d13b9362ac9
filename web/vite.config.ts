/**
 * Builds the two pages (dashboard and embed) into `dist/web`. Addresses are relative, because the relay may sit
 * under a path of a reverse proxy and says so in `<base href>`.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // flv.js is loaded when the first camera is; a preload hint in the page would undo that.
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: here('./index.html'), embed: here('./embed.html') } },
  },
});
