/** Below a path behind nginx with TLS, by the configuration that we hand out: who gets in, and what browsers are told. */
import { get, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { PASSWORD, usersOf } from './support/access-client.ts';
import { type Nginx, startNginx } from './support/nginx.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const BASE = '/cams/';

let relay: RelayProcess;
let nginx: Nginx;

beforeAll(async () => {
  relay = await startRelay({
    config: {
      server: { basePath: BASE },
      cameras: { yard: { url: 'demo:yard' } },
      access: { users: await usersOf({ vera: {} }), trustedProxies: ['127.0.0.1'] },
    },
  });
  nginx = await startNginx({ relayPort: relay.port, basePath: BASE });
});

afterAll(async () => {
  await nginx?.close();
  await relay?.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(
  path: string,
  headers: Record<string, string> = {},
  sent?: { method: string; body: object },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { ca: nginx.certificate, headers, ...(sent === undefined ? {} : { method: sent.method }) };
    const asking = (sent === undefined ? get : request)(`${nginx.url}${path}`, options, (response) => {
      let body = '';
      response.on('data', (bytes) => {
        body += bytes;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asking.once('error', reject);
    if (sent !== undefined) asking.end(JSON.stringify(sent.body));
  });
}

async function signIn(headers: Record<string, string> = {}): Promise<{ cookie: string; line: string; status: number }> {
  const body = { user: 'vera', password: PASSWORD };
  const json = { 'Content-Type': 'application/json' };
  const answer = await ask(`${BASE}api/session`, { ...json, ...headers }, { method: 'POST', body });
  const line = answer.headers['set-cookie']?.[0] ?? '';
  return { cookie: line.split(';')[0]!, line, status: answer.status };
}

/** The first bytes of a WebSocket, or the status that refused it. */
function open(path: string, headers: Record<string, string>, origin: string): Promise<string> {
  const socket = new WebSocket(`${nginx.url.replace('https', 'wss')}${path}`, {
    ca: nginx.certificate,
    headers,
    origin,
  });
  return new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve((data as Buffer).subarray(0, 3).toString('latin1')));
    socket.once('close', (code) => resolve(String(code)));
    socket.once('unexpected-response', (_asking, response) => resolve(String(response.statusCode)));
    socket.once('error', reject);
  }).finally(() => socket.terminate());
}

describe('below a path behind nginx with TLS', () => {
  it('the page knows its path, and every answer keeps the browser to TLS', async () => {
    const page = await ask(BASE);
    expect([page.status, page.body.includes(`<base href="${BASE}"`)]).toEqual([200, true]);
    for (const answer of [page, await ask(`${BASE}api/cameras`), await ask(`${BASE}api/session`)]) {
      expect(answer.headers).toMatchObject({
        'strict-transport-security': 'max-age=15552000',
        'content-security-policy': expect.stringContaining("frame-ancestors 'self'"),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
    expect((await ask('/api/cameras')).status).toBe(404);
  });

  it('who signs in gets a cookie for this path and for TLS alone, and it lets in', async () => {
    expect((await ask(`${BASE}api/cameras`)).status).toBe(401);
    const { cookie, line } = await signIn();
    expect(line).toMatch(/^sightline_session=\S+ Path=\/cams\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    const cameras = await ask(`${BASE}api/cameras`, { Cookie: cookie });
    expect([cameras.status, cameras.body.includes('yard')]).toEqual([200, true]);
    expect((await signIn({ Origin: nginx.url })).status).toBe(204);
    expect((await signIn({ Origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  it('WebSockets carry pictures to who is signed in, from a page of ours', async () => {
    const { cookie } = await signIn();
    const flv = `${BASE}live/yard.flv`;
    expect(await open(flv, { Cookie: cookie }, nginx.url)).toBe('FLV');
    expect(await open(flv, { Cookie: cookie }, 'https://elsewhere.example')).toBe('403');
    expect(await open(flv, {}, nginx.url)).toBe('4401');
  });
});
