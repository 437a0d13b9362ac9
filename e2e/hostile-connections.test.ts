import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { ffmpegsOf, openFiles, residentBytes } from './support/processes.ts';
import { openSocket } from './support/raw-http.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

/** A request as it goes on the wire; to another host than it was sent to there would be no answer but a refusal. */
const ask = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;

describe('connections that mean no good', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: { cameras: { yard: demo.of('yard'), street: demo.of('street') }, ffmpeg: { idleTimeoutMs: 0 } },
    });
    await fetch(`${relay.url}/readyz`);
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  const expectToServe = async () => {
    const viewer = new FlvClient(`${relay.url}/live/yard.flv`);
    await viewer.untilPictures(5);
    await viewer.leave();
    await relay.untilCamera('yard', ({ state }) => state === 'idle');
  };

  it('100 sockets that send nothing or half a request disturb nobody and are cut off', async () => {
    await expectToServe();
    const before = openFiles(relay.pid);
    const silent = await Promise.all(Array.from({ length: 50 }, () => openSocket(relay.port)));
    const half = await Promise.all(
      Array.from({ length: 50 }, () => openSocket(relay.port, 'GET /live/yard.flv HTTP/1.1\r\nHost: x\r\nX-Half')),
    );
    await expectToServe();
    await eventually(
      () => [...silent, ...half].filter((socket) => !socket.destroyed && !socket.readableEnded).length,
      (open) => open === 0,
      { withinMs: 20_000 },
    );
    await eventually(
      () => openFiles(relay.pid),
      (open) => open <= before + 3,
      { withinMs: 5_000 },
    );
  });

  it('200 connects and disconnects within a second leave no ffmpeg, no handle and no viewer behind', async () => {
    await expectToServe();
    const files = openFiles(relay.pid);
    const memory = residentBytes(relay.pid);
    const startedAtMs = performance.now();
    for (let index = 0; index < 200; index += 1) {
      const kind = index % 4;
      if (kind === 0) {
        const socket = new WebSocket(`${relay.wsUrl}/live/street.flv`);
        socket.on('error', () => {});
        socket.on('open', () => socket.close());
      } else if (kind === 1) {
        const socket = new WebSocket(`${relay.wsUrl}/live/street.flv`);
        socket.on('error', () => {});
        setTimeout(() => socket.terminate(), 5);
      } else if (kind === 2) {
        const socket = await openSocket(relay.port, ask('/live/street.flv'));
        setTimeout(() => socket.resetAndDestroy(), 5);
      } else {
        (await openSocket(relay.port)).end();
      }
      await sleep(2);
    }
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);

    await relay.untilCamera('street', ({ viewers, state }) => viewers === 0 && state === 'idle');
    await eventually(
      () => ffmpegsOf(relay.pid).length,
      (count) => count === 0,
    );
    await eventually(
      () => demo.sessions('street').now,
      (now) => now === 0,
    );
    await eventually(
      () => openFiles(relay.pid),
      (open) => open <= files + 3,
    );
    expect(residentBytes(relay.pid) - memory).toBeLessThan(64 * 1024 * 1024);
    await expectToServe();
    const joined = relay.logLines().filter(({ msg }) => msg === 'viewer joined');
    const left = relay.logLines().filter(({ msg }) => msg === 'viewer left');
    expect(left.map(({ viewer }) => viewer).sort()).toEqual(joined.map(({ viewer }) => viewer).sort());
  });

  it('requests behind one whose answer does not end are nobody’s viewers, and gone with their connection', async () => {
    const live = ask('/live/street.flv');
    const socket = await openSocket(relay.port, live);
    await relay.untilCamera('street', ({ state }) => state === 'live', 30_000);
    socket.write(live.repeat(5));
    socket.write(ask('/live/street.mp4').repeat(5));
    await expectToServe();
    expect((await relay.camera('street')).viewers).toBe(1);
    socket.destroy();
    await relay.untilCamera('street', ({ viewers, state }) => viewers === 0 && state === 'idle');

    const upgrading = await openSocket(relay.port, live + ask('/', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'));
    await once(upgrading, 'close');
    await expectToServe();
    await relay.untilCamera('street', ({ viewers, state }) => viewers === 0 && state === 'idle');
  });

  it('peers that never close their side of a connection are cut off after their answer', async () => {
    await expectToServe();
    const before = openFiles(relay.pid);
    const upgrade = (to: string) => `Connection: Upgrade\r\nUpgrade: ${to}\r\n`;
    const requests = [
      ask('/nowhere', upgrade('websocket')),
      ask('/live/yard.flv', upgrade('websocket')),
      ask('/healthz', upgrade('h2c')),
    ];
    const sockets = requests.map((request) => {
      const socket = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(request));
      socket.on('error', () => {});
      return socket.resume();
    });
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'end')));
    await eventually(
      () => openFiles(relay.pid),
      (open) => open <= before,
      { withinMs: 10_000 },
    );
  });

  it('a viewer that leaves while its camera starts leaves no ffmpeg behind', async () => {
    for (const waitMs of [0, 20, 100, 300]) {
      const viewer = new FlvClient(`${relay.url}/live/street.flv`, { transport: 'http' });
      await sleep(waitMs);
      await viewer.leave();
      await relay.untilCamera('street', ({ state, pulls }) => state === 'idle' && pulls === 0);
      await eventually(
        () => ffmpegsOf(relay.pid).length,
        (count) => count === 0,
      );
      await eventually(
        () => demo.sessions('street').now,
        (now) => now === 0,
      );
    }
  });
});
