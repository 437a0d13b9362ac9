/**
 * Builds what is out of date: the server by the TypeScript compiler, the page by Vite, both into dist. Knows by the
 * contents of the sources what that is. Run by itself: `npm run build`.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprint, listFiles } from './lib/fingerprint.mjs';
import { run } from './lib/run.mjs';
import { exitWith, ROOT, SetupError, setup } from './setup.mjs';

/**
 * @typedef {{ name: string, inputs: string[], result: string, build: () => Promise<number> }} Part
 *   `result` is a file that a finished build leaves
 */

/** @type {readonly Part[]} */
const PARTS = [
  {
    name: 'server',
    inputs: ['server', 'tsconfig.json', 'package-lock.json'],
    result: 'dist/server/main.js',
    build: buildServer,
  },
  {
    name: 'page',
    inputs: ['web', 'server/protocol.ts', 'server/protocol', 'tsconfig.json', 'package-lock.json'],
    result: 'dist/web/index.html',
    build: () => node('vite/bin/vite.js', 'build', 'web', '--config', 'web/vite.config.ts', '--logLevel', 'warn'),
  },
];

/** Rejects with SetupError when a part does not build; the compiler's own words are on standard error by then. */
export async function build() {
  for (const part of PARTS) {
    const stamp = join(ROOT, 'dist', `.${part.name}.inputs`);
    const inputs = fingerprint(ROOT, part.inputs);
    const isCurrent =
      existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs && existsSync(join(ROOT, part.result));
    if (isCurrent) continue;
    process.stderr.write(`Building the ${part.name} …\n`);
    if ((await part.build()) !== 0) throw new SetupError(`The ${part.name} could not be built; see above.`);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, inputs);
  }
}

async function buildServer() {
  // What an older version left would be loaded as if it were of this one.
  rmSync(join(ROOT, 'dist/server'), { recursive: true, force: true });
  // The compiler goes by its own notes and would not write again what was deleted from dist.
  const code = await node('typescript/bin/tsc', '-b', '--force', 'server');
  if (code !== 0) return code;
  const assets = listFiles(ROOT, 'server').filter((path) => !/\.ts$|(^|\/)tsconfig[^/]*\.json$/.test(path));
  for (const path of assets) {
    mkdirSync(dirname(join(ROOT, 'dist', path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(ROOT, 'dist', path));
  }
  return 0;
}

/** @param {string} script under node_modules @param {string[]} args */
function node(script, ...args) {
  return run([process.execPath, join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup([]).then(build).catch(exitWith);
}
