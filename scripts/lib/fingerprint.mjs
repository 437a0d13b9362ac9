/**
 * One hash over the contents of files and folders, by which a build is remembered. Not by times, which a checkout or
 * a copy changes without changing a byte.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The hash of every file under the paths, by name and content. Tests do not count, since no build contains them; a
 * path that does not exist counts as such.
 * @param {string} root @param {readonly string[]} paths relative to root
 */
export function fingerprint(root, paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap((start) => listFiles(root, start)).sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/**
 * Every file under a path, relative to root, without tests and hidden files.
 * @param {string} root @param {string} path @returns {string[]}
 */
export function listFiles(root, path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !/\.(test|fixture)\.ts$/.test(name))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}
