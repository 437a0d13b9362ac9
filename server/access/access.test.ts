import { EventEmitter } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { userSchema } from '../config/schema/access.ts';
import { redactUrls } from '../ffmpeg/redact.ts';
import { RIGHTS, ROLES } from '../protocol.ts';
import { AccessAudit } from './audit.ts';
import { limitConnections } from './connection-limit.ts';
import { Grants } from './grants.ts';
import { hashPassword, isPassword, passwordProblem } from './passwords.ts';
import { RequestRate } from './request-rate.ts';
import { newCode, newSecret, sign, unsign } from './secrets.ts';
import { Sessions } from './sessions.ts';
import { SetupCode } from './setup-code.ts';
import { StateFile } from './state-file.ts';
import { userCommand } from './user-command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-access-unit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the configuration knows the same rights and roles as the protocol', () => {
  const hash = `scrypt$14$8$5$${'a'.repeat(22)}$${'b'.repeat(43)}`;
  const parse = (role: string, right: string) =>
    userSchema.safeParse({ passwordHash: hash, role, cameras: { yard: [right] } }).success;
  for (const role of ROLES) for (const right of RIGHTS) expect(parse(role, right)).toBe(true);
  expect(parse('root', 'see')).toBe(false);
  expect(parse('admin', 'fly')).toBe(false);
});

describe('a password', () => {
  it('is kept as a salted hash that only it fits', async () => {
    const hash = await hashPassword('pässword one');
    expect(await hashPassword('pässword one')).not.toBe(hash);
    expect(await isPassword('pässword one'.normalize('NFD'), hash)).toBe(true);
    expect(await isPassword('pässword two', hash)).toBe(false);
    expect(await isPassword('pässword one', undefined)).toBe(false);
    expect(await isPassword('x', 'scrypt$30$8$1$AAAA$AAAA')).toBe(false);
  });

  it.each([
    ['short', 'anna', 'at least'],
    ['Annabella', 'annabella', 'the name'],
    ['aaaaaaaaaaaa', 'anna', 'repeats'],
    ['x'.repeat(300), 'anna', 'at most'],
  ])('%s is not taken', (password, name, why) => {
    expect(passwordProblem(password, name)).toContain(why);
  });
});

describe('a signed value', () => {
  const key = Buffer.alloc(32, 1);
  it('is read back with the same key, and with no other nor changed', () => {
    const text = sign('sls_value', key);
    expect(unsign(text, key)).toBe('sls_value');
    expect(unsign(text, Buffer.alloc(32, 2))).toBeNull();
    expect(unsign(text.replace('value', 'other'), key)).toBeNull();
    for (const bad of ['', '.', 'x', '.x', 'sls_value.']) expect(unsign(bad, key)).toBeNull();
  });

  it('never stands in a text that was redacted, nor does any other secret of ours', async () => {
    for (const secret of [
      sign(newSecret('session'), key),
      newSecret('token'),
      newSecret('grant'),
      await hashPassword('a long one'),
    ]) {
      expect(redactUrls(`GET /x?grant=${secret}&y "${secret}"`)).not.toContain(secret.slice(-12));
    }
  });
});

it('requests are counted by address, in windows', () => {
  let nowMs = 0;
  const rate = new RequestRate(1, () => nowMs);
  for (let i = 0; i < 10; i++) expect(rate.take('a')).toBe(true);
  expect(rate.take('a')).toBe(false);
  expect(rate.take('b')).toBe(true);
  nowMs = 10_000;
  expect(rate.take('a')).toBe(true);
});

it('connections are counted by address, but not of this machine or a trusted proxy', () => {
  const server = new EventEmitter();
  limitConnections(server as never, 2, (address) => address === '10.0.0.1');
  const connect = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, isCut: false, destroy: () => {} });
    socket.destroy = () => {
      socket.isCut = true;
    };
    server.emit('connection', socket);
    return socket;
  };
  const sockets = [1, 2, 3].map(() => connect('203.0.113.1'));
  expect(sockets.map(({ isCut }) => isCut)).toEqual([false, false, true]);
  expect(connect('203.0.113.2').isCut).toBe(false);
  sockets[0]!.emit('close');
  expect(connect('::ffff:203.0.113.1').isCut).toBe(false);
  for (const address of ['127.0.0.1', '10.0.0.1']) {
    expect([1, 2, 3].map(() => connect(address).isCut)).toEqual([false, false, false]);
  }
});

describe('the set-up code', () => {
  it('is right in capitals or not, works while it is out, and changes after ten wrong guesses', () => {
    const printed: string[] = [];
    const setup = new SetupCode((code) => printed.push(code));
    expect(setup.isRight('')).toBe(false);
    expect(setup.announce()).toBe(true);
    expect(setup.announce()).toBe(false);
    expect(setup.isRight(` ${printed[0]!.toLowerCase().replaceAll('-', '')} `)).toBe(true);
    for (let i = 0; i < 10; i++) expect(setup.isRight(newCode())).toBe(false);
    expect(printed.length).toBe(2);
    expect(setup.isRight(printed[0]!)).toBe(false);
    expect(setup.isRight(printed[1]!)).toBe(true);
    setup.end();
    expect(setup.isRight(printed[1]!)).toBe(false);
  });
});

