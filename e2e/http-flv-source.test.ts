import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flvHeader, serialiseTag, TAG_TYPE, tagBody } from '../server/flv/tag.ts';
import { TagParser } from '../server/flv/tag-parser.ts';
import { SampleReader } from '../server/mp4/sample-reader.ts';
import { FlvClient } from './support/flv-client.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const ffmpeg = (...args: string[]) =>
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], { maxBuffer: 64 * 1024 * 1024 });
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25'];

/** H.265 as cameras put it into FLV: codec id 12, made from the enhanced tags that an MP4 becomes. */
async function legacyH265(folder: string): Promise<Buffer> {
  const file = join(folder, 'h265.mp4');
  const codec = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:keyint=25:bframes=0'];
  const fragments = ['-movflags', '+frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4'];
  ffmpeg(...PICTURE, '-t', '4', ...codec, '-tag:v', 'hev1', ...fragments, file);
  const tags = new SampleReader().push(await readFile(file)).filter(({ bytes }) => bytes[0] === TAG_TYPE.video);
  const legacy = tags.map((tag) => {
    const body = tagBody(tag);
    const packet = (body[0] ?? 0) & 0x0f;
    const frame = (body[0] ?? 0) & 0x70;
    const time = packet === 1 ? body.subarray(5, 8) : Buffer.alloc(3);
    const data = body.subarray(packet === 1 ? 8 : 5);
    const head = Buffer.from([frame | 12, packet === 3 ? 1 : packet]);
    return serialiseTag(TAG_TYPE.video, tag.timestampMs, Buffer.concat([head, time, data]));
  });
  return Buffer.concat([flvHeader({ audio: false, video: true }), ...legacy]);
}

describe('FLV over HTTP as a source', () => {
  let folder: string;
  let server: Server;
  let relay: RelayProcess;
  const clips = new Map<string, Buffer>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-flv-'));
    clips.set('/h265.flv', await legacyH265(folder));
    const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25'];
    const mulaw = ['-f', 'lavfi', '-i', 'sine=sample_rate=8000', '-t', '6', '-c:a', 'pcm_mulaw', '-ar', '8000'];
    clips.set('/mulaw.flv', ffmpeg(...PICTURE, ...mulaw, ...h264, '-f', 'flv', 'pipe:1'));
    server = createServer((request, response) => {
      const clip = clips.get(new URL(request.url ?? '/', 'http://h').pathname);
      if (request.url?.startsWith('/page')) response.end('<html>not a stream</html>');
      else if (clip === undefined) response.writeHead(404).end();
      else void sendLive(response, clip);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    relay = await startRelay({
      config: {
        cameras: {
          h265: { url: `${base}/h265.flv?user=admin&password=s3cr3t` },
          mulaw: { url: `${base}/mulaw.flv` },
          page: { url: `${base}/page.flv` },
          nowhere: { url: `${base}/nowhere.flv` },
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('brings H.265 under codec id 12 onto the bus, enhanced, without an ffmpeg', async () => {
    const viewer = new FlvClient(`${relay.url}/live/h265.flv?profile=copy`);
    const frame = await viewer.untilKeyframe();
    expect(ffmpegsOf(relay.pid)).toEqual([]);
    expect(tagBody(frame).subarray(0, 5)).toEqual(Buffer.from([0x80 | 0x10 | 1, ...Buffer.from('hvc1')]));
    expect(await relay.camera('h265')).toMatchObject({
      state: 'live',
      pulls: 1,
      video: { codec: 'hevc', width: 320, height: 240 },
    });
    await viewer.leave();
    expect(relay.stderr().join('\n')).not.toContain('s3cr3t');
  });

  it('leaves to ffmpeg what players could not hear', async () => {
    const viewer = new FlvClient(`${relay.url}/live/mulaw.flv`);
    await viewer.untilKeyframe();
    await relay.untilCamera('mulaw', ({ audio }) => audio?.codec === 'aac');
    await viewer.leave();
  });

  it.each([
    ['page', 'corrupt'],
    ['nowhere', 'not-found'],
  ])('says what is wrong: %s is %s', async (id, code) => {
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    expect((await viewer.untilEnded()).reason).toMatchObject({ code });
  });
});

/** A clip at the speed of its own clock. */
async function sendLive(response: ServerResponse, clip: Buffer): Promise<void> {
  const parser = new TagParser();
  const tags = parser.push(clip);
  const header = parser.header ?? { audio: false, video: true };
  response.writeHead(200, { 'Content-Type': 'video/x-flv' }).write(flvHeader(header));
  const begunMs = performance.now();
  for (const tag of tags) {
    const waitMs = tag.timestampMs - (tags[0]?.timestampMs ?? 0) - (performance.now() - begunMs);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (response.destroyed) return;
    response.write(tag.bytes);
  }
  response.end();
}
