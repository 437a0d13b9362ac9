import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readVideoConfig } from '../../server/flv/video-config.ts';
import { startScriptedCamera } from '../../server/rtsp/scripted-camera.fixture.ts';
import { probeUrl } from '../support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { HlsClient } from '../support/hls-client.ts';
import { probeJpeg } from '../support/jpeg.ts';
import { MjpegClient } from '../support/mjpeg-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

/** What is asked first of a camera whose sub stream cannot be had. */
const FIRST_ASKED = ['auto', 'copy', 'h264', 'low', 'alone', 'alone-h264', 'mp4', 'jpg', 'mjpeg', 'hls'] as const;

function heightOf(viewer: FlvClient): number | undefined {
  return readVideoConfig(viewer.ofKind('video-header').at(-1)!)?.height;
}

describe('where the sub stream cannot be had', () => {
  let demo: DemoRtsp;
  let other: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    other = await startDemoRtsp({ users: null });
    const main = (id: string, more: object) => demo.of('street', `gop=25&n=${id}`, more);
    const sub = demo.of('street').url.replace('/street', '/nowhere');
    relay = await startRelay({
      config: {
        hls: { segmentMs: 1_000 },
        cameras: {
          ...Object.fromEntries(
            FIRST_ASKED.map((id) => [id, main(id, { sub, sharing: id.startsWith('alone') ? 'viewer' : 'shared' })]),
          ),
          dying: main('dying', { sub: other.of('street', 'width=320&height=180&gop=25').url }),
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all([demo?.close(), other?.close()]);
  });
  const live = (path: string) => `${relay.url}/live/${path}`;

  it.concurrent.each([
    ['as the policy has it', 'auto', 'stream=sub', 360],
    ['as it comes', 'copy', 'stream=sub&profile=copy', 360],
    ['in a profile', 'h264', 'stream=sub&profile=h264', 360],
    ['in a profile of less height', 'low', 'stream=sub&profile=low', 360],
    ['with a pull for each viewer', 'alone', 'stream=sub', 360],
    ['with a pull for each viewer, and a profile', 'alone-h264', 'stream=sub&profile=h264', 360],
  ])('the first viewer gets the main one %s, and it is told why', async (_, id, query, height) => {
    const viewer = new FlvClient(live(`${id}.flv?${query}`));
    await viewer.untilPictures(5, 25_000);
    expect(heightOf(viewer)).toBe(height);
    const camera = await relay.camera(id);
    expect(camera).toMatchObject({ state: 'live', reason: null, viewers: 1 });
    expect(camera.streams).toMatchObject({ main: { state: 'live' }, sub: { reason: 'not-found', video: null } });
    // Who comes later is not kept waiting by another try.
    const late = new FlvClient(live(`${id}.flv?${query}`));
    await late.untilPictures(1);
    await Promise.all([viewer.leave(), late.leave()]);
    // A transcode of the stream that is not there does not go on trying.
    await relay.untilCamera(id, ({ transcodes }) =>
      transcodes.every(({ stream, state }) => stream === 'main' || state === 'idle'),
    );
  });

  it.concurrent('so do pictures, MP4 and HLS, whose playlist has one variant then', async () => {
    const still = async () => {
      const response = await fetch(live('jpg.jpg?stream=sub'));
      expect(response.status).toBe(200);
      expect(await probeJpeg(Buffer.from(await response.arrayBuffer()))).toMatchObject({ width: 640, height: 360 });
    };
    const fragments = async () => expect((await probeUrl(live('mp4.mp4?stream=sub')))[0]).toMatchObject({ width: 640 });
    const pictures = async () => {
      const client = new MjpegClient(live('mjpeg.mjpeg?stream=sub'));
      await client.untilPictures(2);
      await client.leave();
    };
    const playlists = async () => {
      const { text } = await new HlsClient(live('hls/index.m3u8')).get(live('hls/index.m3u8'));
      expect(text.match(/RESOLUTION=\d+x\d+/g)).toEqual(['RESOLUTION=640x360']);
      // Both who asks for it by name, and who has had its address from before.
      expect((await new HlsClient(live('hls/index.m3u8?stream=sub')).variant()).resolution).toMatchObject({
        width: 640,
      });
      const { status, text: media } = await new HlsClient(live('hls/index.m3u8')).get(live('hls/sub.m3u8'));
      expect([status, media.includes('#EXTINF')]).toEqual([200, true]);
    };
    await Promise.all([still(), fragments(), pictures(), playlists()]);
  });

  it('later, its viewers come again and its HLS playlist goes on with the main one', async () => {
    const viewer = new FlvClient(live('dying.flv?stream=sub'), { transport: 'ws' });
    const transcoded = new FlvClient(live('dying.flv?stream=sub&profile=h264'), { transport: 'ws' });
    const master = new HlsClient(live('dying/index.m3u8'));
    const { text } = await master.get(master.url);
    expect(text.match(/RESOLUTION=\d+x\d+/g)).toEqual(['RESOLUTION=640x360', 'RESOLUTION=320x180']);
    const before = await new HlsClient(live('dying/index.m3u8?stream=sub')).media();
    await Promise.all([viewer.untilPictures(5), transcoded.untilPictures(5)]);
    expect([viewer, transcoded].map(heightOf)).toEqual([180, 180]);
    await other.kill();
    const gone = await startScriptedCamera(
      ({ method }) => ({ status: method === 'OPTIONS' ? 200 : 404 }),
      '127.0.0.1',
      other.port,
    );
    onTestFinished(() => gone.close());
    const ends = await Promise.all([viewer.untilEnded(), transcoded.untilEnded()]);
    expect(ends.map(({ reason }) => reason)).toMatchObject([{ code: 'not-found' }, { code: 'not-found' }]);
    for (const query of ['stream=sub', 'stream=sub&profile=h264']) {
      const again = new FlvClient(live(`dying.flv?${query}`));
      await again.untilPictures(1);
      expect(heightOf(again)).toBe(360);
      await again.leave();
    }
    const after = await master.get(live('dying/sub.m3u8'));
    expect(after.status).toBe(200);
    const sequence = Number(/MEDIA-SEQUENCE:(\d+)/.exec(after.text)?.[1]);
    expect(sequence).toBeGreaterThan(before.segments.at(-1)!.sequence);
    const [shown] = await probeUrl(live('dying/sub.m3u8'));
    expect(shown).toMatchObject({ width: 640 });
    expect((await master.get(master.url)).text.match(/RESOLUTION=\d+x\d+/g)).toEqual(['RESOLUTION=640x360']);
  });
});
