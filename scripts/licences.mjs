/** Prints what the program is made of beside its own code, by the lock file: name, version, licence. `npm run licences` */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {{ readonly name: string, readonly version: string, readonly licence: string, readonly dev: boolean,
 *   readonly hasInstallScript: boolean, readonly integrity: string | null, readonly from: string }} Package
 */

/** Old packages whose licence stands in a file and not in their package.json. @type {Record<string, string>} */
const SAID_IN_A_FILE = { 'async 0.2.10': 'MIT' };

/** Pure: every package of a lock file (version 3), in the order of their names. @returns {Package[]} */
export function packagesOf(/** @type {string} */ lock) {
  /** @type {Record<string, any>} */
  const entries = JSON.parse(lock).packages;
  return Object.entries(entries)
    .filter(([path, entry]) => path !== '' && entry.link !== true)
    .map(([path, entry]) => ({
      ...entry,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    }))
    .map((entry) => ({
      name: entry.name,
      version: entry.version,
      licence: entry.license ?? SAID_IN_A_FILE[`${entry.name} ${entry.version}`] ?? 'not said',
      dev: entry.dev === true || entry.devOptional === true,
      hasInstallScript: entry.hasInstallScript === true,
      integrity: entry.integrity ?? null,
      from: entry.resolved ?? '',
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  const used = packagesOf(lock).filter(({ dev }) => !dev);
  for (const { name, version, licence } of used) process.stdout.write(`${name} ${version}: ${licence}\n`);
}
