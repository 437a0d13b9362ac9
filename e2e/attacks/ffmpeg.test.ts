/**
 * Everything that somebody else writes and that comes near ffmpeg's command line: addresses in requests, profile names,
 * names of uploaded files, and what a camera answers. ffmpeg's options are the configuration's alone.
 */
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VideosAnswer } from '../../server/protocol.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { type SpiedFfmpeg, spyOnFfmpeg } from '../support/spied-ffmpeg.ts';
import { makeVideo } from '../support/video-folder.ts';
import { eventually } from '../support/wait.ts';

const SDP = 'v=0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n';
/** What ffmpeg would make of a local file, if it could be told to. */
const PAYLOADS = [
  'concat:/etc/passwd|/etc/hosts',
  'file:/etc/passwd',
  'file:///etc/passwd',
  'subfile,,start,0,end,99,,:/etc/passwd',
  'data:text/plain;base64,AAAA',
  'crypto:/etc/passwd',
  'pipe:0',
  'tee:/tmp/x|/tmp/y',
  'async:cache:/etc/passwd',
  '/etc/passwd',
  '-i /etc/passwd',
  '-i',
  '-f lavfi -i testsrc',
  '-protocol_whitelist file',
  '|touch /tmp/x',
  '`id`',
  '$(id)',
  '; id',
  '%03d',
];

let folder: string;
let spy: SpiedFfmpeg;
let camera: Server;
let web: HttpServer;
let relay: RelayProcess;
let rtsp: string;
let webUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-ffmpeg-attack-'));
  spy = await spyOnFfmpeg(folder);
  camera = newAgreeableCamera();
  camera.listen(0, '127.0.0.1');
  await once(camera, 'listening');
  const secret = join(folder, 'secret.ts');
  await makeVideo(secret, { seconds: 4 });
  web = newPlaylistServer(secret);
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port } = camera.address() as AddressInfo;
  rtsp = `rtsp://127.0.0.1:${port}`;
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const videos = join(folder, 'data', 'videos');
  relay = await startRelay({
    config: {
      dataDir: join(folder, 'data'),
      videos: { path: videos },
      adHoc: { allow: [`127.0.0.1:${port}`] },
      ffmpeg: {
        path: spy.path,
        connectTimeoutMs: 2_000,
        stallTimeoutMs: 2_000,
        idleTimeoutMs: 0,
        retryMinMs: 60_000,
        retryMaxMs: 60_000,
      },
      cameras: {
        plain: { url: `${rtsp}/plain` },
        titled: { url: `${rtsp}/plain`, title: '-i file:/etc/passwd\n-f lavfi' },
        ...Object.fromEntries(Object.keys(PLAYLISTS).map((name) => [name, { url: `${webUrl}/${name}.m3u8` }])),
      },
    },
  });
});

