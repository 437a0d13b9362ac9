// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders look like that
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RelayError } from '../errors.ts';
import { configJsonSchemaText } from './json-schema.ts';
import { type LoadOptions, loadConfig, readFailure } from './load.ts';

const repository = new URL('../../', import.meta.url);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-config-'));
  file = join(folder, 'ffmpeg.config.json');
});
afterAll(() => rm(folder, { recursive: true }));

async function load(content: unknown, options: LoadOptions = {}) {
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return loadConfig(file, { env: {}, ...options });
}

/** The refusal's message, with the file's name in place of its path. */
async function refusal(content: unknown, options: LoadOptions = {}): Promise<string> {
  const error = await load(content, options).catch((reason: unknown) => reason);
  if (!(error instanceof RelayError)) throw new Error('the configuration was accepted', { cause: error });
  expect(error.code).toBe('config');
  return error.message.replaceAll(file, 'FILE');
}

describe('a valid configuration', () => {
  it('gets every default', async () => {
    const { config, path, dataDir, warnings } = await load({});
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8080, basePath: '/' });
    expect(config.delivery.sharing).toBe('shared');
    expect(path).toBe(file);
    expect(dataDir).toBe(join(folder, 'data'));
    expect(warnings).toEqual([]);
  });

  it('may begin with a byte order mark', async () => {
    expect((await load('\uFEFF{}')).config.server.port).toBe(8080);
  });

  it('keeps the videos in dataDir, or where the file says', async () => {
    expect((await load({})).videosDir).toBe(join(folder, 'data', 'videos'));
    expect((await load({ dataDir: '/srv/sightline' })).videosDir).toBe('/srv/sightline/videos');
    expect((await load({ videos: { path: 'clips' } })).videosDir).toBe(join(folder, 'clips'));
  });

  it('keeps an absolute dataDir', async () => {
    expect((await load({ dataDir: '/srv/sightline' })).dataDir).toBe('/srv/sightline');
  });

  it('has its variables replaced', async () => {
    const cameras = { door: { url: 'rtsp://viewer:${PW}@cam/1', password: '${PW}' } };
    const { config } = await load({ cameras }, { env: { PW: 'a@b' } });
    expect(config.cameras.door).toMatchObject({ url: 'rtsp://viewer:a%40b@cam/1', password: 'a@b' });
  });

  it.each([['127.0.0.1'], ['127.8.9.10'], ['::1'], ['[::1]'], ['0:0:0:0:0:0:0:1'], ['localhost'], ['LOCALHOST']])(
    'may listen on %s without more ado',
    async (host) => {
      expect((await load({ server: { host } })).config.server.host).toBe(host);
    },
  );

  it('may listen elsewhere when that is asked for in so many words, with a warning', async () => {
    const { config, warnings } = await load({ server: { host: '0.0.0.0' }, access: { open: true } });
    expect(config.server.host).toBe('0.0.0.0');
    expect(warnings).toEqual(['access.open is true: anyone who reaches the port sees every camera']);
  });

  it('names a login that stands twice, without showing it', async () => {
    const { warnings } = await load({ cameras: { door: { url: 'rtsp://u:pw@cam/', password: 'other' } } });
    expect(warnings).toEqual(['cameras.door has a login both in url and in username and password; the latter count']);
  });

  it('is what the product ships', async () => {
    const { config } = await loadConfig(new URL('ffmpeg.config.json', repository).pathname, { env: {} });
    expect(Object.values(config.cameras).every(({ url }) => url.startsWith('demo:'))).toBe(true);
  });
});

describe('the command line', () => {
  it('counts before the file', async () => {
    const { config } = await load({ server: { host: '0.0.0.0', port: 1 } }, { overrides: { host: '::1', port: 2 } });
    expect(config.server).toMatchObject({ host: '::1', port: 2 });
  });
});

const door = (camera: object) => ({ cameras: { door: { url: 'rtsp://cam/1', ...camera } } });

