import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type {
  AuditEntry,
  GrantAnswer,
  GrantInfo,
  Problem,
  RecordingsAnswer,
  SessionAnswer,
} from '../server/protocol.ts';
import { PASSWORD, Person, THROUGH_US, usersOf } from './support/access-client.ts';
import { ChatClient } from './support/chat-client.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep, within } from './support/wait.ts';

/** What the issue allows between the end of a right and the end of what ran by it. */
const GONE_WITHIN_MS = 2_000;
const HOUR_MS = 3_600_000;

let relay: RelayProcess;
let folder: string;
let admin: Person;
const secrets: string[] = [PASSWORD];

const dataDir = () => join(folder, 'data');
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const from = (address: string) => new Person(relay, { 'X-Forwarded-For': address });
const start = async () => {
  const users = await usersOf({ admin: { role: 'admin' }, vera: {}, deaf: { cameras: { shed: ['see'] } } });
  const cameras = { yard: { url: 'demo:yard' }, shed: { url: 'demo:lab' } };
  return startRelay({
    config: {
      dataDir: dataDir(),
      cameras,
      chat: { freeRooms: false },
      access: { users, ...THROUGH_US },
      log: { level: 'trace' },
    },
  });
};

async function signedIn(name: string, address = '203.0.113.7'): Promise<Person> {
  const person = from(address);
  expect((await person.signIn(name)).status).toBe(204);
  secrets.push(person.headers.Cookie!.split('=')[1]!);
  return person;
}

