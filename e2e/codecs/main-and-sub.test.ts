import { describe, expect, it } from 'vitest';
import { probeUrl } from '../support/decode.ts';
import { useDemoRelay } from '../support/demo-relay.ts';
import { FlvClient } from '../support/flv-client.ts';
import { HlsClient } from '../support/hls-client.ts';
import { probeJpeg } from '../support/jpeg.ts';

/** Decode time of the first sample of the video track in a file, in ms. */
function firstDecodeMs(mp4: Buffer): number {
  const tfdt = mp4.indexOf('tfdt');
  return Number(mp4.readBigUInt64BE(tfdt + 8)) / 90;
}

async function pictureAt(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe('main and sub streams', () => {
  const stand = useDemoRelay((demo) => {
    const sub = demo.of('street', 'width=320&height=180').url!;
    return {
      hls: { segmentMs: 1_000 },
      cameras: {
        cam: demo.of('street', 'gop=25', { sub }),
        plain: demo.of('yard'),
      },
    };
  });

  const live = (path: string) => `${stand.relay.url}/live/${path}`;

  it('are two sessions, each started by who watches it', async () => {
    const small = new FlvClient(live('cam.flv?stream=sub'));
    await small.untilPictures(10);
    expect(await probeJpeg(await pictureAt(live('cam.jpg?stream=sub')))).toMatchObject({ width: 320, height: 180 });
    // What asks for no stream in particular gets the one that runs.
    expect(await probeJpeg(await pictureAt(live('cam.jpg?start=0')))).toMatchObject({ width: 320 });
    expect(stand.demo.sessions()).toMatchObject({ now: 1 });
    const sub = await stand.relay.camera('cam');
    expect(sub).toMatchObject({
      pulls: 1,
      viewers: 1,
      streams: { main: { state: 'idle' }, sub: { state: 'live', video: { width: 320, height: 180 } } },
    });
    const large = new FlvClient(live('cam.flv'));
    await large.untilPictures(10);
    expect(await stand.relay.camera('cam')).toMatchObject({
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
    expect((await stand.relay.camera('plain')).streams.sub).toBeNull();
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
