import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FlvClient } from './support/flv-client.ts';
import { collectLines } from './support/lines.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const KEY = 'k3y-of-the-barn-0123';
const push = (more: object = {}) => ({ source: 'push' as const, key: KEY, ...more });

interface Sender {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  errors(): string;
}

describe('a camera that is pushed', () => {
  let relay: RelayProcess;
  const senders: Sender[] = [];
  beforeAll(async () => {
    relay = await startRelay({
      config: {
        ffmpeg: { stallTimeoutMs: 1_500, connectTimeoutMs: 3_000 },
        cameras: { barn: push(), gate: push({ takeover: true }), pulled: { url: 'demo:yard' } },
      },
    });
  });
  afterEach(async () => {
    for (const { process, exit } of senders.splice(0)) {
      process.kill('SIGKILL');
      await exit;
    }
    await Promise.all([until('barn', 'waiting'), until('gate', 'waiting')]);
  });
  afterAll(() => relay?.close());

  /** A real ffmpeg with a picture of its own, as it would stand behind somebody's NAT. */
  const send = (camera: string, more: { codecs?: string[]; query?: string } = {}): Sender => {
    const { codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-pix_fmt', 'yuv420p', '-c:a', 'aac'] } =
      more;
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=20', '-f', 'lavfi', '-i', 'sine=r=44100'];
    const login = more.query === undefined ? ['-headers', `Authorization: Bearer ${KEY}\r\n`] : [];
    const url = `${relay.url}/live/${camera}.flv${more.query ?? ''}`;
    const args = ['-nostdin', '-v', 'error', ...picture, ...codecs, '-flvflags', 'no_duration_filesize'];
    const child = spawn('ffmpeg', [...args, ...login, '-f', 'flv', url], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const lines = collectLines(child.stderr!);
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const sender = { process: child, exit, errors: () => lines.lines.join('\n') };
    senders.push(sender);
    return sender;
  };
  const post = (path: string, body: Buffer, headers: Record<string, string> = {}) =>
    fetch(relay.url + path, { method: 'POST', body: new Uint8Array(body), headers });
  const until = (id: string, state: string) => relay.untilCamera(id, (camera) => camera.state === state);

  it('waits and says so until somebody sends, then shows pictures and sound in every format', async () => {
    expect(await relay.camera('barn')).toMatchObject({ state: 'waiting', reason: 'no-publisher', pulls: 0 });
    const early = new FlvClient(`${relay.wsUrl}/live/barn.flv`);
    expect(await early.untilEnded()).toMatchObject({ code: 4503, reason: { code: 'no-publisher' } });

    send('barn');
    await until('barn', 'live');
    const viewers = (['ws', 'http'] as const).map(
      (transport) => new FlvClient(`${relay.url}/live/barn.flv`, { transport }),
    );
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(30)));
    for (const viewer of viewers) {
      expect(viewer.ofKind('audio').length).toBeGreaterThan(5);
      viewer.checkContinuity({ maxGapMs: 1_000 });
      await viewer.leave();
    }
    const camera = await relay.camera('barn');
    expect(camera).toMatchObject({ state: 'live', reason: null, video: { codec: 'h264', width: 320 }, pulls: 1 });
    expect(camera.bitrate).toBeGreaterThan(1_000);
    const snapshot = await fetch(`${relay.url}/live/barn.jpg`);
    expect(snapshot.headers.get('content-type')).toBe('image/jpeg');
    await snapshot.arrayBuffer();
  });

  it('keeps its viewers when the sender stops and another one comes', async () => {
    const first = send('barn', { query: `?key=${KEY}` });
    await until('barn', 'live');
    const viewer = new FlvClient(`${relay.wsUrl}/live/barn.flv`);
    await viewer.untilPictures(10);
    first.process.kill('SIGKILL');
    const waiting = await until('barn', 'waiting');
    expect(waiting).toMatchObject({ reason: 'ended', viewers: 1, message: expect.stringMatching(/lost/) });
    send('barn');
    await viewer.untilMorePictures(20);
    viewer.checkContinuity();
    await viewer.leave();
  });

  it('calls a sender that falls silent stalled, and hangs up', async () => {
    const sender = send('barn');
    await until('barn', 'live');
    sender.process.kill('SIGSTOP');
    expect(await until('barn', 'waiting')).toMatchObject({ reason: 'stalled' });
    sender.process.kill('SIGCONT');
    expect(await sender.exit).not.toBe(0);
  });

  it('refuses a second sender, which hears why', async () => {
    const first = send('barn');
    await until('barn', 'live');
    const { starts } = await relay.camera('barn');
    const second = await post('/live/barn.flv', Buffer.from('FLV'), { authorization: `Bearer ${KEY}` });
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ code: 'already-published' });
    const refused = send('barn');
    expect(await refused.exit).not.toBe(0);
    expect(await relay.camera('barn')).toMatchObject({ state: 'live', starts });
    expect(first.process.exitCode).toBeNull();
  });

  it('with takeover lets the second one in and ends the first', async () => {
    const first = send('gate');
    await until('gate', 'live');
    const viewer = new FlvClient(`${relay.wsUrl}/live/gate.flv`);
    await viewer.untilPictures(10);
    send('gate');
    expect(await first.exit).not.toBe(0);
    await viewer.untilMorePictures(20);
    viewer.checkContinuity();
    expect(await relay.camera('gate')).toMatchObject({ state: 'live', starts: 2 });
    await viewer.leave();
  });

  it.each([
    ['no FLV at all', Buffer.from('<html>hello, this is no FLV</html>'), /FLV/],
    ['damaged FLV', Buffer.from(`464c5601050000000900000000${'ff'.repeat(40)}`, 'hex'), /unknown tag type/],
  ])('answers a body that is %s with what is wrong', async (_what, body, why) => {
    const answer = await post('/live/gate.flv', body, { authorization: `Bearer ${KEY}` });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ code: 'bad-request', detail: expect.stringMatching(why) });
    expect(await relay.camera('gate')).toMatchObject({ state: 'waiting', reason: 'corrupt' });
  });

  it('answers what ffmpeg sends by default, H.263 and MP3, with what to add', async () => {
    const sender = send('gate', { codecs: [] });
    const camera = await relay.untilCamera('gate', ({ reason }) => reason === 'codec');
    expect(camera.message).toMatch(/-c:v libx264|-c:a aac/);
    expect(await sender.exit).not.toBe(0);
  });

  it('takes nothing without the key, and says the same about cameras that are pulled or do not exist', async () => {
    const answers = await Promise.all(
      [
        ['/live/barn.flv', {}],
        ['/live/barn.flv?key=wrong-key-0123456', {}],
        ['/live/barn.flv', { authorization: `Bearer ${KEY}x` }],
        ['/live/pulled.flv', { authorization: `Bearer ${KEY}` }],
        ['/live/nowhere.flv', { authorization: `Bearer ${KEY}` }],
      ].map(([path, headers]) => post(path as string, Buffer.from('FLV'), headers as Record<string, string>)),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ detail: string }>));
    expect(answers.map(({ status }) => status)).toEqual(new Array(5).fill(401));
    expect(new Set(bodies.map(({ detail }) => detail)).size).toBe(1);
  });

  it('answers a refused sender although its body has no end', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(`${relay.url}/live/barn.flv`, { method: 'POST' }, (response) => {
        clearInterval(timer);
        response.resume().once('close', () => resolve(response.statusCode));
      });
      outgoing.on('error', reject);
      const timer = setInterval(() => outgoing.write(Buffer.alloc(4_096)), 20);
    });
    expect(answer).toBe(401);
  });

  it('never shows the key', () => {
    expect(relay.stderr().filter((line) => line.includes(KEY))).toEqual([]);
  });
});
