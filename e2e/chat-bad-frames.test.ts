import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatClientMessage } from '../server/protocol.ts';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

let relay: RelayProcess;
let watcher: ChatClient;
const url = () => `${relay.wsUrl}/chat/lounge`;

beforeAll(async () => {
  const chat = { rooms: ['lounge'], heartbeatMs: 30_000, pongTimeoutMs: 60_000 };
  relay = await startRelay({ config: { chat, access: { open: true } } });
  watcher = await ChatClient.join(url(), { hello: { name: 'Watcher' } });
});
afterAll(async () => {
  await watcher?.close();
  await relay?.close();
});

async function member(): Promise<ChatClient> {
  return ChatClient.join(url(), { hello: { name: 'Member' }, socket: ELSEWHERE });
}

/** The room goes on for everybody else. */
async function expectRoomToLive(): Promise<void> {
  const pongs = watcher.of('pong').length;
  watcher.send({ type: 'ping' });
  await watcher.until('pong', pongs);
}

describe('a frame that is not understood', () => {
  it.each([
    ['is no JSON', 'hello', { code: 'bad-json' }],
    ['is JSON, but no object', '[1,2]', { code: 'bad-json' }],
    ['is half an object', '{"type":"message"', { code: 'bad-json' }],
    ['is empty', '', { code: 'bad-json' }],
    ['has no type', '{"text":"x"}', { code: 'bad-field', field: 'type' }],
    ['has an unknown type', '{"type":"shout","clientId":"7"}', { code: 'unknown-type', clientId: '7' }],
    ['has no text', '{"type":"message","clientId":"7"}', { code: 'bad-field', field: 'text', clientId: '7' }],
    ['has a text that is a number', '{"type":"message","text":5}', { code: 'bad-field', field: 'text' }],
    ['has a colour that is code', '{"type":"danmaku","text":"x","colour":"red;x"}', { field: 'colour' }],
    ['has an unknown lane', '{"type":"danmaku","text":"x","lane":"left"}', { field: 'lane' }],
    ['has an endless client id', `{"type":"message","text":"x","clientId":"${'x'.repeat(65)}"}`, { field: 'clientId' }],
    ['moderates in an unknown way', '{"type":"moderate","action":"shout"}', { field: 'action' }],
  ])('because it %s is answered with an error, and the connection stays', async (_what, text, error) => {
    const client = await member();
    client.socket.send(text);
    expect(await client.until('error')).toMatchObject(error);
    client.send({ type: 'ping', sentAtMs: 5 });
    expect(await client.until('pong')).toMatchObject({ sentAtMs: 5 });
    await client.close();
  });

  it('may be the first one: the client is welcomed and told', async () => {
    const client = new ChatClient(url(), { socket: ELSEWHERE });
    client.socket.once('open', () => client.socket.send('{"type":"nonsense"}'));
    expect((await client.until('error')).code).toBe('unknown-type');
    expect(client.received.map(({ type }) => type).filter((type) => type !== 'joined')).toEqual(['welcome', 'error']);
    await client.close();
  });

  it('binary closes the connection with 1003', async () => {
    const client = await member();
    client.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    expect(await client.closed).toMatchObject({ code: 1003, reason: { code: 'not-text' } });
  });

  it('of a megabyte closes the connection with 1009', async () => {
    const client = await member();
    client.send({ type: 'message', text: 'x'.repeat(1_048_576) });
    expect((await client.closed).code).toBe(1009);
  });

  it('in invalid UTF-8 closes the connection with 1007', async () => {
    const client = await member();
    client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect((await client.closed).code).toBe(1007);
  });

  it('a hundred times in a row closes the connection with 1008', async () => {
    const client = await member();
    for (let i = 0; i < 100; i++) {
      client.socket.send('nonsense');
      await sleep(2);
    }
    expect(await client.closed).toMatchObject({ code: 1008, reason: { code: 'too-many-refused' } });
    expect(client.of('error').length).toBeLessThanOrEqual(40);
  });

  it('ten thousand tiny frames close the connection with 1013, and nobody else notices', async () => {
    const client = await member();
    for (let i = 0; i < 10_000; i++) client.socket.send('heartbeat');
    expect(await client.closed).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });
    await expectRoomToLive();
  });
});

describe('a client of another kind', () => {
  it('may send the plain text heartbeat', async () => {
    const client = await member();
    client.socket.send('heartbeat');
    await client.until('pong');
    await client.close();
  });

  it('gets the subprotocol that it asks for first', async () => {
    const client = await ChatClient.join(url(), { protocols: ['chat.v1', 'other'], socket: ELSEWHERE });
    expect(client.socket.protocol).toBe('chat.v1');
    await client.close();
  });

  it('may send a message in fragments, with control frames between them', async () => {
    const client = await member();
    const text = JSON.stringify({ type: 'message', text: 'in pieces 你好' });
    const bytes = Buffer.from(text);
    client.socket.send(bytes.subarray(0, 10), { fin: false, binary: false });
    client.socket.ping();
    for (let at = 10; at < bytes.length - 1; at++) {
      client.socket.send(bytes.subarray(at, at + 1), { fin: false, binary: false });
    }
    client.socket.send(bytes.subarray(bytes.length - 1), { fin: true, binary: false });
    await watcher.untilText('in pieces 你好');
    await client.close();
  });

  it('may send nothing at all and still hears everything', async () => {
    const client = await ChatClient.join(url(), { socket: ELSEWHERE });
    const speaker = await member();
    speaker.say('to all who listen');
    await client.untilText('to all who listen');
    await Promise.all([client.close(), speaker.close()]);
  });

  it('may send its first words before it has heard any', async () => {
    const client = new ChatClient(url(), { socket: ELSEWHERE });
    client.socket.once('open', () => client.say('early'));
    await client.untilText('early');
    await client.close();
  });
});

it('survives whatever is sent: fuzzed', async () => {
  const words = ['hello', 'message', 'danmaku', 'ping', 'moderate', 'type', 'text', 'name', 'lane', 'close', 'member'];
  const word = fc.constantFrom(...words);
  const value = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 20 }), fc.double(), fc.constant(null));
  const shape = fc.dictionary(fc.oneof(word, fc.string({ maxLength: 5 })), value, { maxKeys: 6 });
  const typed = fc.record({ type: word, text: value, name: value, member: value, action: value, seconds: value });
  const frame = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => Buffer.from(text)),
    fc.jsonValue().map((json) => Buffer.from(JSON.stringify(json) ?? 'null')),
    shape.map((json) => Buffer.from(JSON.stringify(json))),
    typed.map((json) => Buffer.from(JSON.stringify(json))),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 20 }), async (frames) => {
      const client = await member();
      for (const bytes of frames) client.socket.send(bytes, { binary: false });
      const pong: ChatClientMessage = { type: 'ping', sentAtMs: 42 };
      client.send(pong);
      // Either all of it was borne, or the connection was closed with a code that says why.
      const end = await Promise.race([client.until('pong').then(() => null), client.closed]);
      if (end !== null) expect([1007, 1008, 4403]).toContain(end.code);
      client.socket.terminate();
    }),
    { numRuns: 40 },
  );
  await expectRoomToLive();
  expect(relay.logLines().filter(({ level }) => level === 'error')).toEqual([]);
});
