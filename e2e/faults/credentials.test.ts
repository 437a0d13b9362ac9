import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ConfigInput } from '../../server/config/schema.ts';
import { FAULT_NAMES } from '../../server/demo-camera/faults.ts';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { runDoctor } from '../support/doctor-run.ts';
import { FlvClient } from '../support/flv-client.ts';
import { Gathering } from '../support/gathering.ts';
import { ffmpegsOf } from '../support/processes.ts';
import { type RelayProcess, relayThatEnds, startRelay } from '../support/relay-process.ts';
import { formsOfSecret, secretsIn } from '../support/secret-forms.ts';
import { eventually, sleep } from '../support/wait.ts';

type Cameras = NonNullable<ConfigInput['cameras']>;

const USER = 'gate keeper';
const PASSWORD = 'p@ss:w/rd#1%"\\<&>ü?=';
const TOKEN = 't0k/en+Ü"&<sec ret>\\%';
const WATCH_AT_LEAST_MS = 3_000;
const WATCH_AT_MOST_MS = 30_000;
/** Before a picture, and after one. */
const FAULTS = [
  ...FAULT_NAMES.map((name) => `fault=${name}&after=700`),
  'fault=stall&after=0',
  'n=0',
  'fault=reset&after=0',
];

/** Each stands in every place: a camera for each fault, and three that fail before a picture. */
const PLAYS = `cam${FAULTS.indexOf('n=0')}`;
const TOLD = [PLAYS, 'not-let-in', 'refused'];
/** Ways to a picture, whether there is one or not. */
const STREAMS = ['.flv', '.mp4', '.jpg', '.mjpeg'];
const PLAYLISTS = ['/index.m3u8', '/index.m3u8?format=ts'];
const FORMS = [...STREAMS, '.ts', '/0.ts', '/init.mp4'];

/** Where a secret may stand in a camera's entry. */
const PLACES: Readonly<Record<string, (demo: DemoRtsp, query: string) => Cameras[string]>> = {
  'user-part': (demo, query) => ({
    url: `rtsp://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${demo.port}/yard?${query}`,
  }),
  password: (demo, query) => ({
    url: `rtsp://127.0.0.1:${demo.port}/yard?${query}`,
    username: USER,
    password: PASSWORD,
  }),
  query: (demo, query) => ({
    url: `rtsp://127.0.0.1:${demo.port}/yard?${query}&password=${encodeURIComponent(TOKEN)}`,
    username: USER,
    password: PASSWORD,
  }),
};

/** What a camera in one place is called. */
const idIn = (place: string, name: string) => `${place}-${name}`;

