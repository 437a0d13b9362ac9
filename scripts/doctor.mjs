/** `npm run doctor`: sets the machine up, builds the server if it is out of date, and examines the cameras. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { programsToRun } from './lib/machine.mjs';
import { exitWith, ROOT, setup } from './setup.mjs';

try {
  await setup(programsToRun(process.argv.slice(2), ROOT));
  await build();
} catch (error) {
  exitWith(error);
}

await import(pathToFileURL(join(ROOT, 'dist/server/doctor-main.js')).href);