describe('a broken configuration', () => {
  it.each<[string, unknown, string]>([
    [
      'a number out of range',
      { server: { port: 99999 } },
      'server.port: found 99999; allowed is a whole number from 0 to 65535.',
    ],
    ['a fraction', { server: { port: 1.5 } }, 'server.port: found 1.5; allowed is a whole number from 0 to 65535.'],
    [
      'a number as text',
      { server: { port: '80' } },
      'server.port: found "80"; allowed is a whole number from 0 to 65535.',
    ],
    ['an empty text', { ffmpeg: { path: '' } }, 'ffmpeg.path: found ""; allowed is a text that is not empty.'],
    [
      'a wrong choice',
      door({ transport: 'http' }),
      'cameras.door.transport: found "http"; allowed is one of "auto", "tcp", "udp", "multicast".',
    ],
    ['text for a list', door({ input: '-an' }), 'cameras.door.input: found "-an"; allowed is a list of texts.'],
    ['a list with a number', door({ input: ['-an', 5] }), 'cameras.door.input[1]: found 5; allowed is a text.'],
    ['text for a switch', { access: { open: 'yes' } }, 'access.open: found "yes"; allowed is true or false.'],
    ['null for an object', { log: null }, 'log: found null; allowed is an object in braces.'],
    ['a list for everything', [], '(the whole file): found a list; allowed is an object in braces.'],
    [
      'a long title',
      door({ title: 'x'.repeat(201) }),
      `cameras.door.title: found "${'x'.repeat(80)}…"; allowed is a text of 1 to 200 characters.`,
    ],
    [
      'a pattern',
      { server: { basePath: 'cams' } },
      'server.basePath: found "cams"; allowed is a text that matches ^/([A-Za-z0-9._~-]+/)*$.',
    ],
    ['a missing key', { cameras: { door: {} } }, 'cameras.door.url: is missing; it is a text that is not empty.'],
    ['a mistyped key', { server: { hots: 'x' } }, 'server.hots: unknown key; did you mean "host"?'],
    [
      'a mistyped secret key',
      door({ pasword: 'hunter2' }),
      'cameras.door.pasword: unknown key; did you mean "password"?',
    ],
    ['an unknown key', { access: { user: {} } }, 'access.user: unknown key; did you mean "users"?'],
    [
      'a camera id',
      { cameras: { 'front door': { url: 'demo:yard' } } },
      'cameras["front door"]: this name is not allowed. Names the camera in URLs: letters, digits, "-" and "_", at most 64.',
    ],
    [
      'a password as a number',
      door({ password: 12345 }),
      'cameras.door.password: found a number (not shown); allowed is a text.',
    ],
    [
      'a camera that is its URL',
      { cameras: { door: 'rtsp://u:hunter2@cam/1?k=s' } },
      'cameras.door: found "rtsp://***@cam/1?***"; allowed is an object in braces.',
    ],
    [
      'a scheme',
      door({ url: 'file://u:hunter2@cam/' }),
      'cameras.door.url: found "file://***@cam/"; allowed is an address that begins with rtsp://, rtsps://, rtmp://, http://, https:// or demo:.',
    ],
    [
      'an option for a URL',
      door({ url: '-i' }),
      'cameras.door.url: found "-i"; allowed is an address that begins with rtsp://, rtsps://, rtmp://, http://, https:// or demo:.',
    ],
    [
      'a space in a URL',
      door({ url: 'rtsp://cam/a b' }),
      'cameras.door.url: found "rtsp://cam/a b"; allowed is an address without spaces.',
    ],
    [
      'a URL without a host',
      door({ url: 'rtsp://u:hun#ter2@/1' }),
      'cameras.door.url: found "rtsp://***@/1"; allowed is an address like rtsp://192.168.1.20:554/stream1. ' +
        'A user or password with special characters stands best in username and password, where it needs no escaping.',
    ],
    [
      'an unknown profile',
      door({ profile: 'tiny' }),
      'cameras.door.profile: found "tiny"; allowed is one of "auto", "copy", "h264", "low".',
    ],
    [
      'an unknown profile among others',
      { ...door({ profile: 'toString' }), ffmpeg: { profiles: { tiny: {} } } },
      'cameras.door.profile: found "toString"; allowed is one of "auto", "copy", "h264", "low", "tiny".',
    ],
    [
      'bounds that contradict',
      { ffmpeg: { retryMinMs: 900, retryMaxMs: 800 } },
      'ffmpeg.retryMinMs: found 900; allowed is at most ffmpeg.retryMaxMs, which is 800.',
    ],
    [
      'a missing variable',
      door({ password: '${NO}' }),
      'cameras.door.password: the environment variable NO is not set.',
    ],
  ])('with %s is refused with path, value and what is allowed', async (_what, content, line) => {
    expect(await refusal(content)).toBe(`FILE has 1 error:\n  ${line}`);
  });

  it('shows the placeholder of a value from the environment, never the value', async () => {
    const message = await refusal({ log: { level: '${LEVEL}' } }, { env: { LEVEL: 'hunter2' } });
    expect(message).toContain('log.level: found "${LEVEL}"; allowed is one of "fatal"');
    expect(message).not.toContain('hunter2');
  });

  it('shows every error at once, each once', async () => {
    const message = await refusal({
      server: { port: -1, hots: 'x' },
      cameras: { door: { url: '${NO}', transport: 5, keep: '${NEITHER}' } },
    });
    expect(message.split('\n').map((line) => line.trim().split(':')[0])).toEqual([
      'FILE has 5 errors',
      'cameras.door.url',
      'cameras.door.keep',
      'server.port',
      'server.hots',
      'cameras.door.transport',
    ]);
  });

  it('never shows a secret, wherever it stands', async () => {
    const secret = 'hun@ter2';
    const url = `rtsp://viewer:${secret}@cam/1?password=${secret}`;
    const message = await refusal({
      server: { host: url, port: url },
      log: { level: url, token: secret },
      cameras: {
        door: { url: `x${url}`, username: [secret], password: { value: secret }, transport: url, profile: url },
      },
    });
    expect(message).not.toContain('ter2');
    expect(message).not.toContain('viewer:');
  });

  it.each([
    [
      '{"server": {"port": 1},\n}',
      'FILE is not valid JSON: line 1, column 23: this comma has nothing after it; remove it.',
    ],
    ['', 'FILE is not valid JSON: the file is empty; at least {} is needed.'],
  ])('that is no JSON is refused with the place: %j', async (text, message) => {
    expect(await refusal(text)).toBe(`The configuration ${message}`);
  });
});

