import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { problemOf, SIGNING_KEY, useGatewayStand } from './support/gateway-stand.ts';
import { rawGet, WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { reply } from './support/raw-upstream.ts';

const stand = useGatewayStand();
const { ask } = stand;

describe('/redirect', () => {
  const locationOf = async (target: string) => {
    const { status, head } = await rawGet(stand.relay.port, target);
    return [status, /^location: (.*)$/im.exec(head)?.[1]?.replace(/:\d+/, '')];
  };

  it.each([
    ['/redirect/nas/a/b.mp4', 'http://127.0.0.1/media/a/b.mp4'],
    ['/redirect/nas/a%2Fb%20c/%E9/%zz?x=%2e&y', 'http://127.0.0.1/media/a%2Fb%20c/%E9/%zz?x=%2e&y'],
    ['/redirect/nas//evil.example//x', 'http://127.0.0.1/media//evil.example//x'],
    ['/redirect/nas/a%0d%0aSet-Cookie:%20x=1', 'http://127.0.0.1/media/a%0d%0aSet-Cookie:%20x=1'],
    ['/redirect/nas/a?via=redirect&x=1', 'http://127.0.0.1/media/a?x=1'],
    ['/redirect/login/a', 'http://127.0.0.1/private/a'],
    ['/redirect/hidden/../nas/a', undefined],
  ])('%s', async (target, location) => {
    expect(await locationOf(target)).toEqual([location === undefined ? 400 : 302, location]);
  });

  it('is not to be stored, for HEAD as for GET, and nothing else is redirected', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask('/redirect/nas/a', { method });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    }
    const posted = await ask('/redirect/nas/a', { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('signs addresses that expire', async () => {
    const { location } = Object.fromEntries((await ask('/redirect/signed/a%2Fb?x=1')).headers);
    const [, signed, signature] = /^http:\/\/[^/]+(.*)&signature=(.*)$/.exec(location!)!;
    expect(signature).toBe(createHmac('sha256', SIGNING_KEY).update(signed!).digest('base64url'));
    const validMs = Number(/^\/media\/a%2Fb\?x=1&expires=(\d+)$/.exec(signed!)?.[1]) * 1000 - Date.now();
    expect(validMs).toBeGreaterThan(50_000);
    expect(validMs).toBeLessThan(62_000);
  });

  it('names no resource that is not configured', async () => {
    expect(await problemOf(await ask('/redirect/other/a'))).toMatchObject({ status: 404, code: 'no-such-resource' });
    expect(await problemOf(await ask('/proxy/other/a'))).toMatchObject({ status: 404, code: 'no-such-resource' });
  });

  it('tells a WebSocket where to go, before the upgrade', async () => {
    const { status, body } = await rawGet(stand.relay.port, '/redirect/sockets/x?a=1', WEBSOCKET_HEADERS);
    const url = `ws://127.0.0.1:${(stand.sockets.address() as AddressInfo).port}/x?a=1`;
    expect([status, JSON.parse(body)]).toMatchObject([421, { code: 'elsewhere', url }]);
  });
});

describe('modes', () => {
  it('a resource that is only fetched never tells its address', async () => {
    stand.upstream.answer = reply('200 OK', {}, 'fetched');
    expect(await (await ask('/redirect/hidden/a?via=redirect')).text()).toBe('fetched');
  });

  it('a resource that is only redirected is never fetched', async () => {
    expect((await ask('/proxy/away/a?via=proxy')).status).toBe(302);
  });

  it('auto: public files are redirected, live paths and private machines are fetched, ?via= overrides', async () => {
    stand.upstream.answer = reply('200 OK', {}, 'fetched');
    const statusOf = async (path: string) => (await ask(path)).status;
    expect(await statusOf('/proxy/public/a.mp4')).toBe(302);
    expect(await statusOf('/redirect/auto/a.mp4')).toBe(200);
    expect(await statusOf('/proxy/auto/a.mp4?via=redirect')).toBe(302);
    expect(await statusOf('/redirect/nas/a?via=proxy')).toBe(200);
    expect(await statusOf('/redirect/nas/a?via=pigeon')).toBe(400);
  });
});
