/** Links: each opens one camera, period or video in every form there is, and nothing else. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry, GrantAnswer, GrantInfo, RecordingsAnswer, VideoLinkPaths } from '../server/protocol.ts';
import { AccessHouse, GONE_WITHIN_MS, HOUR_MS, inMs } from './support/access-house.ts';
import { ChatClient } from './support/chat-client.ts';
import { FlvClient } from './support/flv-client.ts';
import { makeVideo } from './support/video-folder.ts';
import { eventually, within } from './support/wait.ts';

let house: AccessHouse;

beforeAll(async () => {
  house = await AccessHouse.open();
});
afterAll(() => house?.close());

describe('a link', () => {
  it('serves only its address, and ends running streams when its time is up', async () => {
    const { paths } = await house.share({ address: '198.51.100.5', expires: inMs(4_000) });
    expect((await house.from('198.51.100.6').get(`/${paths.jpg}`)).status).toBe(401);
    const headers = { 'X-Forwarded-For': '198.51.100.5' };
    const stream = new FlvClient(`${house.relay.url}/${paths.flv}`, { transport: 'ws', headers });
    await eventually(
      () => stream.tags.length,
      (count) => count > 3,
    );
    expect((await within(stream.ended, 4_000 + GONE_WITHIN_MS, 'runs on')).code).toBe(4401);
  });

  it.concurrent('opens its camera in every form, with HLS down to the segments, and nothing else', async () => {
    const { paths, grant } = await house.share({});
    const anyone = house.from('198.51.100.5');
    expect((await anyone.get(`/${paths.embed}`)).status).toBe(200);
    const jpg = await anyone.get(`/${paths.jpg}`);
    expect([jpg.status, jpg.headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin']);
    for (const transport of ['ws', 'http'] as const) {
      const flv = new FlvClient(`${house.relay.url}/${paths.flv}`, { transport });
      await eventually(
        () => flv.tags.length,
        (count) => count > 3,
      );
      await flv.leave();
    }
    for (const path of [paths.mp4, paths.mjpeg]) {
      const answer = await fetch(`${house.relay.url}/${path}`);
      expect(answer.status).toBe(200);
      await answer.body!.cancel();
    }
    const chat = await ChatClient.join(`${house.relay.wsUrl}/${paths.chat}`);
    expect(chat.first.you.moderator).toBe(false);
    chat.socket.close();
    const master = await anyone.get(`/${paths.hls}`);
    const media = /^(?!#).+/m.exec(master.body)![0];
    expect(media).toContain(`grant=${grant}`);
    const playlist = (await anyone.get(`/live/yard/${media}`)).body;
    const names = [...playlist.matchAll(/URI="([^"]+)"|^(?!#)(.+)$/gm)].map(([, uri, line]) => (uri ?? line)!);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names.slice(0, 3)) {
      const piece = await fetch(`${house.relay.url}/live/yard/${name}`);
      expect([piece.status, piece.headers.get('cache-control')]).toEqual([200, expect.stringContaining('private')]);
      await piece.arrayBuffer();
    }
    expect((await anyone.get(`/live/yard/${names[0]!.split('?')[0]}`)).status).toBe(401);
    expect((await anyone.get(`/live/shed.jpg?grant=${grant}`)).status).toBe(404);
  });

  it.concurrent('holds as many viewers as it may, and frees their places', async () => {
    const { paths, id } = await house.share({ maxViewers: 2 });
    const watch = () => new FlvClient(`${house.relay.url}/${paths.flv}`, { transport: 'ws' });
    const two = [watch(), watch()];
    for (const each of two)
      await eventually(
        () => each.tags.length,
        (count) => count > 3,
      );
    expect((await watch().ended).code).toBe(1013);
    const listed = (await house.admin.get('/api/grants'))
      .json<{ grants: GrantInfo[] }>()
      .grants.find((each) => each.id === id)!;
    expect(listed.viewers).toBe(2);
    expect(Date.parse(listed.usedAt!)).toBeGreaterThan(Date.now() - 30_000);
    await two[0]!.leave();
    const third = watch();
    await eventually(
      () => third.tags.length,
      (count) => count > 3,
    );
    expect((await house.admin.ask('DELETE', `/api/grants/${id}`)).status).toBe(204);
    const ends = await within(Promise.all([two[1]!.ended, third.ended]), GONE_WITHIN_MS, 'run on');
    expect(ends.map(({ code }) => code)).toEqual([4401, 4401]);
  });

  it.concurrent('to a period opens what was recorded in it, and nothing else of the camera', async () => {
    const { paths, grant } = await house.share({ from: '2026-01-01T10:00:00Z', to: '2026-01-01T11:00:00Z' });
    const anyone = house.from('198.51.100.7');
    const get = async (path: string) => (await anyone.get(path)).status;
    expect(await get(`/${paths.recordings}`)).toBe(200);
    expect(await get(`/${paths.recordings}&from=2026-01-01T10:30:00Z&to=2026-01-01T12:00:00Z`)).toBe(200);
    expect(await get(`/${paths.recordings}&from=2026-01-01T11:00:00Z&to=2026-01-01T12:00:00Z`)).toBe(403);
    expect(await get(`/${paths.export}&from=2025-01-01T11:00:00Z&to=2025-01-01T12:00:00Z`)).toBe(403);
    const recordings = '/api/cameras/yard/recordings';
    // Nothing was recorded then.
    expect(await get(`${recordings}/index.m3u8?grant=${grant}`)).toBe(404);
    expect(await get(`${recordings}/files/x.mp4?grant=${grant}`)).toBe(403);
    for (const path of [paths.jpg, paths.flv, paths.hls]) expect([path, await get(`/${path}`)]).toEqual([path, 404]);
    const half = { camera: 'yard', expires: inMs(HOUR_MS), from: '2026-01-01T10:00:00Z' };
    expect((await house.admin.ask('POST', '/api/grants', half)).status).toBe(400);
  });

  it.concurrent('to a period plays it as HLS, piece by piece, and no piece of another period', async () => {
    const command = (action: string) => house.admin.ask('POST', '/api/cameras/yard/recording', { action });
    const recordings = '/api/cameras/yard/recordings';
    const lengthMs = async () => {
      const { periods } = (await house.admin.get(recordings)).json<RecordingsAnswer>();
      return periods.reduce((sum, { durationMs }) => sum + durationMs, 0);
    };
    await command('start');
    await eventually(lengthMs, (ms) => ms > 6_000, { withinMs: 40_000 });
    await command('stop');
    const [recorded] = (await house.admin.get(recordings)).json<RecordingsAnswer>().periods;
    const beginMs = Date.parse(recorded!.from);
    const anyone = house.from('198.51.100.7');
    const piecesOf = async (fromMs: number, toMs: number) => {
      const period = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
      const { grant } = await house.share(period);
      const playlist = await anyone.get(`${recordings}/index.m3u8?grant=${grant}`);
      expect(playlist.status).toBe(200);
      return playlist.body.split('\n').filter((line) => line.startsWith('segments/'));
    };
    const first = await piecesOf(beginMs, beginMs + 500);
    const last = await piecesOf(beginMs + 5_500, Date.parse(recorded!.to));
    const statusOf = async (uri: string) => (await anyone.get(`${recordings}/${uri}`)).status;
    for (const uri of [...first, ...last]) expect([uri, await statusOf(uri)]).toEqual([uri, 200]);
    const withOther = (uri: string, other: string) => uri.replace(/grant=.*/, /grant=.*/.exec(other)![0]);
    expect(await statusOf(withOther(last.at(-1)!, first[0]!))).toBe(403);
    expect(await statusOf(withOther(first[0]!, last[0]!))).toBe(403);
  });

  describe('to a video of the library', () => {
    const NAME = 'Garten (1).mp4';
    const folder = () => join(house.dataDir, 'videos');
    const put = (name: string) => copyFile(join(house.folder, 'made.mp4'), join(folder(), name));
    const shareVideo = async (wanted: object = {}) => {
      const answer = await house.admin.ask('POST', '/api/grants', { video: NAME, expires: inMs(HOUR_MS), ...wanted });
      expect([answer.status, answer.status === 201 ? '' : answer.body]).toEqual([201, '']);
      return answer.json<GrantAnswer<VideoLinkPaths>>();
    };
    beforeAll(async () => {
      await mkdir(folder(), { recursive: true });
      await makeVideo(join(house.folder, 'made.mp4'), { seconds: 1 });
      for (const name of [NAME, 'other.mp4']) await put(name);
    });

    it('opens it in every form: its page, whole, in pieces, as MP4, to be saved, and its still', async () => {
      const { paths, camera, video } = await shareVideo();
      expect([camera, video]).toEqual([null, NAME]);
      const anyone = house.from('198.51.100.9');
      const page = await anyone.get(`/${paths.embed}`);
      expect([page.status, page.headers.get('content-security-policy')]).toEqual([
        200,
        expect.stringContaining('frame-ancestors *'),
      ]);
      for (const path of [paths.video, paths.mp4, paths.download, paths.jpg]) {
        const answer = await anyone.get(`/${path}`);
        expect([path, answer.status, answer.headers.get('cross-origin-resource-policy')]).toEqual([
          path,
          200,
          'cross-origin',
        ]);
      }
      const piece = await anyone.ask('GET', `/${paths.video}`, undefined, { Range: 'bytes=4-7' });
      expect([piece.status, piece.body]).toEqual([206, 'ftyp']);
      expect((await anyone.ask('HEAD', `/${paths.video}`)).status).toBe(200);
      const { entries } = (await house.admin.get('/api/audit')).json<{ entries: AuditEntry[] }>();
      expect(entries).toContainEqual(
        expect.objectContaining({ what: 'replayed', detail: NAME, address: '198.51.100.9' }),
      );
    });

    it('opens no other, tells of none, and changes nothing', async () => {
      const { grant } = await shareVideo();
      const anyone = house.from('198.51.100.9');
      const answers = await Promise.all(
        ['other.mp4', 'nowhere.mp4'].map((name) => anyone.get(`/api/video/${name}?grant=${grant}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual([403, 403]);
      expect(answers[0]!.body.replaceAll('other', 'nowhere')).toBe(answers[1]!.body);
      for (const path of ['/api/videos', '/api/video', '/live/yard.jpg', '/api/cameras/yard/recordings', '/api/grants'])
        expect([path, [403, 404]]).toEqual([
          path,
          expect.arrayContaining([(await anyone.get(`${path}?grant=${grant}`)).status]),
        ]);
      const remove = await anyone.ask('DELETE', `/api/video/${encodeURIComponent(NAME)}?grant=${grant}`);
      expect(remove.status).toBe(403);
    });

    it('is given by who manages the library, for one that is there, and ends with it', async () => {
      const vera = await house.signedIn('vera');
      const wanted = { video: NAME, expires: inMs(HOUR_MS) };
      expect((await vera.ask('POST', '/api/grants', wanted)).status).toBe(403);
      expect((await house.admin.ask('POST', '/api/grants', { ...wanted, video: 'nowhere.mp4' })).status).toBe(404);
      for (const odd of [{ camera: 'yard' }, { rights: ['see'] }, { from: inMs(-9_000), to: inMs(-1_000) }])
        expect((await house.admin.ask('POST', '/api/grants', { ...wanted, ...odd })).status).toBe(400);
      await put('short-lived.mp4');
      const { paths, id } = await shareVideo({ video: 'short-lived.mp4' });
      const anyone = house.from('198.51.100.9');
      expect((await anyone.get(`/${paths.video}`)).status).toBe(200);
      expect((await house.admin.ask('DELETE', '/api/video/short-lived.mp4')).status).toBe(204);
      await put('short-lived.mp4');
      expect((await anyone.get(`/${paths.video}`)).status).toBe(401);
      const { grants } = (await house.admin.get('/api/grants')).json<{ grants: GrantInfo[] }>();
      expect(grants.map((grant) => grant.id)).not.toContain(id);
    });

    it('holds as many viewers as it may', async () => {
      const { paths } = await shareVideo({ maxViewers: 1 });
      const [one, two] = ['198.51.100.20', '198.51.100.21'].map((address) => house.from(address));
      expect((await one!.get(`/${paths.video}`)).status).toBe(200);
      expect((await two!.get(`/${paths.video}`)).status).toBe(503);
      expect((await one!.get(`/${paths.video}`)).status).toBe(200);
    });
  });

  it('gives nobody what its maker lacks', async () => {
    const vera = await house.signedIn('vera');
    expect((await vera.ask('POST', '/api/grants', { camera: 'yard', expires: inMs(HOUR_MS) })).status).toBe(403);
    const wide = { camera: 'yard', expires: inMs(HOUR_MS), rights: ['manage'] };
    expect((await house.admin.ask('POST', '/api/grants', wide)).status).toBe(400);
  });
});
