import { describe, expect, it } from 'vitest';
import { readVideoConfig } from '../../server/flv/video-config.ts';
import { codecsOf, PLAYS_HEVC } from '../support/codecs.ts';
import { startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { startGstreamerCamera } from '../support/gstreamer-camera.ts';
import { ffmpegsOf } from '../support/processes.ts';
import { startRelay } from '../support/relay-process.ts';
import { startTcpRelay } from '../support/tcp-relay.ts';
import { eventually } from '../support/wait.ts';

describe('what changes in the middle', () => {
  it.concurrent('of the picture’s size goes on through a transcode, on one timeline', async () => {
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

  it.concurrent('of the codec closes with 4415 who cannot follow, and gives him a transcode when he returns', async () => {
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
      const able = new FlvClient(`${url}?${PLAYS_HEVC}`);
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
  it.concurrent('is offered transcoded in HLS as well', async () => {
    const demo = await startDemoRtsp();
    const relay = await startRelay({
      config: { hls: { maxSegmentMs: 3_000 }, cameras: { cam: demo.of('yard', 'gop=250') } },
    });
    try {
      const url = `${relay.url}/live/cam/index.m3u8`;
      const offered = async () =>
        (await (await fetch(url)).text()).split('\n').filter((line) => line.endsWith('.m3u8'));
      // Whoever is the first ever to watch is answered before anybody can know.
      expect(await eventually(offered, (names) => names.length > 1, { withinMs: 30_000 })).toEqual([
        'main.m3u8',
        'main_h264.m3u8',
      ]);
      const list = await (await fetch(`${relay.url}/live/cam/main_h264.m3u8`)).text();
      expect(list).toContain('#EXT-X-INDEPENDENT-SEGMENTS');
    } finally {
      await relay.close();
      await demo.close();
    }
  });
});