describe('a secret in a URL’s user part, as `password` and in a query string', () => {
  const places = Object.keys(PLACES);
  const told = places.flatMap((place) => TOLD.map((name) => idIn(place, name)));
  const demos: DemoRtsp[] = [];
  let relay: RelayProcess;
  let folder: string;
  let left: Gathering;
  const forms = new Map([
    ...[...formsOfSecret(PASSWORD, USER)].map(([name, text]): [string, string] => [`password, ${name}`, text]),
    ...[...formsOfSecret(TOKEN, USER)].map(([name, text]): [string, string] => [`token, ${name}`, text]),
  ]);

  /** The cameras of one place. */
  const camerasOf = async (place: string, demo: DemoRtsp): Promise<Cameras> => {
    const entry = PLACES[place]!;
    // It refuses a login which is right: refused there, that is not shown again on that machine.
    const strict = await startDemoRtsp({ users: { [USER]: PASSWORD } });
    demos.push(strict);
    const serverOf = (query: string) => (query.includes('wrong-password') ? strict : demo);
    const lost = entry(demo, `n=2&of=${place}`);
    const named: Cameras = {
      ...Object.fromEntries(FAULTS.map((query, index) => [`cam${index}`, entry(serverOf(query), query)])),
      refused: entry({ ...demo, port: 1 }, 'n=1'),
      'not-found': { ...lost, url: (lost.url ?? '').replace('/yard', '/nowhere') },
      'not-let-in': { ...entry(demo, 'n=3'), username: `somebody in ${place}`, password: PASSWORD },
    };
    named[PLAYS] = { ...named[PLAYS], record: { when: 'always' } };
    return Object.fromEntries(Object.entries(named).map(([name, camera]) => [idIn(place, name), camera]));
  };

  /** Watches every camera, and asks for what the relay says meanwhile, until each kind of failure was told. */
  const watchAll = async (ids: readonly string[]) => {
    const viewers = ids.map((id, index) => {
      const transport = index % 2 === 0 ? 'ws' : 'http';
      return new FlvClient(`${relay.url}/live/${id}.flv`, { transport });
    });
    const startedAtMs = performance.now();
    const watchedMs = () => performance.now() - startedAtMs;
    const played = new Set<string>();
    const failed = new Set<string>();
    const failing = places.flatMap((place) =>
      ['cam0', 'refused', 'not-found', 'not-let-in'].map((name) => idIn(place, name)),
    );
    const enough = () =>
      places.every((place) => played.has(idIn(place, PLAYS))) && failing.every((id) => failed.has(id));
    while (watchedMs() < WATCH_AT_LEAST_MS || (!enough() && watchedMs() < WATCH_AT_MOST_MS)) {
      await Promise.all(['/api/cameras', '/metrics'].map((path) => left.ask(path)));
      for (const camera of await relay.cameras()) {
        if (camera.state === 'live') played.add(camera.id);
        if (camera.lastError !== null) failed.add(camera.id);
      }
      left.note('the relay’s command line', readFileSync(`/proc/${relay.pid}/cmdline`, 'utf8'));
      await sleep(500);
    }
    return viewers;
  };

  const hasAnswered = (path: string) => left.at(path).some((text) => text.startsWith('200 '));

  /** Every way to a picture, and everything that is told of a camera. */
  const askAll = async (ids: readonly string[]) => {
    const ask = (path: string, init?: RequestInit) => left.ask(path, init);
    const pages = ['/', `/embed/${ids[0]}`, '/readyz', '/healthz', '/api/nowhere', '/live/nowhere.flv'];
    const lists = ['/api/openapi.json', '/api/session', '/api/audit', '/api/videos'];
    await Promise.all([...pages, ...lists, ...ids.map((id) => `/api/cameras/${id}`)].map((path) => ask(path)));
    const paths = told.map((id) => `/api/cameras/${id}`);
    await Promise.all([
      ...told.flatMap((id) => FORMS.map((form) => ask(`/live/${id}${form}`))),
      ...told.flatMap((id) => PLAYLISTS.map((form) => left.askPlaylist(`/live/${id}${form}`))),
      ...paths.flatMap((path) => ['/probe', '/retry'].map((act) => ask(path + act, { method: 'POST' }))),
      ...paths.flatMap((path) => ['/recording', '/recordings'].map((what) => ask(path + what))),
    ]);
    for (const id of places.map((place) => idIn(place, PLAYS))) {
      // On a busy machine it may be found stalled.
      const until200 = (path: string, again: (path: string) => Promise<unknown>) =>
        eventually(
          async () => hasAnswered(path) || (await again(path).then(() => hasAnswered(path))),
          (answered) => answered,
        );
      for (const form of STREAMS) await until200(`/live/${id}${form}`, (path) => ask(path));
      for (const form of PLAYLISTS) await until200(`/live/${id}${form}`, (path) => left.askPlaylist(path));
    }
    const adHoc = new URLSearchParams({ url: `rtsp://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/x` });
    await ask(`/live.flv?${adHoc}`);
    await ask(`/live/${told[0]}.flv?key=${encodeURIComponent(TOKEN)}`, { method: 'POST', body: 'none' });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-secrets-'));
    const demo = await startDemoRtsp({ users: { [USER]: PASSWORD } });
    demos.push(demo);
    const cameras: Cameras = Object.assign({}, ...(await Promise.all(places.map((place) => camerasOf(place, demo)))));
    const dataDir = join(folder, 'data');
    const ffmpeg = {
      connectTimeoutMs: 4_000,
      stallTimeoutMs: 700,
      retryMaxMs: 500,
      maxStartsAtOnce: 8,
      idleTimeoutMs: 0,
    };
    relay = await startRelay({
      config: { dataDir, recording: { minFreeBytes: 0 }, log: { level: 'trace' }, ffmpeg, cameras },
    });
    left = new Gathering(relay.url);
    const events = new WebSocket(`${relay.wsUrl}/api/events`);
    events.on('message', (data) => left.note('/api/events', String(data)));
    const doctorDir = join(folder, 'doctor');
    const doctorPath = join(folder, 'doctor.json');
    await mkdir(doctorDir);
    const doctorConfig: ConfigInput = { cameras, dataDir: doctorDir, server: { port: 1 }, ffmpeg };
    await writeFile(doctorPath, JSON.stringify(doctorConfig), { mode: 0o600 });
    const doctor = runDoctor(doctorPath, ...told);
    const viewers = await watchAll(Object.keys(cameras));
    await askAll(Object.keys(cameras));
    await Promise.all(viewers.map((viewer) => viewer.leave()));
    for (const viewer of viewers) {
      left.note('a close reason or problem', viewer.end?.text ?? '');
      const scripts = viewer.ofKind('metadata', 'script').map(({ bytes }) => bytes);
      left.note('metadata', scripts.join('\n'));
    }
    const { stdout, stderr } = await doctor;
    left.note('npm run doctor', stdout + stderr);
    await relay.close();
    for (const text of relay.stderr()) left.note('the log', text);
    for (const text of relay.stdout()) left.note('standard output', text);
    await left.readFolder('the file', dataDir);
    await left.readFolder('the doctor’s file', doctorDir);
  }, 120_000);
  afterAll(async () => {
    await relay?.close();
    await Promise.all(demos.map((demo) => demo.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it('was used: cameras played, and each kind of failure was told', () => {
    const log = left.at('the log');
    expect(log.length).toBeGreaterThan(100);
    for (const word of ['"live"', 'unauthorized', 'refused', 'not-found', 'timeout', '***']) {
      expect(
        log.some((line) => line.includes(word)),
        word,
      ).toBe(true);
    }
    expect(log.some((line) => line.includes('ffmpeg says'))).toBe(true);
    expect(left.at('/api/events').length).toBeGreaterThan(10);
    expect(left.at('a close reason').filter((text) => text !== '').length).toBeGreaterThan(5);
  });

  it.each(places)('was used in every form with %s: streams, playlists, failures, a recording, the doctor', (place) => {
    const plays = idIn(place, PLAYS);
    for (const form of [...STREAMS, ...PLAYLISTS]) {
      expect(hasAnswered(`/live/${plays}${form}`), form).toBe(true);
      expect(left.at(`/live/${idIn(place, 'refused')}${form}`)[0], form).toMatch(/^5\d\d .*"code":"refused"/s);
      expect(left.at(`/live/${idIn(place, 'not-let-in')}${form}`)[0], form).toMatch(/^5\d\d .*"code":"unauthorized"/s);
    }
    const pieces = left.at(`/live/${plays}/`);
    expect(pieces.some((text) => text.includes('ftyp') && text.includes('moov'))).toBe(true);
    expect(pieces.some((text) => text.includes('moof'))).toBe(true);
    expect(pieces.some((text) => text.startsWith('200 ') && text.includes('video/mp2t'))).toBe(true);
    expect(left.at(`the file recordings/${plays}/`).some((text) => text.includes('moov'))).toBe(true);
    const [report] = left.at('npm run doctor');
    for (const name of TOLD) expect(report).toContain(`${idIn(place, name)}\n`);
    expect(report).toContain('accepts connections');
    expect(left.at('the file cameras/').join()).toContain(plays);
  });

  it('is found nowhere, in no form', () => {
    const found = left.seen.flatMap(({ where, text }) =>
      secretsIn(text, forms).map((form) => ({ where, form, text: text.slice(0, 500) })),
    );
    expect(found).toEqual([]);
  });
});

describe('what is looked for', () => {
  it('is found where it is: in ffmpeg’s own argument, and in texts that hold it', async () => {
    const demo = await startDemoRtsp({ users: { [USER]: PASSWORD } });
    const relay = await startRelay({ config: { cameras: { yard: PLACES.password!(demo, 'n=4') } } });
    const viewer = new FlvClient(`${relay.url}/live/yard.flv`);
    await viewer.untilKeyframe();
    const forms = formsOfSecret(PASSWORD, USER);
    const commandLines = ffmpegsOf(relay.pid).map(({ args }) => args.join(' '));
    expect(secretsIn(commandLines.join('\n'), forms)).not.toEqual([]);
    const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    for (const text of [PASSWORD, encodeURIComponent(PASSWORD), JSON.stringify({ PASSWORD }), basic]) {
      expect(secretsIn(text, forms)).not.toEqual([]);
    }
    await viewer.leave();
    await relay.close();
    await demo.close();
  });

  it('does not stand in what a broken configuration is answered with', async () => {
    const login = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
    const forms = formsOfSecret(PASSWORD, USER);
    const broken = [
      { url: `rtsp://${login}@host:99999/` },
      { url: `rtsp://${USER}:${PASSWORD}@host/` },
      { url: 'demo:yard', pasword: PASSWORD },
    ].map((camera) => relayThatEnds({ configText: JSON.stringify({ cameras: { door: camera } }) }));
    for (const { exit, stderr } of await Promise.all(broken)) {
      expect(exit.code).toBe(2);
      expect(secretsIn(stderr, forms), stderr).toEqual([]);
    }
  });
});