describe('a state file', () => {
  const schema = z.strictObject({ n: z.number() });
  it('is written for its owner alone, comes back, and notices another writer', async () => {
    const file = new StateFile(join(folder, 'deep/state.json'), schema);
    expect(await file.load()).toBeUndefined();
    let n = 1;
    const writes = [file.save(() => ({ n })), file.save(() => ({ n }))];
    n = 2;
    await Promise.all(writes);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await new StateFile(file.path, schema).load()).toEqual({ n: 2 });
    expect(await file.hasChanged()).toBe(false);
    await writeFile(file.path, '{"n": 12345}');
    expect(await file.hasChanged()).toBe(true);
  });

  it.each(['', '{', '{"n":"x"}', '[]'])('that holds %j stops the start', async (text) => {
    const path = join(folder, 'bad.json');
    await writeFile(path, text);
    await expect(new StateFile(path, schema).load()).rejects.toMatchObject({ code: 'config' });
  });
});

describe('the audit', () => {
  it('is read on past what a crash has cut, and loses nothing that comes after', async () => {
    const path = join(folder, 'a', 'access', 'audit.jsonl');
    const before = new AccessAudit(join(folder, 'a'), pino({ level: 'silent' }));
    before.record({ who: 'anna', address: '', what: 'saw' });
    await before.close();
    await appendFile(path, '{"at":"2026-11-22T08:00:0');
    const audit = new AccessAudit(join(folder, 'a'), pino({ level: 'silent' }));
    for (const who of ['ben', 'cleo']) audit.record({ who, address: '', what: 'saw' });
    expect((await audit.latest(9)).map(({ who }) => who)).toEqual(['cleo', 'ben', 'anna']);
    await appendFile(path, '{"at":"{"at":"x"}\n\0\0\0\n');
    expect(await audit.latest(9)).toHaveLength(3);
  });
});

describe('sessions', () => {
  it('last while they are used, and not for ever', async () => {
    let nowMs = 1_000_000;
    const sessions = new Sessions({ dataDir: join(folder, 's'), idleMs: 10_000, maxMs: 25_000, now: () => nowMs });
    const { cookie } = await sessions.begin('anna', { address: '', userAgent: '' });
    for (let i = 0; i < 3; i++) {
      nowMs += 8_000;
      sessions.touch(sessions.find(cookie)!);
    }
    nowMs += 2_000;
    expect(sessions.find(cookie)).toBeNull();
    await sessions.close();
  });
});

describe('a link’s viewers', () => {
  it('by pieces are counted once each, until they stay away', async () => {
    let nowMs = Date.now();
    const grants = new Grants(join(folder, 'g'), () => nowMs);
    const expires = new Date(nowMs + 100_000).toISOString();
    const { info } = await grants.create({ camera: 'yard', expires, maxViewers: 1 }, 'anna');
    const pieces = (key: string) => () => grants.enter(info.id, { kind: 'pieces', key });
    const got = [pieces('a')(), pieces('a')()];
    expect(pieces('b')).toThrow('All 1 places');
    nowMs += 16_000;
    // One long download is a viewer still.
    expect(pieces('b')).toThrow('All 1 places');
    for (const end of [...got, ...got]) end();
    expect(pieces('b')).toThrow('All 1 places');
    nowMs += 16_000;
    const leave = grants.enter(info.id, { kind: 'stream', key: 'b' });
    expect(pieces('a')).toThrow();
    leave();
    leave();
    pieces('a')();
    await grants.close();
  });
});

describe('npm run user', () => {
  const run = async (argv: readonly string[], password = '') => {
    const input = new PassThrough();
    input.end(`${password}\n`);
    const output = new PassThrough();
    const code = await userCommand([...argv, '--config', join(folder, 'config.json')], { input, output });
    return { code, text: String(output.read() ?? '') };
  };

  it('makes, lists and removes users, and never without an administrator', async () => {
    await writeFile(join(folder, 'config.json'), '{"dataDir": "./cli"}');
    expect((await run(['add', 'ben'], 'a good password')).text).toContain('must be an administrator');
    expect((await run(['add', 'anna', '--role', 'admin'], 'a good password')).code).toBe(0);
    expect((await run(['add', 'ben'], 'short')).text).toContain('at least');
    expect((await run(['add', 'ben'], 'a good password')).code).toBe(0);
    expect((await run(['list'])).text).toBe('anna\tadmin\nben\tviewer\n');
    expect((await run(['remove', 'anna'])).code).toBe(2);
    expect((await run(['remove', 'ben'])).code).toBe(0);
    expect(await readFile(join(folder, 'cli/access/users.json'), 'utf8')).not.toContain('a good password');
  });

  it.each([[['add', 'bad name']], [['add', 'x', '--role', 'root']], [['add', '--password', 'x']], [['fly']]])(
    'does not understand %j',
    async (argv) => {
      expect((await run(argv, 'a good password')).code).toBe(2);
    },
  );

  it('prints a hash for the configuration', async () => {
    const { text } = await run(['hash'], 'a good password');
    expect(await isPassword('a good password', text.trim())).toBe(true);
  });
});
