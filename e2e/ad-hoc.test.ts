import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { startTlsFront, type TlsFront } from './support/tls-front.ts';
import { eventually } from './support/wait.ts';

const USER = 'viewer';
const PASSWORD = 'p@ss:w/rd#1';
const WRONG = 'not-the-Password';

const SDP = 'v=0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n';

/** An RTSP server that sends everybody elsewhere, at once or only from the second DESCRIBE on. */
async function startRedirector(target: string, when: 'always' | 'later' = 'always'): Promise<Server> {
  let describes = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const [, method, cseq] = /^(\w+)[\s\S]*?CSeq: *(\d+)/i.exec(String(chunk)) ?? [];
      describes += method === 'DESCRIBE' ? 1 : 0;
      if (method === 'DESCRIBE' && when === 'later' && describes === 1) {
        const headers = `CSeq: ${cseq}\r\nContent-Type: application/sdp\r\nContent-Length: ${SDP.length}`;
        socket.write(`RTSP/1.0 200 OK\r\n${headers}\r\n\r\n${SDP}`);
        return;
      }
      const answer = method === 'OPTIONS' ? '200 OK' : `302 Moved\r\nLocation: ${target}`;
      socket.write(`RTSP/1.0 ${answer}\r\nCSeq: ${cseq}\r\n\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('a camera that is named in the request', () => {
  let demo: DemoRtsp;
  let camera: TcpRelay;
  let elsewhere: TcpRelay;
  let front: TlsFront;
  let redirector: Server;
  let trickster: Server;
  let relay: RelayProcess;
  let closed: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp({ users: { [USER]: PASSWORD } });
    camera = await startTcpRelay({ targetPort: demo.port });
    elsewhere = await startTcpRelay({ targetPort: demo.port });
    redirector = await startRedirector(`rtsp://127.0.0.1:${elsewhere.port}/yard`);
    trickster = await startRedirector(`rtsp://127.0.0.1:${elsewhere.port}/yard`, 'later');
    const names = [redirector, trickster].map((server) => `localhost:${portOf(server)}`);
    front = await startTlsFront(demo.port, true);
    const allow = [`localhost:${front.port}`, `127.0.0.0/8:${camera.port}`, ...names];
    [relay, closed] = await Promise.all([startRelay({ config: { adHoc: { allow } } }), startRelay()]);
  });
  afterAll(async () => {
    await Promise.all([relay?.close(), closed?.close()]);
    redirector?.close();
    trickster?.close();
    await Promise.all([camera, elsewhere, front, demo].map((each) => each?.close()));
  });

  const login = (password = PASSWORD) => `${USER}:${password}@`;
  const watch = (url: string, transport: 'ws' | 'http' = 'ws', at = relay) =>
    new FlvClient(`${at.url}/live.flv?url=${encodeURIComponent(url)}`, { transport });

  it('is asked for by its name in TLS, by the relay and by ffmpeg', async () => {
    const viewer = watch(`rtsps://${login()}localhost:${front.port}/street`);
    await viewer.untilPictures(5);
    // OPTIONS and DESCRIBE of ours, then the pull.
    expect(front.names).toEqual(['localhost', 'localhost']);
    await viewer.leave();
    await eventually(
      () => ffmpegsOf(relay.pid),
      (pids) => pids.length === 0,
    );
  });

  it('is refused before anything is opened where nothing is listed', async () => {
    const url = `rtsp://${login()}127.0.0.1:${camera.port}/yard`;
    expect(await watch(url, 'http', closed).untilEnded()).toMatchObject({ code: 403, reason: { code: 'not-allowed' } });
    expect(await watch(url, 'ws', closed).untilEnded()).toMatchObject({ code: 4403, reason: { code: 'not-allowed' } });
    expect(camera.accepted).toBe(0);
  });

  it.each([
    ['a port that is not listed', () => `rtsp://127.0.0.1:${elsewhere.port}/yard`],
    ['an address that is not', () => `rtsp://[::1]:${camera.port}/yard`],
    ['a listed name in another spelling of its address', () => `rtsp://127.0.0.1:${portOf(redirector)}/yard`],
  ])('is refused for %s', async (_what, url) => {
    expect(await watch(url(), 'http').untilEnded()).toMatchObject({ code: 403, reason: { code: 'not-allowed' } });
    expect(elsewhere.accepted).toBe(0);
  });

  it('has to be named by an RTSP address', async () => {
    for (const url of ['', 'file:///etc/passwd', 'http://127.0.0.1/x.flv', '-i', 'rtsp://']) {
      expect(await watch(url, 'http').untilEnded()).toMatchObject({ code: 400, reason: { code: 'bad-request' } });
    }
  });

  it('is pulled once for all who name it, however they write its address, and ends when nobody watches', async () => {
    const host = `127.0.0.1:${camera.port}`;
    const viewers = [
      watch(`rtsp://${login()}${host}/yard`),
      watch(`rtsp://${login(encodeURIComponent(PASSWORD))}${host}/yard`, 'http'),
      watch(`rtsp://${login()}2130706433:${camera.port}/yard`),
      watch(`RTSP://${login()}0177.0.0.1:${camera.port}/yard`, 'http'),
      watch(`rtsp://${login()}[::ffff:127.0.0.1]:${camera.port}/yard`),
    ];
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(10)));
    expect(demo.sessions('yard')).toEqual({ now: 1, total: 1 });
    expect(ffmpegsOf(relay.pid)).toHaveLength(1);
    const { cameras } = (await (await fetch(`${relay.url}/api/cameras`)).json()) as { cameras: unknown[] };
    expect(cameras).toEqual([]);
    await Promise.all(viewers.map((viewer) => viewer.leave()));
    await eventually(
      () => demo.sessions('yard').now + ffmpegsOf(relay.pid).length,
      (open) => open === 0,
    );
  });

  it('is refused when it redirects, and nobody goes there', async () => {
    const end = await watch(`rtsp://localhost:${portOf(redirector)}/yard`).untilEnded();
    expect(end).toMatchObject({ code: 4503, reason: { code: 'redirected' } });
    expect(elsewhere.accepted).toBe(0);
  });

  it('shows nothing of where it sends ffmpeg after it had answered well', async () => {
    const viewer = watch(`rtsp://localhost:${portOf(trickster)}/yard`);
    expect(await viewer.untilEnded()).toMatchObject({ code: 4503, reason: { code: 'redirected' } });
    expect(viewer.tags).toEqual([]);
  });

  it('is asked once with a wrong password, however often the page is loaded', async () => {
    const url = `rtsp://${login(WRONG)}127.0.0.1:${camera.port}/yard`;
    expect(await watch(url).untilEnded()).toMatchObject({ code: 4503, reason: { code: 'unauthorized' } });
    const { accepted } = camera;
    for (const transport of ['http', 'ws', 'http'] as const) {
      expect((await watch(url, transport).untilEnded()).reason).toMatchObject({ code: 'unauthorized' });
    }
    expect(camera.accepted).toBe(accepted);
  });

  it('is not asked for one password after another', async () => {
    const guess = (n: number) => watch(`rtsp://${login(`${WRONG}${n}`)}127.0.0.1:${camera.port}/yard`).untilEnded();
    expect((await guess(1)).reason?.code).toBe('unauthorized');
    expect((await guess(2)).reason?.code).toBe('unauthorized');
    const { accepted } = camera;
    expect(await guess(3)).toMatchObject({ reason: { code: 'unauthorized', message: expect.stringMatching(/wait/) } });
    expect(camera.accepted).toBe(accepted);
  });

  it('keeps its login to itself', () => {
    const log = relay.stderr().join('\n');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), WRONG]) expect(log).not.toContain(secret);
    expect(log).toContain('ad-hoc-');
  });
});
