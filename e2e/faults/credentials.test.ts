import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ConfigInput } from '../../server/config/schema.ts';
import { FAULT_NAMES } from '../../server/demo-camera/faults.ts';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { ffmpegsOf } from '../support/processes.ts';
import { type RelayProcess, relayThatEnds, startRelay } from '../support/relay-process.ts';
import { formsOfSecret, secretsIn } from '../support/secret-forms.ts';
import { sleep } from '../support/wait.ts';

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

const PLAYS = `cam${FAULTS.indexOf('n=0')}`;

/** Where a secret may stand in a camera's entry. */
const PLACES: Readonly<Record<string, (demo: DemoRtsp, query: string) => Cameras[string]>> = {
  'the URL’s user part': (demo, query) => ({
    url: `rtsp://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${demo.port}/yard?${query}`,
  }),
  '`password`': (demo, query) => ({
    url: `rtsp://127.0.0.1:${demo.port}/yard?${query}`,
    username: USER,
    password: PASSWORD,
  }),
  'a query string': (demo, query) => ({
    url: `rtsp://127.0.0.1:${demo.port}/yard?${query}&password=${encodeURIComponent(TOKEN)}`,
    username: USER,
    password: PASSWORD,
  }),
};

describe.each(Object.entries(PLACES))('a secret in %s', (_place, entry) => {
  let demo: DemoRtsp;
  /** Of the camera that refuses a login which is right: refused there, it is not shown again on that machine. */
  let strict: DemoRtsp;
  let relay: RelayProcess;
  /** Everything that left the relay, by where it was seen. */
  const seen: { where: string; text: string }[] = [];
  const forms = new Map([
    ...[...formsOfSecret(PASSWORD, USER)].map(([name, text]): [string, string] => [`password, ${name}`, text]),
    ...[...formsOfSecret(TOKEN, USER)].map(([name, text]): [string, string] => [`token, ${name}`, text]),
  ]);

  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(relay.url + path, init);
    const headers = JSON.stringify([...answer.headers]);
    seen.push({ where: path, text: `${headers}\n${await answer.text()}` });
  };

  beforeAll(async () => {
    [demo, strict] = (await Promise.all([1, 2].map(() => startDemoRtsp({ users: { [USER]: PASSWORD } })))) as [
      DemoRtsp,
      DemoRtsp,
    ];
    const serverOf = (query: string) => (query.includes('wrong-password') ? strict : demo);
    const faulty = FAULTS.map((query, index): [string, Cameras[string]] => [
      `cam${index}`,
      entry(serverOf(query), query),
    ]);
    const gone = entry({ ...demo, port: 1 }, 'n=1');
    const lost = entry(demo, 'n=2');
    const cameras: Cameras = {
      ...Object.fromEntries(faulty),
      refused: gone,
      'not-found': { ...lost, url: (lost.url ?? '').replace('/yard', '/nowhere') },
      'not-let-in': { ...entry(demo, 'n=3'), username: 'somebody', password: PASSWORD },
    };
    relay = await startRelay({
      config: {
        log: { level: 'trace' },
        ffmpeg: {
          connectTimeoutMs: 4_000,
          stallTimeoutMs: 700,
          retryMaxMs: 500,
          maxStartsAtOnce: 8,
          idleTimeoutMs: 0,
        },
        cameras,
      },
    });
    const events = new WebSocket(`${relay.wsUrl}/api/events`);
    events.on('message', (data) => seen.push({ where: '/api/events', text: String(data) }));
    const viewers = Object.keys(cameras).flatMap((id) =>
      (['ws', 'http'] as const).map((transport) => new FlvClient(`${relay.url}/live/${id}.flv`, { transport })),
    );
    const startedAtMs = performance.now();
    const watchedMs = () => performance.now() - startedAtMs;
    const played = new Set<string>();
    const failed = new Set<string>();
    const enough = () =>
      played.has(PLAYS) && ['cam0', 'refused', 'not-found', 'not-let-in'].every((id) => failed.has(id));
    while (watchedMs() < WATCH_AT_LEAST_MS || (!enough() && watchedMs() < WATCH_AT_MOST_MS)) {
      await Promise.all(['/api/cameras', '/metrics'].map((path) => ask(path)));
      for (const camera of await relay.cameras()) {
        if (camera.state === 'live') played.add(camera.id);
        if (camera.lastError !== null) failed.add(camera.id);
      }
      seen.push({ where: 'the relay’s command line', text: readFileSync(`/proc/${relay.pid}/cmdline`, 'utf8') });
      await sleep(300);
    }
    await Promise.all(
      ['/', '/embed/cam0', '/readyz', '/healthz', '/api/nowhere', '/live/nowhere.flv'].map((path) => ask(path)),
    );
    await Promise.all(Object.keys(cameras).map((id) => ask(`/api/cameras/${id}`)));
    await Promise.all(['/api/openapi.json', '/api/session', '/api/audit', '/api/videos'].map((path) => ask(path)));
    await Promise.all(['/index.m3u8', '/index.m3u8?format=ts', '.jpg'].map((form) => ask(`/live/${PLAYS}${form}`)));
    const told = [PLAYS, 'not-let-in', 'refused'].map((id) => `/api/cameras/${id}`);
    await Promise.all(told.flatMap((path) => ['/probe', '/retry'].map((act) => ask(path + act, { method: 'POST' }))));
    await Promise.all(told.flatMap((path) => ['/recording', '/recordings'].map((what) => ask(path + what))));
    const adHoc = new URLSearchParams({ url: `rtsp://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/x` });
    await ask(`/live.flv?${adHoc}`);
    await ask(`/live/${PLAYS}.flv?key=${encodeURIComponent(TOKEN)}`, { method: 'POST', body: 'none' });
    await Promise.all(viewers.map((viewer) => viewer.leave()));
    for (const viewer of viewers) {
      seen.push({ where: 'a close reason or problem', text: viewer.end?.text ?? '' });
      seen.push({
        where: 'metadata',
        text: viewer
          .ofKind('metadata', 'script')
          .map(({ bytes }) => bytes)
          .join('\n'),
      });
    }
    await relay.close();
    for (const text of relay.stderr()) seen.push({ where: 'the log', text });
    for (const text of relay.stdout()) seen.push({ where: 'standard output', text });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all([demo?.close(), strict?.close()]);
  });

  it('was used: cameras played, and each kind of failure was told', () => {
    const log = seen.filter(({ where }) => where === 'the log').map(({ text }) => text);
    expect(log.length).toBeGreaterThan(100);
    for (const word of ['"live"', 'unauthorized', 'refused', 'not-found', 'timeout', '***']) {
      expect(
        log.some((line) => line.includes(word)),
        word,
      ).toBe(true);
    }
    expect(log.some((line) => line.includes('ffmpeg says'))).toBe(true);
    expect(seen.filter(({ where }) => where === '/api/events').length).toBeGreaterThan(10);
    expect(seen.filter(({ where, text }) => where.startsWith('a close reason') && text !== '').length).toBeGreaterThan(
      5,
    );
  });

  it('is found nowhere, in no form', () => {
    const found = seen.flatMap(({ where, text }) =>
      secretsIn(text, forms).map((form) => ({ where, form, text: text.slice(0, 500) })),
    );
    expect(found).toEqual([]);
  });
});

describe('what is looked for', () => {
  it('is found where it is: in ffmpeg’s own argument, and in texts that hold it', async () => {
    const demo = await startDemoRtsp({ users: { [USER]: PASSWORD } });
    const relay = await startRelay({ config: { cameras: { yard: PLACES['`password`']!(demo, 'n=4') } } });
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
    for (const camera of [
      { url: `rtsp://${login}@host:99999/` },
      { url: `rtsp://${USER}:${PASSWORD}@host/` },
      { url: 'demo:yard', pasword: PASSWORD },
    ]) {
      const { exit, stderr } = await relayThatEnds({ configText: JSON.stringify({ cameras: { door: camera } }) });
      expect(exit.code).toBe(2);
      expect(secretsIn(stderr, forms), stderr).toEqual([]);
    }
  });
});
