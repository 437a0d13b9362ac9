/**
 * Builds the two pages (dashboard and embed) into `dist/web`. Addresses are relative, because the relay may sit
 * under a path of a reverse proxy and says so in `<base href>`.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Files in the order in which a first picture needs them, few, since each costs a visit a round trip: `start` opens the
 * stream, `page` shows it. Engines, and what few visits need, come by themselves.
 */
const CHUNKS = [
  { name: 'start', test: /web\/player\/(prepare|picked-engine)\.ts/, priority: 2 },
  {
    name: 'page',
    test: /node_modules\/preact\/|web\/(api|context|clipboard)\.ts|web\/i18n\/index\.ts|web\/player\/use-|web\/dashboard\/(icons|veil|tile-status|numbers|lazy|memo|route|tile-actions)/,
    priority: 1,
  },
];

/** What an HTML file should send for although no import of its entry says so: chunks by name. */
const PRELOADED: Readonly<Record<string, readonly string[]>> = {
  'index.html': ['flv-engine'],
  'embed.html': ['page', 'embed', 'flv-engine'],
};

const preloadLateImports: Plugin = {
  name: 'preload-late-imports',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle, chunk: entry, filename }) =>
      Object.values(bundle ?? {})
        .filter((file) => file.type === 'chunk' && file !== entry)
        .filter(({ name }) => PRELOADED[basename(filename)]?.includes(name ?? ''))
        .map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
          injectTo: 'head',
        })),
  },
};

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [preloadLateImports],
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // The page says at once what it will import, so that nothing waits for a file to name the next.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, files, { hostType }) => (hostType === 'html' ? files : []),
    },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: here('./index.html'), embed: here('./embed.html') },
      output: { codeSplitting: { groups: CHUNKS } },
    },
  },
});
