/**
 * `npm start` and `npm run dev`: sets the machine up, builds what is out of date, then becomes the server, in this
 * very process, so that signals and exit codes are the server's own.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { programsToRun } from './lib/machine.mjs';
import { exitWith, ROOT, setup } from './setup.mjs';

const argv = process.argv.slice(2);
const isDev = argv.includes('--dev');

try {
  await setup(programsToRun(argv, ROOT));
  if (!isDev) await build();
} catch (error) {
  exitWith(error);
}

closeWithParent();
const main = join(ROOT, isDev ? 'server/main.ts' : 'dist/server/main.js');
process.argv[1] = main;
if (isDev) (await import('tsx/esm/api')).register();
await import(pathToFileURL(main).href);

/**
 * An npm that is killed takes its shell along but not what that ran; the parent then changes. Outside of npm a changed
 * parent means nothing: a terminal was closed behind `nohup`.
 */
function closeWithParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
