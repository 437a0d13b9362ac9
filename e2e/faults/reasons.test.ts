import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../server/config/schema.ts';
import type { CameraReason, Problem } from '../../server/protocol.ts';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient, type FlvEnd } from '../support/flv-client.ts';
import { freePort } from '../support/free-port.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

const CONNECT_TIMEOUT_MS = 6_000;

interface Case {
  readonly what: string;
  readonly id: string;
  readonly reasons: readonly CameraReason[];
  readonly status: number;
  readonly close: number;
}

const CASES: readonly Case[] = [
  { what: 'is silent after accept', id: 'silent', reasons: ['timeout'], status: 504, close: 4408 },
  { what: 'answers DESCRIBE too late', id: 'slow', reasons: ['timeout'], status: 504, close: 4408 },
  { what: 'refuses the login', id: 'wrong-password', reasons: ['unauthorized'], status: 503, close: 4503 },
  {
    what: 'hangs up on the first request',
    id: 'hangs-up',
    reasons: ['ended', 'unreachable'],
    status: 503,
    close: 4503,
  },
  { what: 'plays and sends nothing', id: 'stall', reasons: ['timeout'], status: 504, close: 4408 },
  { what: 'sends sound alone', id: 'video-dies', reasons: ['no-video'], status: 503, close: 4503 },
  { what: 'has no stream under the path', id: 'not-found', reasons: ['not-found'], status: 503, close: 4503 },
  { what: 'is not there', id: 'refused', reasons: ['refused'], status: 503, close: 4503 },
  { what: 'has a name that nobody knows', id: 'dns', reasons: ['dns'], status: 503, close: 4503 },
];

describe('a camera that never shows a picture is told by one reason everywhere', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const hangingUp = createServer((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
    socket.on('error', () => {});
  });
  const ends = new Map<string, { http: FlvEnd; ws: FlvEnd }>();
  beforeAll(async () => {
    demo = await startDemoRtsp({ users: { viewer: 'right' } });
    hangingUp.listen(0, '127.0.0.1');
    await once(hangingUp, 'listening');
    const cameras: ConfigInput['cameras'] = {
      silent: demo.of('yard', 'fault=silent'),
      slow: demo.of('yard', 'fault=slow-start&after=60000'),
      'wrong-password': demo.of('yard', 'fault=wrong-password', { password: 'not this one' }),
      'hangs-up': { url: `rtsp://127.0.0.1:${(hangingUp.address() as AddressInfo).port}/x` },
      stall: demo.of('yard', 'fault=stall&after=0'),
      'video-dies': demo.of('yard', 'fault=video-dies&after=0'),
      'not-found': { url: `rtsp://127.0.0.1:${demo.port}/nowhere`, username: 'viewer', password: 'right' },
      refused: { url: `rtsp://127.0.0.1:${await freePort()}/x` },
      dns: { url: 'rtsp://no-such-camera.invalid/x' },
    };
    relay = await startRelay({
      config: {
        cameras,
        ffmpeg: { connectTimeoutMs: CONNECT_TIMEOUT_MS, maxStartsAtOnce: 16 },
      },
    });
    await Promise.all(
      CASES.map(async ({ id }) => {
        const clients = (['http', 'ws'] as const).map(
          (transport) => new FlvClient(`${relay.url}/live/${id}.flv`, { transport }),
        );
        const [http, ws] = await Promise.all(clients.map((client) => client.untilEnded(30_000)));
        ends.set(id, { http: http!, ws: ws! });
      }),
    );
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    hangingUp.close();
  });

  it.each(CASES)('one that $what', async ({ id, reasons, status, close }) => {
    const { http, ws } = ends.get(id)!;
    const problem = http.reason as unknown as Problem;
    expect(reasons).toContain(problem.code);
    expect(http.code).toBe(status);
    expect(problem).toMatchObject({ status, camera: id, type: `urn:sightline:problem:${problem.code}` });
    expect(problem.detail).toMatch(/^[A-Z].+\.$/);
    expect(ws).toMatchObject({ code: close, reason: { code: problem.code, message: expect.any(String) } });
    expect(Buffer.byteLength(ws.text)).toBeLessThanOrEqual(123);

    const camera = await relay.camera(id);
    expect(camera.lastError).toMatchObject({ code: problem.code, message: problem.detail });
    const logged = relay.logLines().filter((line) => line.camera === id && line.reason === problem.code);
    expect(logged.length).toBeGreaterThan(0);
  });

  it('a camera kept up while it fails is waiting, says why, and when it is tried again', async () => {
    const kept = await startRelay({
      config: {
        cameras: { gone: { url: `rtsp://127.0.0.1:${await freePort()}/x`, keep: 'always' } },
        ffmpeg: { retryMinMs: 2_000 },
      },
    });
    onTestFinished(async () => void (await kept.close()));
    const camera = await kept.untilCamera('gone', ({ state }) => state === 'waiting');
    expect(camera).toMatchObject({ reason: 'refused', viewers: 0, pulls: 0 });
    expect(Date.parse(camera.nextTryAt!)).toBeGreaterThan(Date.now());
  });
});
