/**
 * `npm run user`: changes the users file from the command line, also while the relay runs, which notices within a second.
 * Passwords are asked for or come on standard input, never as an argument that others could read.
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { loadConfig } from '../config/load.ts';
import { userNameSchema } from '../config/schema/access.ts';
import { RelayError } from '../errors.ts';
import { ROLES, type Role } from '../protocol.ts';
import { hashPassword, passwordProblem } from './passwords.ts';
import { Users } from './users.ts';

const USAGE = `Usage: npm run user -- COMMAND [--config FILE]

  add NAME [--role viewer|operator|admin]   makes a user, or gives one a new password and role
  remove NAME                               takes a user away
  list                                      shows the users
  hash                                      prints the hash of a password, for access.users in the configuration

The password is asked for, or read from standard input:  npm run user -- add anna --role admin < password.txt
`;

/** Where it reads and writes; the process's own streams outside of tests. */
export interface CommandStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

interface Options {
  readonly words: readonly string[];
  readonly role: Role;
  readonly config: string;
}

/** Runs one command; resolves with the exit code: 0, or 2 for what was not understood or not allowed. */
export async function userCommand(argv: readonly string[], streams: CommandStreams): Promise<number> {
  const say = (text: string) => void streams.output.write(`${text}\n`);
  try {
    const options = readOptions(argv);
    const [command, name] = options.words;
    if (command === 'hash') {
      say(await hashPassword(await askPassword(streams, '')));
      return 0;
    }
    if (command !== 'add' && command !== 'remove' && command !== 'list') {
      streams.output.write(USAGE);
      return command === undefined || command === 'help' ? 0 : 2;
    }
    const { config, dataDir } = await loadConfig(options.config);
    const users = new Users(config.access.users, dataDir);
    await users.load();
    if (command === 'list') {
      for (const { name: known, role, configured } of users.infos)
        say(`${known}\t${role}${configured ? '\t(config)' : ''}`);
    } else if (command === 'remove') {
      await users.delete(checkName(name));
      say(`${name} is no user any more.`);
    } else {
      await add(users, checkName(name), options.role, await askPassword(streams, checkName(name)));
      say(`${name} can sign in (${options.role}).`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    say(error.message);
    return 2;
  }
}

async function add(users: Users, name: string, role: Role, password: string): Promise<void> {
  const problem = passwordProblem(password, name);
  if (problem !== null) throw new RelayError('bad-request', problem);
  const known = users.get(name);
  await users.put(name, { ...known, role, passwordHash: await hashPassword(password) });
}

function readOptions(argv: readonly string[]): Options {
  const words: string[] = [];
  let role: Role = 'viewer';
  let config = 'ffmpeg.config.json';
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--config') config = rest.shift() ?? '';
    else if (word === '--role') role = checkRole(rest.shift());
    else if (word.startsWith('-')) throw new RelayError('bad-request', `Unknown option ${word}.\n${USAGE}`);
    else words.push(word);
  }
  return { words, role, config };
}

function checkRole(text: string | undefined): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new RelayError('bad-request', `--role is one of ${ROLES.join(', ')}.`);
  return role;
}

function checkName(name: string | undefined): string {
  const parsed = userNameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new RelayError('bad-request', 'A name has letters, digits, ".", "_", "@" and "-", at most 64.');
}

/** The first line; at a terminal what is typed is not shown. */
async function askPassword({ input, output }: CommandStreams, name: string): Promise<string> {
  const hidden = input.isTTY === true;
  if (hidden) output.write(name === '' ? 'Password: ' : `Password for ${name}: `);
  const lines = createInterface({ input, terminal: hidden, ...(hidden ? { output: silence() } : {}) });
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
    if (hidden) output.write('\n');
  }
  throw new RelayError('bad-request', 'No password came.');
}

/** A terminal's echo goes here. */
function silence(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
