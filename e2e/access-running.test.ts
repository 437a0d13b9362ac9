/** What runs ends with the right to it, and carries no sound to who may not listen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { PASSWORD, Person, usersOf } from './support/access-client.ts';
import { AccessHouse, GONE_WITHIN_MS } from './support/access-house.ts';
import { ChatClient } from './support/chat-client.ts';
import { FlvClient } from './support/flv-client.ts';
import { eventually, within } from './support/wait.ts';

let house: AccessHouse;

beforeAll(async () => {
  house = await AccessHouse.open();
});
afterAll(() => house?.close());

describe('what runs ends with the right to it', () => {
  it('at a logout: FLV over HTTP and WebSocket, events and chat', async () => {
    const person = await house.signedIn('vera');
    const { headers } = person;
    const streams = (['ws', 'http'] as const).map(
      (transport) => new FlvClient(`${house.relay.url}/live/yard.flv`, { transport, headers }),
    );
    const events = new WebSocket(`${house.relay.wsUrl}/api/events`, { headers });
    const chat = await ChatClient.join(`${house.relay.wsUrl}/chat/yard`, { socket: { headers } });
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
    await house.admin.ask('POST', '/api/users', { name: 'tom', password: PASSWORD, role: 'viewer' });
    const tom = await house.signedIn('tom');
    const watch = () => new FlvClient(`${house.relay.url}/live/yard.flv`, { transport: 'ws', headers: tom.headers });
    const first = watch();
    await eventually(
      () => first.tags.length,
      (count) => count > 3,
    );
    expect((await house.admin.ask('PATCH', '/api/users/tom', { cameras: { shed: ['see'] } })).status).toBe(200);
    expect((await within(first.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4404);
    await house.admin.ask('PATCH', '/api/users/tom', { cameras: null });
    const second = watch();
    await eventually(
      () => second.tags.length,
      (count) => count > 3,
    );
    expect((await house.admin.ask('DELETE', '/api/users/tom')).status).toBe(204);
    expect((await within(second.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });

  it('when the users file is changed from the command line', async () => {
    await house.admin.ask('POST', '/api/users', { name: 'cleo', password: PASSWORD });
    const cleo = await house.signedIn('cleo');
    const stream = new FlvClient(`${house.relay.url}/live/yard.flv`, { transport: 'ws', headers: cleo.headers });
    await eventually(
      () => stream.tags.length,
      (count) => count > 3,
    );
    await user('remove', 'cleo');
    expect((await within(stream.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });

  it('when the command line gives the user another password: whoever came in by the old one is out', async () => {
    await house.admin.ask('POST', '/api/users', { name: 'dora', password: PASSWORD });
    const dora = await house.signedIn('dora');
    const stream = new FlvClient(`${house.relay.url}/live/yard.flv`, { transport: 'ws', headers: dora.headers });
    await eventually(
      () => stream.tags.length,
      (count) => count > 3,
    );
    await user('add', 'dora');
    expect((await within(stream.ended, GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
    expect((await dora.get('/api/cameras')).status).toBe(401);
    // The administrator's own session has nothing to do with it.
    expect((await house.admin.get('/api/users')).status).toBe(200);
    // Also where nothing runs to notice: a user who is made anew is not let in by what another of the name left behind.
    const again = await house.signedIn('dora');
    await house.relay.close();
    await user('remove', 'dora');
    await user('add', 'dora');
    await house.start();
    const back = new Person(house.relay, again.headers);
    expect((await back.get('/api/cameras')).status).toBe(401);
    const admin = new Person(house.relay, house.admin.headers);
    expect((await admin.get('/api/users')).status).toBe(200);
    house.admin = admin;
  });
});

/** `npm run user`, with the password on standard input. */
async function user(...argv: string[]): Promise<void> {
  const config = join(house.folder, 'user.json');
  const users = await usersOf({ admin: { role: 'admin' } });
  await writeFile(config, JSON.stringify({ dataDir: house.dataDir, access: { users } }));
  const child = spawn(process.execPath, ['scripts/user.mjs', ...argv, '--config', config], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(`${PASSWORD}\n`);
  expect(await once(child, 'exit')).toEqual([0, null]);
}

describe('who may see but not listen', () => {
  it('gets no sound in FLV, MP4 and HLS, whatever they ask for', async () => {
    const { headers } = await house.signedIn('deaf');
    for (const transport of ['ws', 'http'] as const) {
      const flv = new FlvClient(`${house.relay.url}/live/shed.flv?audio=1`, { transport, headers });
      await eventually(
        () => flv.ofKind('frame').length,
        (count) => count > 10,
      );
      expect(flv.header).toEqual({ audio: false, video: true });
      expect(flv.ofKind('audio')).toEqual([]);
      await flv.leave();
    }
    const person = new Person(house.relay, headers);
    const playlist = (await person.get('/live/shed/index.m3u8?audio=1')).body;
    expect(playlist).toContain('silent');
    expect(playlist).not.toMatch(/main\.m3u8|mp4a/);
    expect((await person.get('/live/shed/main.m3u8')).status).toBe(403);
    const heard = new FlvClient(`${house.relay.url}/live/shed.flv`, { headers: house.admin.headers });
    await eventually(
      () => heard.ofKind('audio').length,
      (count) => count > 0,
    );
    await heard.leave();
  });
});
