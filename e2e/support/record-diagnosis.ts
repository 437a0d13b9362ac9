/**
 * Provokes every way a pull can fail against a real ffmpeg and writes down what it printed, for the unit tests of
 * `server/ffmpeg/diagnosis.ts`. Run it by hand for each version of ffmpeg that is to be understood:
 *
 *     node --import tsx e2e/support/record-diagnosis.ts /usr/bin/ffmpeg
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type FfmpegCapabilities, probeCapabilities } from '../../server/ffmpeg/capabilities.ts';
import { planPull } from '../../server/ffmpeg/codec-policy.ts';
import type { RtspSource } from '../../server/ffmpeg/rtsp-input.ts';
import { type SourceKind, sourceInput, sourceKind } from '../../server/ffmpeg/source-input.ts';
import { SourceTracksReader } from '../../server/ffmpeg/source-tracks.ts';
import type { CameraReason } from '../../server/protocol.ts';
import { H264_SDP, open, type Script, startScriptedCamera } from '../../server/rtsp/scripted-camera.fixture.ts';
import { startDemoRtsp } from './demo-rtsp.ts';

/** One failure as it went; what depends on the run (ports, addresses of memory) is replaced. */
export interface RecordedEnding {
  readonly what: string;
  readonly reason: CameraReason;
  readonly lines: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly ranMs: number;
  readonly timeoutMs: number;
  readonly opened: boolean;
  readonly kind: SourceKind | null;
}

interface Provocation {
  readonly what: string;
  readonly reason: CameraReason;
  readonly source: Partial<RtspSource> & { readonly url: string };
  readonly output?: readonly string[];
  /** Ends ffmpeg from outside, so long after its start. */
  readonly killAfterMs?: number;
}

const TIMEOUT_MS = 2_000;
const GIVE_UP_MS = 15_000;
const FIXTURES = fileURLToPath(new URL('../../server/ffmpeg/fixtures/', import.meta.url));

async function provocations(closing: (() => unknown)[]): Promise<Provocation[]> {
  const demo = await startDemoRtsp({ users: { viewer: 'right' } });
  closing.push(() => demo.close());
  const rtsp = async (script: Script) => {
    const camera = await startScriptedCamera(script);
    closing.push(() => camera.close());
    return camera.url();
  };
  const answers = (status: number, method = 'DESCRIBE') =>
    rtsp((request, camera) => (request.method === method ? { status } : open()(request, camera)));
  const http = async (status: number, body = '') => {
    const server = createHttpServer((_request, response) => response.writeHead(status).end(body));
    closing.push(() => server.close());
    return `http://127.0.0.1:${await listen(server)}`;
  };
  const hangsUp = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
  const silent = await rtsp(() => 'silent');
  const plain = await rtsp(() => Buffer.from('RTSP/1.0 400 Bad Request\r\n\r\n'));
  const soundAlone = H264_SDP.replace(/m=video[\s\S]*(?=m=audio)/, '');
  const vp8 = H264_SDP.replace('H264/90000', 'VP8/90000').replace(/a=fmtp.*\r\n/, '');
  const setUp: Script = ({ method, headers }, camera) => {
    if (method !== 'SETUP' && method !== 'PLAY') return open()({ method, headers } as never, camera);
    const Transport = 'RTP/AVP/TCP;unicast;interleaved=0-1';
    return {
      status: 200,
      headers: [['Session', '1'], ...(method === 'SETUP' ? [['Transport', Transport] as const] : [])],
    };
  };
  const playing =
    (sdp: string): Script =>
    (request, camera) =>
      request.method === 'DESCRIBE' ? open(sdp)(request, camera) : setUp(request, camera);
  const good = demo.of('yard');
  const as = (more: Partial<RtspSource>, camera = good) =>
    ({ url: camera.url!, username: camera.username, password: camera.password, ...more }) as Provocation['source'];
  return [
    { what: 'a name nobody knows', reason: 'dns', source: { url: 'rtsp://no-such-camera.invalid/x' } },
    { what: 'nobody listens', reason: 'refused', source: { url: 'rtsp://127.0.0.1:1/x' } },
    { what: 'no way there', reason: 'unreachable', source: { url: 'rtsp://255.255.255.255/x' } },
    { what: 'silent after accept', reason: 'timeout', source: { url: silent } },
    { what: 'hangs up', reason: 'ended', source: { url: `rtsp://127.0.0.1:${hangsUp}/x` } },
    { what: 'a wrong password', reason: 'unauthorized', source: as({ password: 'other' }) },
    { what: 'no password', reason: 'unauthorized', source: { url: good.url! } },
    { what: 'DESCRIBE 403', reason: 'forbidden', source: { url: await answers(403) } },
    { what: 'DESCRIBE 404', reason: 'not-found', source: { url: await answers(404) } },
    { what: 'DESCRIBE 400', reason: 'not-found', source: { url: await answers(400) } },
    { what: 'DESCRIBE 453', reason: 'too-many-sessions', source: { url: await answers(453) } },
    { what: 'SETUP 453', reason: 'too-many-sessions', source: { url: await answers(453, 'SETUP') } },
    { what: 'DESCRIBE 503', reason: 'too-many-sessions', source: { url: await answers(503) } },
    { what: 'DESCRIBE 500', reason: 'unreachable', source: { url: await answers(500) } },
    { what: 'SETUP 461 over TCP', reason: 'refused', source: { url: await answers(461, 'SETUP'), transport: 'tcp' } },
    { what: 'SETUP 461 over everything', reason: 'refused', source: { url: await answers(461, 'SETUP') } },
    { what: 'no TLS there', reason: 'tls', source: { url: plain.replace('rtsp:', 'rtsps:') } },
    { what: 'sound alone', reason: 'no-video', source: { url: await rtsp(playing(soundAlone)) } },
    { what: 'another codec announced and nothing sent', reason: 'no-video', source: { url: await rtsp(playing(vp8)) } },
    { what: 'plays and sends nothing', reason: 'no-video', source: { url: await rtsp(playing(H264_SDP)) } },
    {
      what: 'stops sending',
      reason: 'stalled',
      source: as({}, demo.of('yard', 'fault=stall&after=1500')),
    },
    { what: 'cuts the connection', reason: 'ended', source: as({}, demo.of('yard', 'fault=reset&after=4000')) },
    { what: 'HTTP 401', reason: 'unauthorized', source: { url: `${await http(401)}/x.flv` } },
    { what: 'HTTP 403', reason: 'forbidden', source: { url: `${await http(403)}/x.flv` } },
    { what: 'HTTP 404', reason: 'not-found', source: { url: `${await http(404)}/x.flv` } },
    { what: 'HTTP 500', reason: 'unreachable', source: { url: `${await http(500)}/x.flv` } },
    { what: 'HTTP 503', reason: 'too-many-sessions', source: { url: `${await http(503)}/x.flv` } },
    { what: 'HLS 404', reason: 'not-found', source: { url: `${await http(404)}/x.m3u8` } },
    { what: 'a page in place of FLV', reason: 'corrupt', source: { url: `${await http(200, '<html>')}/x.flv` } },
    { what: 'a page in place of HLS', reason: 'corrupt', source: { url: `${await http(200, '<html>')}/x.m3u8` } },
    { what: 'a page in place of MJPEG', reason: 'no-video', source: { url: `${await http(200, '<html>')}/video.cgi` } },
    { what: 'nobody listens for RTMP', reason: 'refused', source: { url: 'rtmp://127.0.0.1:1/app/x' } },
    { what: 'an unknown option', reason: 'ffmpeg-crashed', source: as({ input: ['-no_such_option', '1'] }) },
    { what: 'a forbidden protocol', reason: 'ffmpeg-crashed', source: as({ input: ['-protocol_whitelist', 'rtp'] }) },
    { what: 'an unknown encoder', reason: 'codec', source: as({}), output: ['-c:v', 'no_such_encoder'] },
    { what: 'a codec FLV has no room for', reason: 'codec', source: as({}), output: ['-c:v', 'ffv1'] },
    { what: 'killed', reason: 'ffmpeg-crashed', source: as({}), killAfterMs: 800 },
  ];
}