afterAll(async () => {
  await relay?.close();
  camera?.close();
  web?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Says yes to whatever it is asked for, and plays nothing. */
function newAgreeableCamera(): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const [, method, cseq] = /^(\w+)[\s\S]*?CSeq: *(\d+)/i.exec(String(chunk)) ?? [];
      const body = method === 'DESCRIBE' ? SDP : '';
      const type = body === '' ? '' : `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n`;
      const status = method === 'SETUP' ? '461 Unsupported Transport' : '200 OK';
      socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${cseq}\r\n${type}\r\n${body}`);
    });
  });
}

/** Playlists of a camera that has turned against its relay, by the segment that they name. */
const PLAYLISTS: Readonly<Record<string, (secret: string) => string>> = {
  control: () => 'segment.ts',
  'by-file': (secret) => `file://${secret}`,
  'by-path': (secret) => secret,
  'by-concat': (secret) => `concat:${secret}`,
  'by-subfile': (secret) => `subfile,,start,0,end,0,,:${secret}`,
  'by-crypto': (secret) => `crypto+file:${secret}`,
  'by-redirect': () => 'redirect.ts',
};

function newPlaylistServer(secret: string): HttpServer {
  return createHttpServer((request, response) => {
    const name = /^\/([\w-]+)\.m3u8/.exec(request.url ?? '')?.[1];
    const segment = PLAYLISTS[name ?? '']?.(secret);
    if (segment !== undefined) {
      const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXTINF:4,', segment, '#EXT-X-ENDLIST', ''];
      response.setHeader('Content-Type', 'application/vnd.apple.mpegurl').end(lines.join('\n'));
    } else if (request.url === '/redirect.ts') response.writeHead(302, { Location: `file://${secret}` }).end();
    else if (request.url === '/segment.ts') void readInto(secret, response);
    else response.writeHead(404).end();
  });
}

async function readInto(path: string, response: { end(bytes: Buffer): void }): Promise<void> {
  response.end(await readFile(path));
}

/** What ffmpeg was told beside where to read: the same for every address, or something in one was taken for an option. */
const shapeOf = (args: readonly string[]) => args.map((arg, at) => (args[at - 1] === '-i' ? '<input>' : arg)).join(' ');
const inputsOf = (args: readonly string[]) => args.filter((_arg, at) => args[at - 1] === '-i');

const watch = async (path: string) => {
  const viewer = new FlvClient(`${relay.url}${path}`, { transport: 'http' });
  return viewer.untilEnded();
};

describe('an address in a request', () => {
  it.each(PAYLOADS)('%s instead of one opens nothing', async (payload) => {
    await spy.forget();
    expect(await watch(`/live.flv?url=${encodeURIComponent(payload)}`)).toMatchObject({ code: 400 });
    expect(await spy.runs()).toEqual([]);
  });

  it('with anything behind it is one argument, and nothing in it an option', async () => {
    await spy.forget();
    await watch(`/live.flv?url=${encodeURIComponent(`${rtsp}/plain`)}`);
    const [plain] = await eventually(spy.runs, (runs) => runs.length > 0);
    const shape = shapeOf(plain!);
    expect(inputsOf(plain!)).toEqual([`${rtsp}/plain`]);
    for (const payload of PAYLOADS) {
      await spy.forget();
      const url = `${rtsp}/x?${payload.replaceAll(' ', '%20')}`;
      await watch(`/live.flv?url=${encodeURIComponent(url)}`);
      const runs = await eventually(spy.runs, (found) => found.length > 0);
      for (const args of runs) {
        expect(inputsOf(args)).toEqual([url]);
        expect(shapeOf(args)).toBe(shape);
      }
    }
  });

  it.each([' -i /etc/passwd', '\n-i\n/etc/passwd', '\0', '\t-f lavfi', '\r\nX: y'])(
    'with %j in it opens nothing',
    async (tail) => {
      await spy.forget();
      for (const url of [`${rtsp}/x${tail}`, `rtsp://user${tail}:p@127.0.0.1/x`]) {
        expect(await watch(`/live.flv?url=${encodeURIComponent(url)}`)).toMatchObject({ code: 400 });
      }
      expect(await spy.runs()).toEqual([]);
    },
  );

  it.each(PAYLOADS)('that is no camera’s, as the profile %s, is a name nobody knows', async (payload) => {
    await spy.forget();
    const value = encodeURIComponent(payload);
    const paths = [
      `/live/plain.flv?profile=${value}`,
      `/live/plain.mp4?profile=${value}`,
      `/live/plain/index.m3u8?profile=${value}`,
    ];
    for (const path of [...paths, `/live/plain.jpg?width=${value}`, `/live/plain.mjpeg?fps=${value}`]) {
      expect((await fetch(`${relay.url}${path}`)).status, path).toBe(400);
    }
    expect(await spy.runs()).toEqual([]);
  });

  it('reaches ffmpeg by no other parameter', async () => {
    await spy.forget();
    const more = PAYLOADS.map(
      (payload, at) => `x${at}=${encodeURIComponent(payload)}&input=${encodeURIComponent(payload)}`,
    );
    await watch(`/live/plain.flv?${more.join('&')}`);
    const runs = await eventually(spy.runs, (found) => found.length > 0);
    for (const args of runs) expect(inputsOf(args)).toEqual([`${rtsp}/plain`]);
  });
});

describe('a camera’s title', () => {
  it('is not among ffmpeg’s arguments', async () => {
    await spy.forget();
    await watch('/live/titled.flv');
    const runs = await eventually(spy.runs, (found) => found.length > 0);
    for (const args of runs) {
      expect(inputsOf(args)).toEqual([`${rtsp}/plain`]);
      expect(args.join('\n')).not.toContain('/etc/passwd');
    }
  });
});

describe('a camera that has turned against its relay', () => {
  it('is believed where it names its own segments', async () => {
    const viewer = new FlvClient(`${relay.url}/live/control.flv`);
    await viewer.untilPictures(3);
    await viewer.leave();
  });

  it.each(Object.keys(PLAYLISTS).filter((name) => name !== 'control'))(
    'shows no file of this machine: %s',
    async (name) => {
      const viewer = new FlvClient(`${relay.url}/live/${name}.flv`, { transport: 'http' });
      await relay.untilCamera(name, ({ lastError }) => lastError !== null, 15_000);
      expect((await relay.camera(name)).video).toBeNull();
      expect(viewer.ofKind('keyframe')).toEqual([]);
      await viewer.leave();
    },
  );
});

describe('a file in the library', () => {
  /** As a person or an upload may name it; the folder stands before each. */
  const NAMES = [
    '-i.mp4',
    'concat:a|b.mp4',
    'file:x.mp4',
    'pipe:0.mp4',
    '%03d.mp4',
    '$(id).mp4',
    '`id`.mp4',
    'a -f lavfi.mp4',
    "'.mp4",
  ];

  it('is opened as the file that it is, whatever it is called', async () => {
    const videos = join(folder, 'data', 'videos');
    await mkdir(videos, { recursive: true });
    const clip = join(folder, 'clip.mp4');
    await makeVideo(clip, { seconds: 1 });
    for (const name of NAMES) await copyFile(clip, join(videos, name));
    await writeFile(join(videos, 'playlist.mp4'), '#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n');
    await spy.forget();
    const list = async () => (await (await fetch(`${relay.url}/api/videos`)).json()) as VideosAnswer;
    const { videos: found } = await eventually(list, (answer) =>
      answer.videos.every(({ state }) => state !== 'reading'),
    );
    for (const name of NAMES) {
      expect(found.find((video) => video.name === name)?.state, name).toBe('ready');
      const picture = await fetch(`${relay.url}/api/video/${encodeURIComponent(name)}/thumbnail.jpg`);
      expect(picture.status, name).toBe(200);
      await picture.arrayBuffer();
    }
    expect(found.find(({ name }) => name === 'playlist.mp4')?.state).toBe('broken');
    const inputs = (await spy.runs()).flatMap(inputsOf);
    expect(inputs.length).toBeGreaterThan(NAMES.length);
    for (const input of inputs) expect(input.startsWith(`file:${videos}/`), input).toBe(true);
    for (const args of await spy.runs()) {
      expect(args[args.indexOf('-protocol_whitelist') + 1]).toBe('file');
      expect(args.indexOf('-protocol_whitelist')).toBeLessThan(args.indexOf('-i'));
    }
  });
});
