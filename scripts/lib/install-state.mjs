/**
 * Decides whether this Node can run Sightline and whether node_modules is what the lock file asks for. Pure; the
 * installing itself is done by `setup.mjs`.
 */
import { createHash } from 'node:crypto';

/**
 * @typedef {{ platform: string, arch: string, abi: string }} Machine what a compiled package depends on
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lock package-lock.json or node_modules/.package-lock.json
 */

/**
 * Pure: undefined when the version is new enough, else a sentence for people.
 * @param {string} version as in process.versions.node
 * @param {string} range as in package.json's `engines`: `>=major.minor`, before it lines of one major as
 *   `^major.minor ||`
 * @returns {string | undefined}
 */
export function nodeProblem(version, range) {
  const [major, minor] = numbers(version);
  const lines = range.split('||').map((text) => {
    const [fromMajor, fromMinor] = numbers(text);
    const isOneMajor = text.trim().startsWith('^');
    const fits = major === fromMajor ? minor >= fromMinor : major > fromMajor && !isOneMajor;
    return { fits, words: `${fromMajor}.${fromMinor} or ${isOneMajor ? `a later ${fromMajor}` : 'newer'}` };
  });
  if (lines.some(({ fits }) => fits)) return undefined;
  const needed = lines.map(({ words }) => words).join(', or ');
  return `Sightline needs Node ${needed}; this is Node ${version}. See https://nodejs.org.`;
}

/** @param {string} text @returns {[number, number]} */
function numbers(text) {
  const [major = 0, minor = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return [major, minor];
}

/**
 * Pure: what an installation is remembered by. Not a time: a checkout changes times without changing contents.
 * @param {string} lockText @param {Machine} machine
 */
export function installKey(lockText, machine) {
  const hash = createHash('sha256').update(lockText);
  return hash.update(`\0${machine.platform}\0${machine.arch}\0${machine.abi}`).digest('hex');
}

/**
 * Pure: true when an installation made by npm itself (it leaves a lock file of its own in node_modules) already holds
 * every package this machine needs, so that it need not be thrown away and made again.
 * @param {Lock} wanted @param {Lock} installed @param {Machine} machine
 */
export function isInstalled(wanted, installed, machine) {
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed.packages?.[path];
    if (present !== undefined) return present.version === entry.version;
    return entry.optional === true && !isForThisMachine(entry, machine);
  });
}

/**
 * Packages bound to a C library, or to no machine at all, may be missing for reasons that only npm knows.
 * @param {LockEntry} entry @param {Machine} machine
 */
function isForThisMachine({ os, cpu, libc }, machine) {
  if (libc !== undefined || (os === undefined && cpu === undefined)) return false;
  return suits(os, machine.platform) && suits(cpu, machine.arch);
}

/** @param {string[] | undefined} allowed names, or with a leading `!` exclusions @param {string} name */
function suits(allowed, name) {
  if (allowed === undefined) return true;
  return allowed.includes(name) || (allowed.every((item) => item.startsWith('!')) && !allowed.includes(`!${name}`));
}