describe('a file that cannot be read', () => {
  it('is refused when it does not exist', async () => {
    const missing = join(folder, 'missing.json');
    await expect(loadConfig(missing)).rejects.toThrow(
      `The configuration ${missing} cannot be read: there is no such file.`,
    );
  });

  it('is refused when it is a folder', async () => {
    await expect(loadConfig(folder)).rejects.toThrow(`The configuration ${folder} cannot be read: it is a folder.`);
  });

  it.each([
    ['EACCES', 'the rights to read it are missing'],
    ['ENOTDIR', 'a part of its path is not a folder'],
    ['EIO', 'EIO'],
  ])('is refused for %s in words', (code, words) => {
    expect(readFailure(Object.assign(new Error(), { code }))).toBe(words);
  });
});

describe('the published JSON Schema', () => {
  it('is the one made from the zod schema', async () => {
    const published = await readFile(new URL('ffmpeg.config.schema.json', import.meta.url), 'utf8');
    expect(published, 'run node --import tsx scripts/write-schema.mjs').toBe(configJsonSchemaText());
  });

  it('accepts the shipped configuration and refuses a broken one', async () => {
    const schema = z.fromJSONSchema(JSON.parse(configJsonSchemaText()));
    const shipped = JSON.parse(await readFile(new URL('ffmpeg.config.json', repository), 'utf8'));
    expect(schema.safeParse(shipped).success).toBe(true);
    expect(schema.safeParse({ server: { hots: 1 } }).success).toBe(false);
  });
});
