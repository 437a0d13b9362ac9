/**
 * Builds the two pages (dashboard and embed) into `dist/web`. Addresses are relative, because the relay may sit
 * under a path of a reverse proxy and says so in `<base href>`.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Files in the order in which a first picture needs them, few, since each costs a visit a round trip: `start` opens the
 * stream and plays it, `page` says what it is. Engines, and what few visits need, come by themselves.
 */
const CHUNKS = [
  { name: 'start', test: /web\/player\/(prepare|picked-engine|early-player)\.ts/, priority: 2 },
  {
    name: 'page',
    test: /node_modules\/preact\/|web\/(api|context|clipboard)\.ts|web\/i18n\/index\.ts|web\/player\/use-|web\/dashboard\/(camera-picture|icons|veil|tile-status|numbers|lazy|memo|route|tile-actions)/,
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

/**
 * flv.js is a script of the old kind. As a module of its own it needs no loader for such scripts, which would be one
 * more file on the way to the first picture.
 */
const flvAsModule: Plugin = {
  name: 'flv-as-module',
  apply: 'build',
  enforce: 'pre',
  transform: {
    filter: { id: /node_modules\/flv\.js\/dist\/flv\.js$/ },
    handler: (code) =>
      `const module = { exports: {} };\nconst { exports } = module;\n${code}\nexport default module.exports;\n`,
  },
};

/** Less is not worth a file. */
const PACK_FROM_BYTES = 1024;

/** Packs each file once, as small as it gets, so that the server need not do it for every visit. */
const packAssets: Plugin = {
  name: 'pack-assets',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (!/^assets\/.*\.(js|css)$/.test(file.fileName)) continue;
        const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        if (source.length < PACK_FROM_BYTES) continue;
        const brotli = {
          params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: source.length },
        };
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(source, brotli) });
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      }
    },
  },
};

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [flvAsModule, preloadLateImports, packAssets],
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
