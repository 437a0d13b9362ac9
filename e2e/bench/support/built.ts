/** The product as `npm start` runs it: benches measure that, and not sources compiled as they are loaded. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The built page, once `buildProduct` has resolved. */
export const WEB_DIR = fileURLToPath(new URL('../../../dist/web', import.meta.url));
/** URL of the folder with the built server. */
export const SERVER_URL = new URL('../../../dist/server/', import.meta.url);

let building: Promise<void> | null = null;

/** Builds what is out of date, once in a bench's life. */
export function buildProduct(): Promise<void> {
  building ??= build();
  return building;
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error('The product could not be built.');
}
