/** `npm run user`: users from the command line. Runs the built server's code where there is one, else the sources. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const built = join(ROOT, 'dist/server/access/user-command.js');
const source = join(ROOT, 'server/access/user-command.ts');

const isBuilt = existsSync(built) && !existsSync(join(ROOT, 'node_modules/tsx'));
if (!isBuilt) (await import('tsx/esm/api')).register();
const { userCommand } = await import(pathToFileURL(isBuilt ? built : source).href);
process.exitCode = await userCommand(process.argv.slice(2), { input: process.stdin, output: process.stdout });
