import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RelayProcess, relayThatEnds, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const EXIT = { config: 2, port: 3 };

describe('a start that cannot succeed', () => {
  let folder: string;
  let running: RelayProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-start-'));
    running = await startRelay();
  });
  afterAll(async () => {
    await running?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('exits with 3 and a way out when the port is taken', async () => {
    const { exit, stderr, stdout } = await relayThatEnds({ args: ['--port', String(running.port)] });
    expect(exit.code).toBe(EXIT.port);
    expect(stderr).toContain(`127.0.0.1:${running.port}`);
    expect(stderr).toContain('--port');
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
    expect(stdout).toBe('');
  });

  it.each([
    ['a config that does not exist', () => join(folder, 'nowhere.json'), /there is no such file/],
    ['a config that is a folder', () => folder, /it is a folder/],
  ])('exits with 2 and says why for %s', async (_what, path, why) => {
    const { exit, stderr } = await relayThatEnds({ args: ['--config', path()] });
    expect(exit.code).toBe(EXIT.config);
    expect(stderr).toContain(path());
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  });

  it.each([
    ['half an object', '{"server": {"port": 80'],
    ['a list', '[]'],
  ])('exits with 2 for a config that holds %s', async (_what, configText) => {
    const { exit, stderr } = await relayThatEnds({ configText });
    expect(exit.code).toBe(EXIT.config);
    expect(stderr).toContain('config.json');
    expect(stderr.trim()).not.toBe('');
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  });

  it('names every error of a config at once, with path, value and what is allowed, and no password', async () => {
    const password = 'k1tchen-s3cret';
    const configText = JSON.stringify({
      server: { prot: 80 },
      ffmpeg: { stallTimeoutMs: 1 },
      cameras: { 'bad id': { url: 'demo:yard' }, door: { url: `rtsp://u:${password}@host:99999/`, password: 7 } },
    });
    const { exit, stderr } = await relayThatEnds({ configText });
    expect(exit.code).toBe(EXIT.config);
    for (const path of ['server.prot', 'ffmpeg.stallTimeoutMs', 'bad id', 'cameras.door'])
      expect(stderr).toContain(path);
    expect(stderr).toContain('500');
    expect(stderr).not.toContain(password);
  });

  it('exits with 2 for a demo camera that there is not', async () => {
    const { exit, stderr } = await relayThatEnds({ config: { cameras: { x: { url: 'demo:atlantis' } } } });
    expect(exit.code).toBe(EXIT.config);
    expect(stderr).toContain('atlantis');
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  });

  it.each([
    ['the config', { config: { server: { host: '0.0.0.0' } } }],
    ['the command line', { args: ['--host', '0.0.0.0'] }],
  ])('prints a set-up code when %s opens it to others without users', async (_where, options) => {
    const relay = await startRelay(options);
    expect(relay.stdout().join('\n')).toMatch(/^Set-up code: [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/m);
    await eventually(
      () => relay.stderr().join('\n'),
      (text) => text.includes('nothing but the set-up page'),
    );
    await relay.close();
  });

  it('listens for others when access.open says so, and warns', async () => {
    const relay = await startRelay({ config: { access: { open: true } }, args: ['--host', '0.0.0.0'] });
    expect(relay.url).toBe(`http://0.0.0.0:${relay.port}`);
    expect(relay.stderr().join('\n')).toContain('anyone who reaches the port');
    await relay.close();
  });

  it.each([['--prot 80'], ['--port 70000']])('exits with 2 for %s', async (text) => {
    const { exit, stderr } = await relayThatEnds({ args: text.split(' ') });
    expect(exit.code).toBe(EXIT.config);
    expect(stderr).toContain(text.split(' ')[0]);
  });

  it('fills in values from the environment and names the ones that are missing', async () => {
    const config = join(folder, 'env.json');
    await writeFile(
      config,
      JSON.stringify({ cameras: { door: { url: 'rtsp://127.0.0.1/x', password: ['$', '{DOOR_PW}'].join('') } } }),
    );
    const { exit, stderr } = await relayThatEnds({ args: ['--config', config] });
    expect(exit.code).toBe(EXIT.config);
    expect(stderr).toContain('DOOR_PW');
    const relay = await startRelay({ args: ['--config', config], env: { DOOR_PW: 'x y z' } });
    expect((await relay.camera('door')).state).toBe('idle');
    await relay.close();
  });
});
