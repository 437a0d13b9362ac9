import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codecsOf, PLAYS_HEVC } from '../support/codecs.ts';
import { decodeFile, decodeUrl, probeUrl } from '../support/decode.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from '../support/gstreamer-camera.ts';
import { HlsClient } from '../support/hls-client.ts';
import { ffmpegsOf } from '../support/processes.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { eventually } from '../support/wait.ts';

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
    const direct = new FlvClient(live(`cam.flv?${PLAYS_HEVC}`));
    await Promise.all([...flv, low, direct].map((client) => client.untilPictures(30)));
    const [hevc, h264, picture] = await Promise.all([
      probeUrl(live(`cam.mp4?${PLAYS_HEVC}`)),
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
    const direct = await decodeUrl(live(`cam.mp4?${PLAYS_HEVC}`), 2);
    expect(direct).toMatchObject({ complaints: '' });
    expect(direct.pictures).toBeGreaterThan(30);
    const transcoded = await decodeUrl(live('cam.flv'), 2);
    expect(transcoded).toMatchObject({ complaints: '' });
    expect(transcoded.pictures).toBeGreaterThan(30);
  });

  it('is told in HLS as what it is to who says that he plays it, and as H.264 to others', async () => {
    const hls = new HlsClient(live(`cam/index.m3u8?${PLAYS_HEVC}`));
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
      const able = new FlvClient(`${relay.url}/live/cam.flv?${PLAYS_HEVC}`);
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

describe('B-frames', () => {
  it('play, of H.264 by encoding what cannot be copied, of H.265 as they come', async () => {
    const mounts = { '/avc': { codec: 'h264', bFrames: true }, '/hevc': { codec: 'h265', bFrames: true } } as const;
    const gst = await startGstreamerCamera({ mounts });
    const relay = await startRelay({
      config: { cameras: { avc: { url: gst.url('/avc') }, hevc: { url: gst.url('/hevc') } } },
    });
    try {
      const clients = [`avc.flv`, `hevc.flv`, `hevc.flv?${PLAYS_HEVC}`].map(
        (path) => new FlvClient(`${relay.url}/live/${path}`),
      );
      await Promise.all(clients.map((client) => client.untilPictures(40, 40_000)));
      expect(clients.map(codecsOf)).toEqual([['h264'], ['h264'], ['hevc']]);
      for (const client of clients) expect(() => client.checkContinuity({ maxGapMs: 1_000 })).not.toThrow();
      expect((await decodeUrl(`${relay.url}/live/hevc.mp4?${PLAYS_HEVC}`, 1)).complaints).toBe('');
      expect((await relay.camera('avc')).starts).toBeLessThanOrEqual(2);
      await Promise.all(clients.map((client) => client.leave()));
    } finally {
      await relay.close();
      await gst.close();
    }
  });
});
