import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../server/config/schema.ts';
import type { Challenge } from '../server/rtsp/authentication.ts';
import { header } from '../server/rtsp/message.ts';
import {
  guarded,
  open,
  type Script,
  type ScriptedCamera,
  startScriptedCamera,
} from '../server/rtsp/scripted-camera.fixture.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { freePort } from './support/free-port.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTlsFront } from './support/tls-front.ts';
import { sleep } from './support/wait.ts';

const USER = 'admin';
const PASSWORD = 'p@ss:w/rd#1';
const sha256: Challenge = { scheme: 'digest', realm: 'cam', nonce: 'n', algorithm: 'SHA-256', qopAuth: true };
const login = { username: USER, password: PASSWORD };

/** ffmpeg as an RTMP server for one player. */
const RTMP_SERVER = [
  ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re'],
  ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10', '-f', 'flv', '-listen', '1'],
];

describe('cameras with odd addresses', () => {
  const closing: { close(): Promise<unknown> }[] = [];
  const keep = async <T extends { close(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    closing.push(started);
    return started;
  };
  let demo: DemoRtsp;
  let odd: DemoRtsp;
  let digest: GstreamerCamera;
  let basic: GstreamerCamera;
  let open5: GstreamerCamera;
  let source: RelayProcess;
  let relay: RelayProcess;
  let trap: { connections: number };
  const scripted: Record<string, ScriptedCamera> = {};

  beforeAll(async () => {
    demo = await keep(startDemoRtsp({ users: { [USER]: PASSWORD } }));
    odd = await keep(startDemoRtsp({ users: { 'größe %41': 'ключ?&=+ 密码' } }));
    digest = await keep(
      startGstreamerCamera({ mounts: { '/cam': {} }, auth: 'digest', user: USER, password: PASSWORD }),
    );
    basic = await keep(startGstreamerCamera({ mounts: { '/cam': {} }, auth: 'basic', user: USER, password: PASSWORD }));
    open5 = await keep(
      startGstreamerCamera({
        mounts: { '/tcp': { transport: 'tcp' }, '/udp': { transport: 'udp' } },
      }),
    );
    // Where a redirect leads that must not be followed.
    const strange = createServer(() => {
      trap.connections += 1;
    }).listen(0, '127.0.0.2');
    trap = { connections: 0 };
    await once(strange, 'listening');
    closing.push({ close: async () => void strange.close() });
    const { port } = strange.address() as { port: number };
    const redirectTo =
      (Location: string): Script =>
      ({ method }) =>
        method === 'OPTIONS' ? { status: 200 } : { status: 302, headers: [['Location', Location]] };
    const scripts: Record<string, Script> = {
      sha256: guarded([sha256], { [USER]: PASSWORD }, open()),
      redirects: redirectTo(`rtsp://eve:secret@127.0.0.2:${port}/x`),
      listed: redirectTo(`rtsp://127.0.0.1:${demo.port}/yard?n=listed`),
      choosy: (request, camera) => (request.method === 'SETUP' ? { status: 461 } : open()(request, camera)),
      nvr: (request, camera) =>
        request.uri.includes('/cam/realmonitor') || request.method === 'OPTIONS'
          ? open()(request, camera)
          : { status: 404 },
    };
    for (const [name, script] of Object.entries(scripts)) {
      scripted[name] = await keep(startScriptedCamera(script, name === 'listed' ? '127.0.0.3' : '127.0.0.1'));
    }
    const tls = await keep(startTlsFront(demo.port));
    const strict = await keep(startDemoRtsp({ users: { [USER]: PASSWORD }, sessionTimeoutMs: 5_000 }));
    const rtmpPort = await freePort();
    const rtmp = spawn('ffmpeg', [...RTMP_SERVER, `rtmp://127.0.0.1:${rtmpPort}/app/x`], { stdio: 'ignore' });
    closing.push({ close: async () => void rtmp.kill('SIGKILL') });
    source = await keep(
      startRelay({
        config: {
          cameras: {
            door: demo.of('lab', 'n=door'),
            gate: demo.of('yard', 'n=gate'),
            tls: { url: `rtsps://127.0.0.1:${tls.port}/yard?n=tls`, ...login },
            rtmp: { url: `rtmp://127.0.0.1:${rtmpPort}/app/x` },
            'keep-alive': strict.of('yard', 'n=alive', { transport: 'udp' }),
          },
        },
      }),
    );
    const raw = `${USER}:${PASSWORD}`;
    const cameras: ConfigInput['cameras'] = {
      'digest-keys': { url: digest.url('/cam'), ...login },
      'digest-url': { url: digest.url('/cam').replace('//', `//${raw}@`) },
      'basic-keys': { url: basic.url('/cam'), ...login },
      'basic-encoded': { url: basic.url('/cam').replace('//', `//${USER}:${encodeURIComponent(PASSWORD)}@`) },
      'non-ascii': odd.of('yard', 'n=1&channel=1&subtype=0'),
      'udp-only': { url: open5.url('/udp') },
      'tcp-only': { url: open5.url('/tcp') },
      'udp-told': { url: open5.url('/udp'), transport: 'udp' },
      'udp-wrong': { url: open5.url('/udp'), transport: 'tcp' },
      'asks-auto': { url: scripted.choosy!.url('/auto') },
      'asks-group': { url: scripted.choosy!.url('/group'), transport: 'multicast' },
      sha256: { url: scripted.sha256!.url(), ...login },
      redirects: { url: scripted.redirects!.url() },
      listed: { url: scripted.listed!.url(), ...login, redirects: ['127.0.0.1'] },
      edge: { url: `${source.url}/live/door.flv` },
      'edge-hls': { url: `${source.url}/live/gate/index.m3u8` },
      'edge-mjpeg': { url: `${source.url}/live/gate.mjpeg` },
      'edge-nowhere': { url: `${source.url}/live/nobody.flv` },
      nvr: { host: '127.0.0.1', port: scripted.nvr!.port, channels: '1-2', ...login, title: 'Hall' },
    };
    relay = await keep(startRelay({ config: { cameras, ffmpeg: { connectTimeoutMs: 15_000, checkEveryMs: 1_000 } } }));
  });
  afterAll(async () => {
    for (const each of closing.reverse()) await each.close();
  });

  it.concurrent('a camera over UDP that wants a sign of life keeps sending', async () => {
    const viewer = new FlvClient(`${source.url}/live/keep-alive.flv`);
    await viewer.untilKeyframe();
    await sleep(8_000);
    const before = viewer.tags.length;
    await viewer.untilTags(before + 20);
    expect(await source.camera('keep-alive')).toMatchObject({ state: 'live', starts: 1 });
    await viewer.leave();
  });

  it.concurrent.each([
    ['Digest, p@ss:w/rd#1 in keys', 'digest-keys'],
    ['Digest, p@ss:w/rd#1 in the URL as it is', 'digest-url'],
    ['Basic, in keys', 'basic-keys'],
    ['Basic, percent-encoded in the URL', 'basic-encoded'],
    ['a login and a query beyond ASCII', 'non-ascii'],
    ['a camera that wants TCP', 'tcp-only'],
    ['one that wants UDP, found by trying', 'udp-only'],
    ['one that wants UDP, told so', 'udp-told'],
    ['a redirect to a listed host', 'listed'],
    ['FLV of another relay', 'edge'],
    ['HLS', 'edge-hls'],
    ['MJPEG over HTTP', 'edge-mjpeg'],
  ])('%s plays', async (_, id) => {
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    await viewer.untilKeyframe(25_000);
    await viewer.leave();
  });

  it.concurrent.each(['tls', 'rtmp'])('%s plays', async (id) => {
    const viewer = new FlvClient(`${source.url}/live/${id}.flv`);
    await viewer.untilKeyframe(25_000);
    await viewer.leave();
  });

  it.concurrent.each([
    ['Digest with SHA-256', 'sha256', 'unauthorized', /SHA-256, which this ffmpeg cannot do/],
    ['a redirect to a host that is not listed', 'redirects', 'redirected', /127\.0\.0\.2:\d+, which is not listed/],
    ['a transport that the camera does not offer', 'udp-wrong', 'refused', /transport/],
    ['a stream that the other relay has not', 'edge-nowhere', 'not-found', /./],
  ])('%s is told in so many words', async (_, id, code, message) => {
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    const end = await viewer.untilEnded(25_000);
    expect(end.reason).toMatchObject({ code, camera: id, detail: expect.stringMatching(message) });
    expect(end.text).not.toMatch(/eve|secret|p@ss/);
    expect(trap.connections).toBe(0);
  });

  it('another relay is pulled once, however many watch here', async () => {
    const viewers = Array.from({ length: 5 }, () => new FlvClient(`${relay.url}/live/edge.flv`));
    await Promise.all(viewers.map((viewer) => viewer.untilKeyframe()));
    expect(await relay.camera('edge')).toMatchObject({ pulls: 1, viewers: 5, audio: { codec: 'aac' } });
    expect((await source.camera('door')).viewers).toBe(1);
    await Promise.all(viewers.map((viewer) => viewer.leave()));
  });

  it.each([
    ['auto', ['TCP', 'unicast', 'multicast']],
    ['group', ['multicast']],
  ])('transport %s asks the camera for %j', async (name, wanted) => {
    const viewer = new FlvClient(`${relay.url}/live/asks-${name}.flv`);
    expect((await viewer.untilEnded()).reason).toMatchObject({ code: 'refused' });
    const asked = scripted
      .choosy!.requests.filter(({ method, uri }) => method === 'SETUP' && uri.includes(`/${name}`))
      .map((request) => /TCP|unicast|multicast/.exec(header(request, 'Transport') ?? '')?.[0]);
    expect([...new Set(asked)]).toEqual(wanted);
  });

  it('a recorder given by its host becomes cameras with main and sub, found on its maker’s path', async () => {
    const camera = await relay.untilCamera('nvr-2', ({ checkedAt }) => checkedAt !== null);
    expect(camera).toMatchObject({ title: 'Hall 2', state: 'idle', reason: null, streams: { sub: { state: 'idle' } } });
    const uris = scripted.nvr!.requests.filter(({ method }) => method === 'DESCRIBE').map(({ uri }) => uri);
    expect(uris.some((uri) => uri.endsWith('/cam/realmonitor?channel=2&subtype=0'))).toBe(true);
    expect(uris.filter((uri) => uri.includes('/Streaming/Channels/'))).toHaveLength(1);
  });

  it('cameras that nobody watches are told apart: idle, refused, unauthorized', async () => {
    const quick = await keep(
      startRelay({
        config: {
          ffmpeg: { checkEveryMs: 300 },
          cameras: {
            well: demo.of('yard', 'n=well'),
            gone: { url: 'rtsp://127.0.0.1:1/x' },
            locked: { url: digest.url('/cam'), username: USER, password: 'not this one' },
          },
        },
      }),
    );
    await quick.untilCamera('well', ({ checkedAt, reason }) => checkedAt !== null && reason === null);
    expect(await quick.untilCamera('gone', ({ reason }) => reason !== null)).toMatchObject({
      state: 'idle',
      reason: 'refused',
      starts: 0,
    });
    expect(await quick.untilCamera('locked', ({ reason }) => reason !== null)).toMatchObject({
      reason: 'unauthorized',
    });
    const metrics = await (await fetch(`${quick.url}/metrics`)).text();
    expect(metrics).toContain('sightline_camera_reason{camera="gone",reason="refused"} 1');
    expect(metrics).toContain('sightline_camera_reason{camera="well",reason="none"} 1');
    expect(demo.sessions('yard?n=well').total).toBe(0);
  });

  it('no address that was found or followed holds a login in what was written down', async () => {
    const text = relay.stderr().join('\n');
    for (const secret of [PASSWORD, 'secret@', 'ключ']) expect(text).not.toContain(secret);
  });
});