async function share(wanted: object): Promise<GrantAnswer> {
  const answer = await admin.ask('POST', '/api/grants', { camera: 'yard', expires: inMs(HOUR_MS), ...wanted });
  expect(answer.status).toBe(201);
  const grant = answer.json<GrantAnswer>();
  secrets.push(grant.grant);
  return grant;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-access-'));
  relay = await start();
  admin = await signedIn('admin');
});
afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('signing in', () => {
  it('gives a cookie that scripts and other sites do not get, and that only TLS carries where there is TLS', async () => {
    const plain = (await from('203.0.113.8').signIn('vera')).headers.get('set-cookie')!;
    expect(plain).toMatch(/^sightline_session=sls_[\w-]+\.[\w-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
    const behindTls = new Person(relay, { 'X-Forwarded-For': '203.0.113.8', 'X-Forwarded-Proto': 'https' });
    expect((await behindTls.signIn('vera')).headers.get('set-cookie')).toMatch(/SameSite=Lax; Secure$/);
  });

  it('begins a session of its own, whatever cookie the browser came with', async () => {
    const person = await signedIn('vera');
    const before = person.headers.Cookie!;
    await person.signIn('vera');
    expect(person.headers.Cookie).not.toBe(before);
    expect((await new Person(relay, { Cookie: before }).get('/api/cameras')).status).toBe(401);
  });

  it('says the same of a wrong name and a wrong password, in about the same time', async () => {
    const timed = async (name: string, address: string) => {
      const startedAtMs = performance.now();
      const answer = await from(address).signIn(name, 'not the password');
      return { status: answer.status, detail: answer.json<Problem>().detail, ms: performance.now() - startedAtMs };
    };
    const known = await timed('vera', '203.0.113.20');
    const unknown = await timed('nobody', '203.0.113.21');
    expect({ ...unknown, ms: 0 }).toEqual({ ...known, ms: 0 });
    expect(known.status).toBe(401);
    expect(Math.min(known.ms, unknown.ms)).toBeGreaterThan(10);
    expect(Math.max(known.ms, unknown.ms) / Math.min(known.ms, unknown.ms)).toBeLessThan(5);
  });

  it('makes who is wrong too often wait, longer each time, and nobody else', async () => {
    const guesser = from('203.0.113.30');
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await guesser.signIn('vera', `guess ${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const held = await guesser.signIn('vera');
    expect(held.status).toBe(429);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('203.0.113.31').signIn('vera')).status).toBe(204);
    await sleep(1_200);
    expect((await guesser.signIn('vera', 'guess again')).status).toBe(401);
    expect((await guesser.signIn('vera')).json<Problem>().detail).toMatch(/again in 2 s/);
  });
});

describe('another site’s page', () => {
  it.each([
    ['by Sec-Fetch-Site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['by Sec-Fetch-Site of a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
    ['by Origin', { Origin: 'https://evil.example' }],
    ['without an origin of its own', { Origin: 'null' }],
  ])('changes nothing in a person’s name: %s', async (_how, headers) => {
    const answer = await admin.ask('POST', '/api/tokens', { name: 'x', rights: ['see'] }, headers);
    expect(answer.status).toBe(403);
    expect((await admin.ask('DELETE', '/api/session', undefined, headers)).status).toBe(403);
  });

  it('opens no WebSocket with their cookie', async () => {
    const socket = new WebSocket(`${relay.wsUrl}/api/events`, {
      headers: admin.headers,
      origin: 'https://evil.example',
    });
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(403);
  });
});

describe('what runs ends with the right to it', () => {
  it('at a logout: FLV over HTTP and WebSocket, events and chat', async () => {
    const person = await signedIn('vera');
    const { headers } = person;
    const streams = (['ws', 'http'] as const).map(
      (transport) => new FlvClient(`${relay.url}/live/yard.flv`, { transport, headers }),
    );
    const events = new WebSocket(`${relay.wsUrl}/api/events`, { headers });
    const chat = await ChatClient.join(`${relay.wsUrl}/chat/yard`, { socket: { headers } });
    await once(events, 'message');
    for (const stream of streams)
      await eventually(
        () => stream.tags.length,
        (count) => count > 3,
      );
    const eventsClosed = once(events, 'close');
    const outAtMs = performance.now();
    expect((await person.ask('DELETE', '/api/session')).status).toBe(204);
    const ends = await within(Promise.all(streams.map(({ ended }) => ended)), GONE_WITHIN_MS, 'streams run on');
    expect(ends.map(({ code }) => code)).toEqual([4401, 0]);
    expect((await within(eventsClosed, GONE_WITHIN_MS, 'events run on'))[0]).toBe(4401);
    expect((await within(chat.closed, GONE_WITHIN_MS, 'chat runs on')).code).toBe(4401);
    expect(performance.now() - outAtMs).toBeLessThan(GONE_WITHIN_MS);
  });

  it('when a right is taken away, and when the user is', async () => {
    await admin.ask('POST', '/api/users', { name: 'tom', password: PASSWORD, role: 'viewer' });
    const tom = await signedIn('tom');
    const watch = () => new FlvClient(`${relay.url}/live/yard.flv`, { transport: 'ws', headers: tom.headers });
    const first = watch();
    await eventually(
      () => first.tags.length,
      (count) => count > 3,
    );
    expect((await admin.ask('PATCH', '/api/users/tom', { cameras: { shed: ['see'] } })).status).toBe(200);
    expect((await within(first.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4404);
    await admin.ask('PATCH', '/api/users/tom', { cameras: null });
    const second = watch();
    await eventually(
      () => second.tags.length,
      (count) => count > 3,
    );
    expect((await admin.ask('DELETE', '/api/users/tom')).status).toBe(204);
    expect((await within(second.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });

  it('when the users file is changed from the command line', async () => {
    await admin.ask('POST', '/api/users', { name: 'cleo', password: PASSWORD });
    const cleo = await signedIn('cleo');
    const stream = new FlvClient(`${relay.url}/live/yard.flv`, { transport: 'ws', headers: cleo.headers });
    await eventually(
      () => stream.tags.length,
      (count) => count > 3,
    );
    await user('remove', 'cleo');
    expect((await within(stream.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });
});

/** `npm run user`, with the password on standard input. */
async function user(...argv: string[]): Promise<void> {
  const config = join(folder, 'user.json');
  const users = await usersOf({ admin: { role: 'admin' } });
  await writeFile(config, JSON.stringify({ dataDir: dataDir(), access: { users } }));
  const child = spawn(process.execPath, ['scripts/user.mjs', ...argv, '--config', config], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(`${PASSWORD}\n`);
  expect(await once(child, 'exit')).toEqual([0, null]);
}

describe('who may see but not listen', () => {
  it('gets no sound in FLV, MP4 and HLS, whatever they ask for', async () => {
    const { headers } = await signedIn('deaf');
    for (const transport of ['ws', 'http'] as const) {
      const flv = new FlvClient(`${relay.url}/live/shed.flv?audio=1`, { transport, headers });
      await eventually(
        () => flv.ofKind('frame').length,
        (count) => count > 10,
      );
      expect(flv.header).toEqual({ audio: false, video: true });
      expect(flv.ofKind('audio')).toEqual([]);
      await flv.leave();
    }
    const person = new Person(relay, headers);
    const playlist = (await person.get('/live/shed/index.m3u8?audio=1')).body;
    expect(playlist).toContain('silent');
    expect(playlist).not.toMatch(/main\.m3u8|mp4a/);
    expect((await person.get('/live/shed/main.m3u8')).status).toBe(403);
    const heard = new FlvClient(`${relay.url}/live/shed.flv`, { headers: admin.headers });
    await eventually(
      () => heard.ofKind('audio').length,
      (count) => count > 0,
    );
    await heard.leave();
  });
});

describe('a link', () => {
  it('opens its camera in every form, with HLS down to the segments, and nothing else', async () => {
    const { paths, grant } = await share({});
    const anyone = from('198.51.100.5');
    expect((await anyone.get(`/${paths.embed}`)).status).toBe(200);
    const jpg = await anyone.get(`/${paths.jpg}`);
    expect([jpg.status, jpg.headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin']);
    for (const transport of ['ws', 'http'] as const) {
      const flv = new FlvClient(`${relay.url}/${paths.flv}`, { transport });
      await eventually(
        () => flv.tags.length,
        (count) => count > 3,
      );
      await flv.leave();
    }
    for (const path of [paths.mp4, paths.mjpeg]) {
      const answer = await fetch(`${relay.url}/${path}`);
      expect(answer.status).toBe(200);
      await answer.body!.cancel();
    }
    const chat = await ChatClient.join(`${relay.wsUrl}/${paths.chat}`);
    expect(chat.first.you.moderator).toBe(false);
    chat.socket.close();
    const master = await anyone.get(`/${paths.hls}`);
    const media = /^(?!#).+/m.exec(master.body)![0];
    expect(media).toContain(`grant=${grant}`);
    const playlist = (await anyone.get(`/live/yard/${media}`)).body;
    const names = [...playlist.matchAll(/URI="([^"]+)"|^(?!#)(.+)$/gm)].map(([, uri, line]) => (uri ?? line)!);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names.slice(0, 3)) {
      const piece = await fetch(`${relay.url}/live/yard/${name}`);
      expect([piece.status, piece.headers.get('cache-control')]).toEqual([200, expect.stringContaining('private')]);
      await piece.arrayBuffer();
    }
    expect((await anyone.get(`/live/yard/${names[0]!.split('?')[0]}`)).status).toBe(401);
    expect((await anyone.get(`/live/shed.jpg?grant=${grant}`)).status).toBe(404);
  });

  it('holds as many viewers as it may, and frees their places', async () => {
    const { paths, id } = await share({ maxViewers: 2 });
    const watch = () => new FlvClient(`${relay.url}/${paths.flv}`, { transport: 'ws' });
    const two = [watch(), watch()];
    for (const each of two)
      await eventually(
        () => each.tags.length,
        (count) => count > 3,
      );
    expect((await watch().ended).code).toBe(1013);
    const listed = (await admin.get('/api/grants'))
      .json<{ grants: GrantInfo[] }>()
      .grants.find((each) => each.id === id)!;
    expect(listed.viewers).toBe(2);
    expect(Date.parse(listed.usedAt!)).toBeGreaterThan(Date.now() - 30_000);
    await two[0]!.leave();
    const third = watch();
    await eventually(
      () => third.tags.length,
      (count) => count > 3,
    );
    expect((await admin.ask('DELETE', `/api/grants/${id}`)).status).toBe(204);
    const ends = await within(Promise.all([two[1]!.ended, third.ended]), GONE_WITHIN_MS, 'run on');
    expect(ends.map(({ code }) => code)).toEqual([4401, 4401]);
  });

  it('serves only its address, and ends running streams when its time is up', async () => {
    const { paths } = await share({ address: '198.51.100.5', expires: inMs(4_000) });
    expect((await from('198.51.100.6').get(`/${paths.jpg}`)).status).toBe(401);
    const headers = { 'X-Forwarded-For': '198.51.100.5' };
    const stream = new FlvClient(`${relay.url}/${paths.flv}`, { transport: 'ws', headers });
    await eventually(
      () => stream.tags.length,
      (count) => count > 3,
    );
    expect((await within(stream.ended, 4_000 + GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });

  it('to a period opens what was recorded in it, and nothing else of the camera', async () => {
    const { paths, grant } = await share({ from: '2026-01-01T10:00:00Z', to: '2026-01-01T11:00:00Z' });
    const anyone = from('198.51.100.7');
    const get = async (path: string) => (await anyone.get(path)).status;
    expect(await get(`/${paths.recordings}`)).toBe(200);
    expect(await get(`/${paths.recordings}&from=2026-01-01T10:30:00Z&to=2026-01-01T12:00:00Z`)).toBe(200);
    expect(await get(`/${paths.recordings}&from=2026-01-01T11:00:00Z&to=2026-01-01T12:00:00Z`)).toBe(403);
    expect(await get(`/${paths.export}&from=2025-01-01T11:00:00Z&to=2025-01-01T12:00:00Z`)).toBe(403);
    const recordings = '/api/cameras/yard/recordings';
    // Nothing was recorded then.
    expect(await get(`${recordings}/index.m3u8?grant=${grant}`)).toBe(404);
    expect(await get(`${recordings}/files/x.mp4?grant=${grant}`)).toBe(403);
    for (const path of [paths.jpg, paths.flv, paths.hls]) expect([path, await get(`/${path}`)]).toEqual([path, 404]);
    const half = { camera: 'yard', expires: inMs(HOUR_MS), from: '2026-01-01T10:00:00Z' };
    expect((await admin.ask('POST', '/api/grants', half)).status).toBe(400);
  });

  it('to a period plays it as HLS, piece by piece, and no piece of another period', async () => {
    const command = (action: string) => admin.ask('POST', '/api/cameras/yard/recording', { action });
    const recordings = '/api/cameras/yard/recordings';
    const lengthMs = async () => {
      const { periods } = (await admin.get(recordings)).json<RecordingsAnswer>();
      return periods.reduce((sum, { durationMs }) => sum + durationMs, 0);
    };
    await command('start');
    await eventually(lengthMs, (ms) => ms > 6_000, { withinMs: 40_000 });
    await command('stop');
    const [recorded] = (await admin.get(recordings)).json<RecordingsAnswer>().periods;
    const beginMs = Date.parse(recorded!.from);
    const anyone = from('198.51.100.7');
    const piecesOf = async (fromMs: number, toMs: number) => {
      const period = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
      const { grant } = await share(period);
      const playlist = await anyone.get(`${recordings}/index.m3u8?grant=${grant}`);
      expect(playlist.status).toBe(200);
      return playlist.body.split('\n').filter((line) => line.startsWith('segments/'));
    };
    const first = await piecesOf(beginMs, beginMs + 500);
    const last = await piecesOf(beginMs + 5_500, Date.parse(recorded!.to));
    const statusOf = async (uri: string) => (await anyone.get(`${recordings}/${uri}`)).status;
    for (const uri of [...first, ...last]) expect([uri, await statusOf(uri)]).toEqual([uri, 200]);
    const withOther = (uri: string, other: string) => uri.replace(/grant=.*/, /grant=.*/.exec(other)![0]);
    expect(await statusOf(withOther(last.at(-1)!, first[0]!))).toBe(403);
    expect(await statusOf(withOther(first[0]!, last[0]!))).toBe(403);
  });

  it('gives nobody what its maker lacks', async () => {
    const vera = await signedIn('vera');
    expect((await vera.ask('POST', '/api/grants', { camera: 'yard', expires: inMs(HOUR_MS) })).status).toBe(403);
    const wide = { camera: 'yard', expires: inMs(HOUR_MS), rights: ['manage'] };
    expect((await admin.ask('POST', '/api/grants', wide)).status).toBe(400);
  });
});

describe('what is kept', () => {
  it('survives a restart and comes back from a copy of the folder', async () => {
    const token = (await admin.ask('POST', '/api/tokens', { name: 'nas', rights: ['see'] })).json<{ token: string }>()
      .token;
    secrets.push(token);
    await admin.ask('POST', '/api/users', { name: 'tim', password: PASSWORD });
    const { paths } = await share({});
    const cookie = admin.headers.Cookie!;
    await relay.close();
    await cp(join(dataDir(), 'access'), join(folder, 'backup'), { recursive: true });
    await rm(dataDir(), { recursive: true });
    await cp(join(folder, 'backup'), join(dataDir(), 'access'), { recursive: true });
    const outputs = [...relay.stdout(), ...relay.stderr()];
    relay = await start();
    const asked = [
      await new Person(relay, { Cookie: cookie }).get('/api/users'),
      await new Person(relay, { Authorization: `Bearer ${token}` }).get('/api/cameras/yard'),
      await new Person(relay).get(`/${paths.jpg}`),
    ];
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await from('203.0.113.10').signIn('tim')).status).toBe(204);
    admin = new Person(relay, { Cookie: cookie });
    expect((await admin.get('/api/session')).json<SessionAnswer>()).toMatchObject({ name: 'admin' });
    for (const secret of secrets) expect(outputs.join('\n')).not.toContain(secret);
  });

  it('is for the owner’s eyes, and holds no secret as it is', async () => {
    const names = await readdir(join(dataDir(), 'access'));
    expect(names.sort()).toEqual(['audit.jsonl', 'grants.json', 'sessions.json', 'tokens.json', 'users.json']);
    for (const name of names) {
      const file = join(dataDir(), 'access', name);
      expect([name, (await stat(file)).mode & 0o777]).toEqual([name, 0o600]);
      const text = await readFile(file, 'utf8');
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it('tells administrators who saw, shared and changed what, from where', async () => {
    const { entries } = (await admin.get('/api/audit')).json<{ entries: AuditEntry[] }>();
    const has = (wanted: Partial<AuditEntry>) => expect(entries).toContainEqual(expect.objectContaining(wanted));
    has({ who: 'vera', what: 'saw', camera: 'yard', address: '203.0.113.7' });
    has({ who: 'vera', what: 'sign-in-refused', address: '203.0.113.30' });
    has({ who: 'admin', what: 'shared', camera: 'yard' });
    has({ who: 'admin', what: 'PATCH /api/users/tom' });
    expect(entries.some(({ who }) => who.startsWith('link '))).toBe(true);
  });
});
