/**
 * Brings a machine to where Sightline runs on it: a new enough Node, the npm packages, the system's programs. Does
 * nothing, and starts no process, when all is there. Everything said goes to standard error.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { installKey, isInstalled, nodeProblem } from './lib/install-state.mjs';
import { findMissing, readRights } from './lib/machine.mjs';
import { commandText, listInWords, planInstall, refreshCommand, TITLES } from './lib/programs.mjs';
import { run } from './lib/run.mjs';

/** The repository's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A reason to stop that needs no stack: the message is for the person at the keyboard. */
export class SetupError extends Error {}

/**
 * Rejects with SetupError when something is missing and could not be installed.
 * @param {readonly import('./lib/programs.mjs').Need[]} needs system programs
 */
export async function setup(needs) {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const problem = nodeProblem(process.versions.node, engines.node);
  if (problem !== undefined) throw new SetupError(problem);
  // First what may need an answer, so that nobody waits for the packages to be asked or refused.
  const missing = await findMissing(needs);
  if (missing.length > 0) await installPrograms(missing);
  await installPackages();
}

/** Ends a script by the error: a sentence for SetupError, the stack for anything else. @param {unknown} error */
export function exitWith(error) {
  say(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error));
  process.exit(1);
}

async function installPackages() {
  const lockText = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const machine = { platform: process.platform, arch: process.arch, abi: process.versions.modules };
  const key = installKey(lockText, machine);
  const stamp = join(ROOT, 'node_modules', '.sightline-install');
  if (readIfThere(stamp) === key) return;

  const installed = readIfThere(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed === undefined || !isInstalled(JSON.parse(lockText), JSON.parse(installed), machine)) {
    say('Installing packages …');
    const options = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const code = await run([...npm(), 'ci', ...options], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (code !== 0) throw new SetupError('The packages could not be installed; npm’s message above says why.');
  }
  writeFileSync(stamp, key);
}

/** The npm that runs us, by Node itself: the `npm` on PATH may be another one, or a script that needs a shell. */
function npm() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') && existsSync(cli) ? [process.execPath, cli] : ['npm'];
}

/** @param {readonly import('./lib/programs.mjs').Need[]} missing */
async function installPrograms(missing) {
  const rights = readRights();
  const plan = planInstall(missing, rights);
  if (plan.kind === 'refuse') throw new SetupError(plan.sentence);

  const names = listInWords(missing.map((need) => TITLES[need]));
  if (plan.kind === 'install') say(`Installing ${names}: ${commandText(plan.commands)}`);
  else if (!(await agrees(names, commandText(plan.commands)))) {
    throw new SetupError(`Not installed. To do it yourself:\n\n  ${commandText(plan.commands)}\n`);
  }

  const failed = await runAll(plan.commands, rights.manager);
  const still = failed ? missing : await findMissing(missing);
  if (still.length > 0) {
    const what = listInWords(still.map((need) => TITLES[need]));
    throw new SetupError(`${what} could not be installed. Try it yourself:\n\n  ${commandText(plan.commands)}\n`);
  }
}

/**
 * @param {readonly string[][]} commands @param {import('./lib/programs.mjs').Manager | undefined} manager
 * @returns {Promise<boolean>} true when it failed
 */
async function runAll(commands, manager) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const elevation = commands[0]?.[0] === 'sudo' ? ['sudo'] : [];
  const refreshArguments = manager === undefined ? undefined : refreshCommand(manager);
  const refresh = refreshArguments && [...elevation, ...refreshArguments];
  /** @param {readonly string[]} command */
  const isDone = async (command) => (await run(command, { env, stdio: ['inherit', 2, 2] })) === 0;

  let refreshed = false;
  const refreshOnce = async () => {
    if (refreshed || refresh === undefined) return false;
    refreshed = true;
    return isDone(refresh);
  };
  for (const command of commands) {
    // A list that cannot be fetched need not be the one that is wanted.
    if (command.join(' ') === refresh?.join(' ')) await refreshOnce();
    else if (!(await isDone(command)) && !((await refreshOnce()) && (await isDone(command)))) return true;
  }
  return false;
}

/** @param {string} names @param {string} command */
async function agrees(names, command) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Sightline needs ${names}. Install now?\n\n  ${command}\n\n[Y/n] `);
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** @param {string} file @returns {string | undefined} */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}
