import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagBody } from '../server/flv/tag.ts';
import { readVideoBody } from '../server/flv/video-body.ts';
import { readVideoConfig } from '../server/flv/video-config.ts';
import { decodeFile, decodeUrl, probeUrl } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { HlsClient } from './support/hls-client.ts';
import { probeJpeg } from './support/jpeg.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay } from './support/tcp-relay.ts';
import { eventually } from './support/wait.ts';

const HEVC = 'codecs=avc1.64001f,hvc1.1.6.L93.B0';
const codecsOf = (client: FlvClient) => [
  ...new Set(client.pictures.map((tag) => readVideoBody(tagBody(tag))?.codec ?? 'none')),
];

/** Decode time of the first sample of the video track in a file, in ms. */
function firstDecodeMs(mp4: Buffer): number {
  const tfdt = mp4.indexOf('tfdt');
  return Number(mp4.readBigUInt64BE(tfdt + 8)) / 90;
}

describe('a camera that sends H.265 with AAC', () => {
  let gst: GstreamerCamera;
  let relay: RelayProcess;
  beforeAll(async () => {
    gst = await startGstreamerCamera({ mounts: { '/hevc': { codec: 'h265', audio: 'aac' } } });
    relay = await startRelay({ config: { cameras: { cam: { url: gst.url('/hevc') } } } });
  });
  afterAll(async () => {
    await relay?.close();
    await gst?.close();
  });
  const live = (path: string) => `${relay.url}/live/${path}`;

  it('is one session for FLV, both kinds of fMP4, a snapshot and two profiles at once', async () => {
    const flv = [new FlvClient(live('cam.flv')), new FlvClient(live('cam.flv'), { transport: 'ws' })];
    const low = new FlvClient(live('cam.flv?profile=low'));
    const direct = new FlvClient(live(`cam.flv?${HEVC}`));
    await Promise.all([...flv, low, direct].map((client) => client.untilPictures(30)));
    const [hevc, h264, picture] = await Promise.all([
      probeUrl(live(`cam.mp4?${HEVC}`)),
      probeUrl(live('cam.mp4')),
      fetch(live('cam.jpg')),
    ]);
    expect(hevc.map(({ codec_name }) => codec_name)).toEqual(['hevc', 'aac']);
    expect(hevc[0]).toMatchObject({ codec_tag_string: 'hvc1', width: 320, height: 240 });
    expect(h264.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
    expect(picture.status).toBe(200);
    expect((await decodeFile(Buffer.from(await picture.arrayBuffer()))).pictures).toBe(1);
    expect(flv.map(codecsOf)).toEqual([['h264'], ['h264']]);
    expect(codecsOf(low)).toEqual(['h264']);
    expect(codecsOf(direct)).toEqual(['hevc']);
    // The camera repeats its parameter sets before every keyframe; that is no change of them.
    expect(direct.ofKind('video-header')).toHaveLength(1);
    for (const client of [...flv, direct]) expect(() => client.checkContinuity({ maxGapMs: 500 })).not.toThrow();

    const camera = await relay.camera('cam');
    expect(camera).toMatchObject({ pulls: 1, video: { codec: 'hevc' } });
    // DESCRIBE says what comes, so the first start is the right one.
    expect(camera.starts).toBe(1);
    expect(camera.transcodes.map(({ profile, state }) => [profile, state]).sort()).toEqual([
      ['h264', 'live'],
      ['low', 'live'],
    ]);
    expect(camera.transcodes[0]!.encoder).toEqual({ name: 'libx264', hardware: null });
    expect(
      ffmpegsOf(relay.pid).filter(({ args }) => args.includes('rtsp') || args.join(' ').includes('rtsp://')),
    ).toHaveLength(1);
    expect(gst.mostSessions()).toBe(1);
    await Promise.all([...flv, low, direct].map((client) => client.leave()));
    await eventually(
      () => relay.camera('cam'),
      ({ transcodes, viewers }) => viewers === 0 && transcodes.every(({ state }) => state === 'idle'),
    );
  });

  it('is as fresh through a transcode as by its marks, and sent without a gap', async () => {
    const client = new FlvClient(live('cam.flv'));
    await client.untilPictures(60);
    const last = client.marks.at(-1)!;
    expect(Date.now() - last.arrivedAtMs).toBeLessThan(4_000);
    const arrivals = client.marks.map(({ arrivedAtMs }) => arrivedAtMs);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    await client.leave();
  });

  it('decodes without a complaint over every road', async () => {
    const direct = await decodeUrl(live(`cam.mp4?${HEVC}`), 2);
    expect(direct).toMatchObject({ complaints: '' });
    expect(direct.pictures).toBeGreaterThan(30);
    const transcoded = await decodeUrl(live('cam.flv'), 2);
    expect(transcoded).toMatchObject({ complaints: '' });
    expect(transcoded.pictures).toBeGreaterThan(30);
  });

  it('is told in HLS as what it is to who says that he plays it, and as H.264 to others', async () => {
    const hls = new HlsClient(live(`cam/index.m3u8?${HEVC}`));
    const { codecs } = await hls.variant();
    expect(codecs).toMatch(/^hvc1\.1\..*mp4a/);
    const segment = (await hls.media()).segments.at(-1)!;
    expect((await decodeFile(await hls.playable(segment))).complaints).toBe('');
    expect((await new HlsClient(live('cam/index.m3u8')).variant()).codecs).toMatch(/^avc1\./);
    expect(gst.mostSessions()).toBe(1);
  });

  it('refuses a profile that does not exist, naming those that do', async () => {
    const response = await fetch(live('cam.flv?profile=tiny'));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad-request', detail: expect.stringContaining('h264') });
  });
});

describe('a camera of H.265 with an ffmpeg for each viewer', () => {
  it('gives each what he plays', async () => {
    const gst = await startGstreamerCamera({ mounts: { '/hevc': { codec: 'h265' } } });
    const relay = await startRelay({ config: { cameras: { cam: { url: gst.url('/hevc'), sharing: 'viewer' } } } });
    try {
      const plain = new FlvClient(`${relay.url}/live/cam.flv`);
      const able = new FlvClient(`${relay.url}/live/cam.flv?${HEVC}`);
      await Promise.all([plain.untilPictures(10), able.untilPictures(10)]);
      expect([codecsOf(plain), codecsOf(able)]).toEqual([['h264'], ['hevc']]);
      expect(await relay.camera('cam')).toMatchObject({ pulls: 2, viewers: 2, transcodes: [] });
      await Promise.all([plain.leave(), able.leave()]);
    } finally {
      await relay.close();
      await gst.close();
    }
  });
});

describe('a camera that sends MJPEG and Opus, which cannot ride the bus', () => {
  it('is encoded by the pull itself, as H.264 and AAC', async () => {
    const mjpeg = { codec: 'mjpeg', fps: 10, audio: 'opus' } as const;
    const gst = await startGstreamerCamera({ mounts: { '/mjpeg': mjpeg } });
    const relay = await startRelay({ config: { cameras: { cam: { url: gst.url('/mjpeg') } } } });
    try {
      const streams = await probeUrl(`${relay.url}/live/cam.mp4?${HEVC}`);
      expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
      expect(await relay.camera('cam')).toMatchObject({
        transcodes: [],
        starts: 1,
        pulls: 1,
        streams: { main: { sends: 'h264', encoder: { name: 'libx264', hardware: null } } },
      });
      expect(gst.mostSessions()).toBe(1);
    } finally {
      await relay.close();
      await gst.close();
    }
  });
});

async function pictureAt(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe('B-frames', () => {
  it('play, of H.264 by encoding what cannot be copied, of H.265 as they come', async () => {
    const mounts = { '/avc': { codec: 'h264', bFrames: true }, '/hevc': { codec: 'h265', bFrames: true } } as const;
    const gst = await startGstreamerCamera({ mounts });
    const relay = await startRelay({
      config: { cameras: { avc: { url: gst.url('/avc') }, hevc: { url: gst.url('/hevc') } } },
    });
    try {
      const clients = [`avc.flv`, `hevc.flv`, `hevc.flv?${HEVC}`].map(
        (path) => new FlvClient(`${relay.url}/live/${path}`),
      );
      await Promise.all(clients.map((client) => client.untilPictures(40)));
      expect(clients.map(codecsOf)).toEqual([['h264'], ['h264'], ['hevc']]);
      for (const client of clients) expect(() => client.checkContinuity({ maxGapMs: 1_000 })).not.toThrow();
      expect((await decodeUrl(`${relay.url}/live/hevc.mp4?${HEVC}`, 1)).complaints).toBe('');
      expect((await relay.camera('avc')).starts).toBeLessThanOrEqual(2);
      await Promise.all(clients.map((client) => client.leave()));
    } finally {
      await relay.close();
      await gst.close();
    }
  });
});

describe('main and sub streams', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    const sub = demo.of('street', 'width=320&height=180').url!;
    relay = await startRelay({
      config: {
        hls: { segmentMs: 1_000 },
        cameras: { cam: demo.of('street', 'gop=25', { sub }), plain: demo.of('yard') },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });
  const live = (path: string) => `${relay.url}/live/${path}`;

  it('are two sessions, each started by who watches it', async () => {
    const small = new FlvClient(live('cam.flv?stream=sub'));
    await small.untilPictures(10);
    expect(await probeJpeg(await pictureAt(live('cam.jpg?stream=sub')))).toMatchObject({ width: 320, height: 180 });
    // What asks for no stream in particular gets the one that runs.
    expect(await probeJpeg(await pictureAt(live('cam.jpg?start=0')))).toMatchObject({ width: 320 });
    expect(demo.sessions()).toMatchObject({ now: 1 });
    const sub = await relay.camera('cam');
    expect(sub).toMatchObject({
      pulls: 1,
      viewers: 1,
      streams: { main: { state: 'idle' }, sub: { state: 'live', video: { width: 320, height: 180 } } },
    });
    const large = new FlvClient(live('cam.flv'));
    await large.untilPictures(10);
    expect(await relay.camera('cam')).toMatchObject({
      pulls: 2,
      viewers: 2,
      video: { width: 640 },
      streams: { main: { state: 'live', video: { width: 640, height: 360 } } },
    });
    const [silent] = await probeUrl(live('cam.mp4?stream=sub'));
    expect(silent).toMatchObject({ width: 320, height: 180 });
    await Promise.all([small.leave(), large.leave()]);
  });

  it('are the same where there is no sub stream', async () => {
    const [video] = await probeUrl(live('plain.mp4?stream=sub'));
    expect(video).toMatchObject({ width: 640 });
    expect((await relay.camera('plain')).streams.sub).toBeNull();
    expect((await fetch(live('plain.flv?stream=third'))).status).toBe(400);
    const [alone, none] = await Promise.all(['plain/index.m3u8', 'plain/sub.m3u8'].map((path) => fetch(live(path))));
    expect((await alone!.text()).match(/#EXT-X-STREAM-INF/g)).toHaveLength(1);
    expect(none!.status).toBe(404);
  });

  it('are variants of one HLS playlist, on one clock, and each tells how far the other is', async () => {
    const { text } = await new HlsClient(live('cam/index.m3u8')).get(live('cam/index.m3u8'));
    expect(text.match(/RESOLUTION=\d+x\d+/g)).toEqual(['RESOLUTION=640x360', 'RESOLUTION=320x180']);
    const lists = await Promise.all(
      ['main', 'sub'].map(async (name) => (await fetch(live(`cam/${name}.m3u8?_HLS_skip=NO`))).text()),
    );
    const report = (list: string) => /#EXT-X-RENDITION-REPORT:URI="([^"]+)",LAST-MSN=(\d+),LAST-PART=(\d+)/.exec(list);
    expect(report(lists[0]!)?.[1]).toBe('sub.m3u8');
    expect(report(lists[1]!)?.[1]).toBe('main.m3u8');
    const { seen, complaints } = await new HlsClient(live('cam/index.m3u8')).follow({ forMs: 4_000 });
    expect(complaints).toEqual([]);
    expect(seen.at(-1)!.playlist.reports).toHaveLength(1);
    expect((await new HlsClient(live('cam/index.m3u8?stream=sub')).variant()).resolution).toMatchObject({ width: 320 });

    // The same moment has the same media time in both, so that a player can change from one to the other.
    const offsets = await Promise.all(
      ['main', 'sub'].map(async (stream) => {
        const hls = new HlsClient(live(`cam/index.m3u8?stream=${stream}`));
        const { segments } = await hls.media();
        const segment = segments.at(-1)!;
        return firstDecodeMs(await hls.playable(segment)) - segment.pdtMs!;
      }),
    );
    expect(Math.abs(offsets[0]! - offsets[1]!)).toBeLessThan(300);
  });
});

describe('what changes in the middle', () => {
  it('of the picture’s size goes on through a transcode, on one timeline', async () => {
    const demo = await startDemoRtsp();
    const relay = await startRelay({
      config: { cameras: { cam: demo.of('street', 'gop=25&fault=resolution&after=4000') } },
    });
    try {
      const client = new FlvClient(`${relay.url}/live/cam.flv?profile=h264`);
      const widths = () => client.ofKind('video-header').map((tag) => readVideoConfig(tag)?.width);
      await client.until('another size', () => widths().includes(480), 30_000);
      await client.untilMorePictures(20);
      expect(() => client.checkContinuity()).not.toThrow();
      expect(widths()[0]).toBe(640);

      // An encoder that dies is replaced, and its viewers stay.
      const [encoder] = ffmpegsOf(relay.pid).filter(({ args }) => args.includes('pipe:0'));
      process.kill(encoder!.pid, 'SIGKILL');
      await client.untilMorePictures(40);
      expect(() => client.checkContinuity()).not.toThrow();
      expect(await relay.camera('cam')).toMatchObject({ pulls: 1, state: 'live' });
      await client.leave();
    } finally {
      await relay.close();
      await demo.close();
    }
  });

  it('of the codec closes with 4415 who cannot follow, and gives him a transcode when he returns', async () => {
    const [first, second] = await Promise.all([
      startGstreamerCamera({ mounts: { '/cam': {} } }),
      startGstreamerCamera({ mounts: { '/cam': { codec: 'h265' } } }),
    ]);
    let way = await startTcpRelay({ targetPort: first.port });
    const { port } = way;
    const relay = await startRelay({ config: { cameras: { cam: { url: `rtsp://127.0.0.1:${port}/cam` } } } });
    try {
      const url = `${relay.wsUrl}/live/cam.flv`;
      const raw = new FlvClient(url);
      const able = new FlvClient(`${url}?${HEVC}`);
      await Promise.all([raw.untilPictures(10), able.untilPictures(10)]);
      await way.close();
      way = await startTcpRelay({ targetPort: second.port, port });
      expect(await raw.untilEnded(30_000)).toMatchObject({ code: 4415, reason: { code: 'codec' } });
      await able.until('H.265', () => codecsOf(able).includes('hevc'), 20_000);
      const again = new FlvClient(url);
      await again.untilPictures(20);
      expect(codecsOf(again)).toEqual(['h264']);
      expect((await relay.camera('cam')).streams.main.sends).toBe('hevc');
      await Promise.all([able.leave(), again.leave()]);
    } finally {
      await relay.close();
      await way.close();
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('a camera whose keyframes are further apart than segments may last', () => {
  it('is offered transcoded in HLS as well', async () => {
    const demo = await startDemoRtsp();
    const relay = await startRelay({
      config: { hls: { maxSegmentMs: 3_000 }, cameras: { cam: demo.of('yard', 'gop=250') } },
    });
    try {
      const { text } = await new HlsClient(`${relay.url}/live/cam/index.m3u8`).get(`${relay.url}/live/cam/index.m3u8`);
      expect(text.split('\n').filter((line) => line.endsWith('.m3u8'))).toEqual(['main.m3u8', 'main_h264.m3u8']);
      const list = await (await fetch(`${relay.url}/live/cam/main_h264.m3u8`)).text();
      expect(list).toContain('#EXT-X-INDEPENDENT-SEGMENTS');
    } finally {
      await relay.close();
      await demo.close();
    }
  });
});