async function provoke(path: string, each: Provocation, capabilities: FfmpegCapabilities): Promise<RecordedEnding> {
  const source: RtspSource = { transport: 'auto', input: [], ...each.source };
  const { input, inputOptions } = sourceInput(source, capabilities, TIMEOUT_MS);
  const profileOutput = each.output ?? null;
  const plan = planPull({ source: null, profileOutput, capabilities, hevcOnBus: true });
  const global = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info'];
  const args = [...global, ...inputOptions, '-i', input, ...plan.outputOptions, '-f', plan.format, 'pipe:1'];
  const startedMs = performance.now();
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts: Buffer[] = [];
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => texts.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), each.killAfterMs ?? GIVE_UP_MS);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  const ranMs = Math.round(performance.now() - startedMs);
  const lines = Buffer.concat(texts)
    .toString()
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .map(neutral);
  const tracks = new SourceTracksReader();
  for (const line of lines) tracks.push(line);
  const { what, reason } = each;
  return {
    what,
    reason,
    lines,
    exitCode,
    signal,
    ranMs,
    timeoutMs: TIMEOUT_MS,
    opened: tracks.opened,
    kind: sourceKind(input),
  };
}

/** Without what differs from run to run. */
function neutral(line: string): string {
  return line
    .replace(/0x[0-9a-f]{6,}/g, '0x5')
    .replace(/(127\.0\.0\.1|\[::1\]):\d{4,5}/g, '$1:554')
    .replace(/:\/\/[^\s/@]*@/g, '://user:pw@')
    .trimEnd();
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return (server.address() as AddressInfo).port;
}

const path = process.argv[2] ?? 'ffmpeg';
const capabilities = await probeCapabilities(path, new AbortController().signal);
const closing: (() => unknown)[] = [];
const endings: RecordedEnding[] = [];
for (const each of await provocations(closing)) {
  const ending = await provoke(path, each, capabilities);
  process.stdout.write(`${each.what}: exit ${ending.exitCode ?? ending.signal} after ${ending.ranMs} ms\n`);
  endings.push(ending);
}
for (const close of closing) await close();
const { major, minor, text } = capabilities.version;
const file = `${FIXTURES}stderr-${major}.${minor}.json`;
await writeFile(file, `${JSON.stringify({ ffmpeg: text, endings }, null, 2)}\n`);
process.stdout.write(`${file}\n`);
process.exit(0);
