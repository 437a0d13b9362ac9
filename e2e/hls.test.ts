import { describe, expect, it } from 'vitest';
import { decodeFile, decodeUrl, probeUrl } from './support/decode.ts';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';
import { HlsClient } from './support/hls-client.ts';
import { rawGet } from './support/raw-http.ts';
import { eventually } from './support/wait.ts';

describe('HLS', () => {
  const stand = useDemoRelay(
    (demo) => ({
      hls: { segmentMs: 1_000, idleTimeoutMs: 3_000, window: 5, keepExpired: 2 },
      cameras: {
        first: demo.of('lab', 'gop=50'),
        lab: demo.of('lab', 'gop=25'),
        yard: demo.of('yard', 'gop=25'),
        street: demo.of('street', 'gop=25'),
        rare: demo.of('harbour', 'gop=50'),
        gone: { url: 'rtsp://127.0.0.1:1/none' },
      },
    }),
    {
      knows: {
        lab: { keyframeIntervalMs: 1_000, frameMs: 40 },
        yard: { keyframeIntervalMs: 1_000, frameMs: 40 },
        rare: { keyframeIntervalMs: 2_000, frameMs: 40 },
      },
    },
  );

  const client = (id: string, query = '') => new HlsClient(`${stand.relay.url}/live/${id}/index.m3u8${query}`);

  it('answers the first request of a camera at rest with a playlist that plays', async () => {
    const lab = client('first');
    const variant = await lab.variant();
    expect(variant).toMatchObject({ uri: 'main.m3u8', resolution: { width: 640, height: 360 }, frameRate: 25 });
    expect(variant.codecs).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
    expect(variant.bandwidth).toBeGreaterThan(variant.averageBandwidth!);
    const { segments, targetDurationS, independentSegments } = await lab.media();
    expect(targetDurationS, 'of a camera that was never seen before').toBe(6);
    expect(independentSegments).toBe(true);
    expect(await decodeFile(await lab.playable(segments[0]!)), 'the held picture').toEqual({
      pictures: 1,
      complaints: '',
    });
    const moving = (
      await eventually(
        () => lab.media(),
        (now) => now.segments.length >= 2,
      )
    ).segments[1]!;
    const decoded = await decodeFile(await lab.playable(moving));
    expect(decoded.complaints).toBe('');
    // A camera may leave out pictures while it starts.
    expect(decoded.pictures / moving.durationS).toBeGreaterThan(18);
  });

  it('is one session at the camera for 50 consumers of HLS and 10 of FLV, and answers all reloads together', async () => {
    const viewers = Array.from({ length: 10 }, () => new FlvClient(`${stand.relay.url}/live/street.flv`));
    const consumers = Array.from({ length: 50 }, () => client('street'));
    const playlists = await Promise.all(consumers.map((each) => each.media()));
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(5)));
    const newest = playlists.reduce((a, b) =>
      a.mediaSequence + a.segments.length > b.mediaSequence + b.segments.length ? a : b,
    );
    const uri = `main.m3u8?_HLS_msn=${newest.mediaSequence + newest.segments.length}`;
    const doneAtMs: number[] = [];
    const answers = await Promise.all(
      consumers.map(async (each) => {
        const answer = await each.get(uri);
        doneAtMs.push(performance.now());
        return answer;
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBeLessThanOrEqual(2);
    // The relay answers them in one go (`hls-output.test.ts`); a few reach this busy process later.
    const [first, ...later] = doneAtMs.sort((a, b) => a - b);
    expect(later[Math.floor(later.length * 0.9)]! - first!).toBeLessThan(252);
    expect(later.at(-1)! - first!).toBeLessThan(1_000);
    expect(stand.demo.sessions('street')).toMatchObject({ now: 1, total: 1 });
    expect(await stand.relay.camera('street')).toMatchObject({ pulls: 1, starts: 1 });
    await Promise.all(viewers.map((viewer) => viewer.leave()));
  });

  it.concurrent('plays in ffmpeg, with picture and sound', async () => {
    expect((await probeUrl(client('lab').url)).map((stream) => stream.codec_name)).toEqual(['h264', 'aac']);
    const { pictures, complaints } = await decodeUrl(client('lab').url, 4);
    expect(complaints).toBe('');
    // For one of the four seconds the first picture may be held.
    expect(pictures).toBeGreaterThanOrEqual(70);
  });

  it.concurrent('gives every segment alone and all in a row without an error, and parts that make up their segment', async () => {
    const lab = client('lab');
    const { seen } = await lab.follow({ forMs: 4_500 });
    const { segments } = seen.at(-1)!.playlist;
    expect(segments.length).toBeGreaterThanOrEqual(3);
    // Fetched at once: decoding may take longer than the relay keeps them.
    const init = (await lab.get(segments[0]!.map!)).body;
    const bodies = await Promise.all(segments.map(({ uri }) => lab.get(uri)));
    const withParts = segments.findLast(({ parts }) => parts.length > 0)!;
    const parts = await Promise.all(withParts.parts.map(({ uri }) => lab.get(uri)));
    expect(Buffer.concat(parts.map(({ body }) => body)).equals((await lab.get(withParts.uri)).body)).toBe(true);
    let heldS = 0;
    for (const [index, { body }] of bodies.entries()) {
      const alone = await decodeFile(Buffer.concat([init, body]));
      expect(alone.complaints).toBe('');
      // The picture that is held before the first segment.
      if (alone.pictures === 1) heldS += segments[index]!.durationS;
    }
    const { pictures, complaints } = await decodeFile(Buffer.concat([init, ...bodies.map(({ body }) => body)]));
    expect(complaints).toBe('');
    // A busy machine's camera leaves a picture out now and then.
    const expected = (segments.reduce((sum, { durationS }) => sum + durationS, 0) - heldS) * 25;
    expect(pictures / expected).toBeCloseTo(1, 1);
  });

  it.concurrent('has no sound with ?audio=0', async () => {
    const silent = client('lab', '?audio=0');
    expect((await silent.variant()).codecs).toMatch(/^avc1\.[0-9a-f]{6}$/);
    expect((await probeUrl(silent.url)).map((stream) => stream.codec_name)).toEqual(['h264']);
  });

  it.concurrent('comes as MPEG-TS with ?format=ts, every segment playable by itself', async () => {
    const ts = client('lab', '?format=ts');
    expect((await ts.variant()).uri).toBe('main-ts.m3u8');
    const playlist = await ts.media();
    expect(playlist.text).not.toMatch(/PART|MAP|SERVER-CONTROL/);
    for (const { uri } of playlist.segments) {
      const { body, headers } = await ts.get(uri);
      expect(headers.get('content-type')).toBe('video/mp2t');
      expect((await decodeFile(body)).complaints).toBe('');
    }
    expect((await probeUrl(ts.url)).map((stream) => stream.codec_name)).toEqual(['h264', 'aac']);
    const { pictures, complaints } = await decodeUrl(ts.url, 4);
    expect(complaints).toBe('');
    // A second of the four may be the picture held before the first segment.
    expect(pictures).toBeGreaterThanOrEqual(70);
  });

  it.concurrent('leaves long groups of pictures whole', async () => {
    const { segments, targetDurationS } = await eventually(
      () => client('rare').media(),
      // A camera may begin with a short group or two.
      (now) => now.segments.length >= 4,
    );
    expect(targetDurationS).toBe(2);
    expect(Math.round(segments.at(-1)!.durationS)).toBe(2);
  });

  it.concurrent('ends when consumers stop asking, and goes on with its numbers when they ask again', async () => {
    const yard = client('yard');
    const before = await yard.media();
    await eventually(
      () => stand.demo.sessions('yard').now,
      (now) => now === 0,
      { withinMs: 12_000 },
    );
    expect((await yard.get(before.segments[0]!.uri)).status).toBe(404);
    expect(stand.demo.sessions('yard').now, 'a segment starts nothing').toBe(0);
    const after = await yard.media();
    expect(after.mediaSequence).toBeGreaterThanOrEqual(before.mediaSequence + before.segments.length);
    expect(after.discontinuitySequence).toBe(before.discontinuitySequence);
    expect(after.segments[0]!.discontinuity).toBe(true);
    expect(after.targetDurationS).toBe(before.targetDurationS);
  });

  it.concurrent('holds a reload, and refuses one that is wrong', async () => {
    const lab = client('lab');
    const now = await lab.media();
    const newest = now.mediaSequence + now.segments.length;
    const status = async (query: string) => (await lab.get(`main.m3u8?${query}`)).status;
    expect(await status(`_HLS_msn=${newest + 20}`)).toBe(400);
    expect(await status(`_HLS_msn=${newest}&_HLS_part=99`)).toBe(400);
    expect(await status('_HLS_part=1')).toBe(400);
    expect(await status('_HLS_msn=-1')).toBe(400);
    expect(await status('_HLS_msn=x')).toBe(400);
    expect(await status(`_HLS_msn=${now.mediaSequence}`)).toBe(200);
    const future = await lab.get(`main.m3u8?_HLS_msn=${newest + 1}`);
    expect(future.status).toBe(200);
    expect(future.text).toContain(`-${newest + 1}.m4s\n`);
  });

  it.concurrent('answers a request for the hinted part as it comes', async () => {
    const lab = client('lab');
    const { hint } = await lab.media();
    const part = await lab.get(hint!);
    expect([part.status, part.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(part.tookMs).toBeLessThan(2_500);
  });

  it.concurrent('tells caches what may be kept, and knows ranges and conditions', async () => {
    const lab = client('lab');
    const { segments } = await lab.media();
    const { uri, map } = segments.at(-1)!;
    const of = async (name: string) => {
      const { headers } = await lab.get(name);
      return [headers.get('content-type'), headers.get('cache-control')];
    };
    expect(await of('index.m3u8')).toEqual(['application/vnd.apple.mpegurl', 'no-cache']);
    expect(await of('main.m3u8')).toEqual(['application/vnd.apple.mpegurl', 'no-cache']);
    expect(await of(uri)).toEqual(['video/mp4', 'max-age=31536000, immutable']);
    expect(await of(map!)).toEqual(['video/mp4', 'max-age=60']);
    const whole = await lab.get(uri);
    const range = await lab.get(uri, { headers: { Range: 'bytes=100-299' } });
    expect(range.status).toBe(206);
    expect(range.headers.get('content-range')).toBe(`bytes 100-299/${whole.body.length}`);
    expect(range.body.equals(whole.body.subarray(100, 300))).toBe(true);
    expect((await lab.get(uri, { headers: { Range: 'bytes=99999999-' } })).status).toBe(416);
    const etag = whole.headers.get('etag')!;
    expect((await lab.get(uri, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const head = await lab.get(uri, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${whole.body.length}`]);
  });

  it.concurrent('starts nothing for HEAD', async () => {
    const before = (await stand.relay.camera('gone')).starts;
    for (const file of ['index.m3u8', 'main.m3u8']) {
      const head = await client('gone').get(file, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.mpegurl']);
    }
    for (const method of ['HEAD', 'GET']) {
      expect((await client('gone').get('main_nobodys.m3u8', { method })).status, method).toBe(400);
    }
    expect((await stand.relay.camera('gone')).starts).toBe(before);
  });

  it.concurrent('says why there is no picture', async () => {
    const { status, text, headers } = await client('gone').get('index.m3u8');
    expect(status).toBe(503);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ code: 'refused', camera: 'gone' });
  });

  it.each([
    ['/live/nobody/index.m3u8', 404],
    ['/live/lab/other.m3u8', 404],
    ['/live/lab/main-00000000-1.m4s', 404],
    ['/live/lab/..%2f..%2f..%2fetc%2fpasswd', 404],
    ['/live/lab/../../../etc/passwd', 404],
    ['/live/lab/%00', 404],
    ['/live/lab/index.m3u8?audio=2', 400],
    ['/live/lab/index.m3u8?format=avi', 400],
  ])('answers %s with %i', async (target, status) => {
    expect((await rawGet(stand.relay.port, target)).status).toBe(status);
  });

  it.concurrent('forgets segments after a while', async () => {
    const lab = client('lab');
    const { uri } = (await lab.media()).segments[0]!;
    expect((await lab.get(uri)).status).toBe(200);
    await eventually(
      () => lab.get(uri),
      ({ status }) => status === 404,
      { withinMs: 20_000 },
    );
  });
});
