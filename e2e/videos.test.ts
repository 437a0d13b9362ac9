import { execFile } from 'node:child_process';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingsAnswer, VideoFile, VideosAnswer } from '../server/protocol.ts';
import { type AskOptions, ask } from './support/range-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { makeVideo, newVideoFolder, type VideoFolder } from './support/video-folder.ts';
import { eventually } from './support/wait.ts';

const run = promisify(execFile);

let folder: VideoFolder;
let relay: RelayProcess;

const get = (path: string, options?: AskOptions) => ask(`${relay.url}${path}`, options);
const listed = async (query = '') => JSON.parse((await get(`/api/videos${query}`)).body.toString()) as VideosAnswer;
const namesOf = async (query: string) => (await listed(query)).videos.map(({ name }) => name);
const codeOf = (body: Buffer) => (JSON.parse(body.toString()) as { code: string }).code;

beforeAll(async () => {
  folder = await newVideoFolder();
  const at = (name: string) => join(folder.videos, name);
  await makeVideo(at('clip 2.mp4'), { seconds: 2 });
  const copy = (name: string, ...options: string[]) =>
    run('ffmpeg', ['-y', '-v', 'error', '-i', at('clip 2.mp4'), '-c', 'copy', ...options, at(name)]);
  await Promise.all([
    copy('clip 10.ts'),
    copy('nvr.mkv'),
    copy('door.flv'),
    copy('short.mp4', '-t', '1'),
    copy('g711.mkv', '-c:a', 'pcm_alaw', '-ar', '8000'),
    copy('old.avi', '-c:v', 'mpeg4', '-c:a', 'mp3'),
    writeFile(at('no video.mp4'), 'This is a letter.'),
    // A playlist under another name would have ffmpeg read what it lists.
    writeFile(at('playlist.mp4'), `#EXTM3U\n#EXTINF:2,\nfile://${at('clip 2.mp4')}\n#EXT-X-ENDLIST\n`),
    writeFile(at('concat.mkv'), `ffconcat version 1.0\nfile '${at('clip 2.mp4')}'\n`),
  ]);
  await utimes(at('clip 2.mp4'), new Date('2026-01-02'), new Date('2026-01-02'));
  await utimes(at('clip 10.ts'), new Date('2026-01-01'), new Date('2026-01-01'));
  const cameras = { yard: { url: 'demo:yard?gop=10' } };
  relay = await startRelay({ config: { dataDir: folder.dataDir, cameras } });
});

afterAll(async () => {
  await relay?.close();
  await folder?.remove();
});

describe('the list of videos', () => {
  it('says of each what it is, and whether a browser plays it', async () => {
    const { videos, total } = await eventually(
      () => listed('?sort=name'),
      ({ videos: all }) => all.every(({ state }) => state !== 'reading'),
    );
    expect(total).toBe(10);
    const brief = videos.map(({ name, state, container, playable, video, audio }) =>
      [name, state, container, playable, video?.codec, audio?.codec].join(' | '),
    );
    expect(brief).toEqual([
      'clip 2.mp4 | ready | mp4 | direct | h264 | aac',
      'clip 10.ts | ready | mpegts | remux | h264 | aac',
      'concat.mkv | broken |  | no |  | ',
      'door.flv | ready | flv | remux | h264 | aac',
      'g711.mkv | ready | matroska | remux | h264 | pcm_alaw',
      'no video.mp4 | broken |  | no |  | ',
      'nvr.mkv | ready | matroska | remux | h264 | aac',
      'old.avi | ready | avi | no | mpeg4 | mp3',
      'playlist.mp4 | broken |  | no |  | ',
      'short.mp4 | ready | mp4 | direct | h264 | aac',
    ]);
    const clip = videos[0]!;
    expect(clip).toMatchObject({ camera: null, growing: false, modifiedAt: '2026-01-02T00:00:00.000Z', reason: null });
    expect(clip.video).toEqual({ codec: 'h264', width: 320, height: 240, fps: 25 });
    expect(clip.durationMs).toBeGreaterThan(1_900);
    expect(clip.durationMs).toBeLessThan(2_100);
    expect(videos.find(({ name }) => name === 'old.avi')?.reason).toContain('MPEG-4 Part 2');
  });

  it('is sorted, filtered and paged', async () => {
    expect((await namesOf('?sort=modified&order=asc')).slice(0, 2)).toEqual(['clip 10.ts', 'clip 2.mp4']);
    expect(await namesOf('?q=CLIP')).toEqual(['clip 2.mp4', 'clip 10.ts']);
    expect(await namesOf('?type=mkv,flv&sort=name&order=desc')).toEqual([
      'nvr.mkv',
      'g711.mkv',
      'door.flv',
      'concat.mkv',
    ]);
    expect((await namesOf('?sort=duration&order=asc'))[0]).toBe('short.mp4');
    expect((await namesOf('?sort=size&order=asc'))[0]).toBe('no video.mp4');
    const first = await listed('?sort=name&limit=4');
    expect(first).toMatchObject({ total: 10, offset: 0, limit: 4, next: 4 });
    const last = await listed('?sort=name&limit=4&offset=8');
    expect(last.next).toBeNull();
    expect(last.videos).toHaveLength(2);
  });

  it.each(['?limit=0', '?limit=x', '?offset=-1', '?sort=colour', '?order=up'])('refuses %s', async (query) => {
    const { status, body } = await get(`/api/videos${query}`);
    expect([status, codeOf(body)]).toEqual([400, 'bad-request']);
  });

  it('gives addresses that work from where it is', async () => {
    const [clip] = (await listed('?q=clip 10')).videos;
    const base = `${relay.url}/api/videos`;
    expect((await fetch(new URL(clip!.url, base))).headers.get('content-type')).toBe('video/mp2t');
    expect((await fetch(new URL(clip!.playUrl!, base))).headers.get('content-type')).toBe('video/mp4');
    expect((await fetch(new URL(clip!.thumbnail, base))).headers.get('content-type')).toBe('image/jpeg');
  });
});

describe('one video', () => {
  it('is saved under its name when that is asked for', async () => {
    const { headers } = await get('/api/video/clip%202.mp4?download=1', { method: 'HEAD' });
    expect(headers['content-disposition']).toBe('attachment; filename="clip 2.mp4"');
  });

  it('without a name is the newest, and says which that is', async () => {
    await writeFile(join(folder.videos, 'newest.mp4'), 'abcdef');
    const { status, body, headers } = await get('/api/video', { headers: { Range: 'bytes=1-2' } });
    expect([status, body.toString()]).toEqual([206, 'bc']);
    expect(new URL(headers['content-location']!, `${relay.url}/api/video`).pathname).toBe('/api/video/newest.mp4');
    const slash = await get('/api/video/');
    expect(new URL(slash.headers['content-location']!, `${relay.url}/api/video/`).pathname).toBe(
      '/api/video/newest.mp4',
    );
    await rm(join(folder.videos, 'newest.mp4'));
  });

  it('shows its first picture, made once', async () => {
    const { status, headers, body } = await get('/api/video/door.flv/thumbnail.jpg');
    expect(status).toBe(200);
    expect(body.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    const again = await get('/api/video/door.flv/thumbnail.jpg', { headers: { 'If-None-Match': headers.etag! } });
    expect(again.status).toBe(304);
  });

  it.each(['playlist.mp4', 'concat.mkv', 'no%20video.mp4'])('has no picture when it is none: %s', async (name) => {
    const { status, body } = await get(`/api/video/${name}/thumbnail.jpg`);
    expect([status, codeOf(body)]).toEqual([415, 'not-a-video']);
  });
});

describe('a video that browsers do not play as it is', () => {
  it.each([
    ['clip%2010.ts', 'aac'],
    ['door.flv', 'aac'],
    ['nvr.mkv', 'aac'],
    ['g711.mkv', 'aac'],
  ])('is repacked as MP4 with its index in front: %s', async (name, sound) => {
    const answers = await Promise.all([1, 2].map(() => get(`/api/video/${name}?as=mp4`)));
    const [one, other] = answers;
    expect(one!.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' });
    expect(one!.headers.etag).toBe(other!.headers.etag);
    const text = one!.body.toString('latin1');
    expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
    const path = join(folder.dataDir, 'repacked.mp4');
    await writeFile(path, one!.body);
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name',
      '-of',
      'csv=p=0',
      path,
    ]);
    expect(stdout.trim().split('\n')).toEqual(['h264', sound]);
    const part = await get(`/api/video/${name}?as=mp4`, { headers: { Range: 'bytes=100-199' } });
    expect(part.body.equals(one!.body.subarray(100, 200))).toBe(true);
  });

  it('comes repacked to a <video>, and as it is to everybody else', async () => {
    const typeFor = async (dest: string) =>
      (await get('/api/video/nvr.mkv', { headers: { 'Sec-Fetch-Dest': dest } })).headers['content-type'];
    expect(await typeFor('video')).toBe('video/mp4');
    expect(await typeFor('document')).toBe('video/x-matroska');
  });

  it('says why not, when that would not help', async () => {
    const { status, body } = await get('/api/video/old.avi?as=mp4');
    expect([status, codeOf(body)]).toEqual([415, 'not-playable']);
    expect(body.toString()).toContain('MPEG-4 Part 2');
    expect((await get('/api/video/no%20video.mp4?as=mp4')).status).toBe(415);
  });
});

describe('a video is deleted', () => {
  const remove = (headers: Record<string, string>) => get('/api/video/doomed.mp4', { method: 'DELETE', headers });

  it('by our own page or a client that is none, if it is the one that is meant', async () => {
    await writeFile(join(folder.videos, 'doomed.mp4'), 'x');
    const { headers } = await get('/api/video/doomed.mp4', { method: 'HEAD' });
    expect((await remove({ Origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await remove({ Origin: 'null' })).status).toBe(403);
    expect((await remove({ 'If-Match': '"another"' })).status).toBe(412);
    expect((await remove({ Origin: relay.url, 'If-Match': headers.etag! })).status).toBe(204);
    expect((await remove({})).status).toBe(404);
  });

  it('once, however many ask for it at the same time', async () => {
    for (let turn = 0; turn < 10; turn++) {
      await writeFile(join(folder.videos, 'doomed.mp4'), 'x');
      const answers = await Promise.all(Array.from({ length: 8 }, () => remove({})));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([204, ...Array.from({ length: 7 }, () => 404)]);
    }
  });

  it('and changed in no other way', async () => {
    const { status, headers } = await get('/api/video/clip%202.mp4', { method: 'PUT', body: 'x' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, DELETE']);
  });
});

describe('a video that is still being recorded', () => {
  const command = (action: string) =>
    get('/api/cameras/yard/recording', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ action }),
    });
  const recording = async () => (await listed('?q=yard_')).videos[0];

  it('is downloaded at a frozen length that its URL names, and resumed without a wrong byte', async () => {
    await command('start');
    const growing = (await eventually(recording, (video) => (video?.sizeBytes ?? 0) > 0, { withinMs: 20_000 }))!;
    expect(growing).toMatchObject({ camera: 'yard', growing: true });
    const path = `/api/video/${growing.name}`;
    const redirect = await get(path);
    expect(redirect.status).toBe(302);
    const frozen = new URL(redirect.headers.location!, `${relay.url}${path}`);
    const length = Number(frozen.searchParams.get('length'));
    const whole = await ask(frozen.href);
    expect([whole.status, whole.body.length]).toEqual([200, length]);
    expect(whole.headers['last-modified']).toBeUndefined();
    await eventually(recording, (video) => video!.sizeBytes > length);
    const etag = whole.headers.etag!;
    const half = Math.floor(length / 2);
    const rest = await ask(frozen.href, { headers: { Range: `bytes=${half}-`, 'If-Range': etag } });
    expect(rest.headers['content-range']).toBe(`bytes ${half}-${length - 1}/${length}`);
    expect(rest.body.equals(whole.body.subarray(half))).toBe(true);
    expect((await ask(frozen.href.replace(/length=.*/, 'length=99999999999'))).status).toBe(404);
    expect((await get(path, { method: 'DELETE' })).status).toBe(409);

    await command('stop');
    const finished = (await eventually(recording, (video) => video?.growing === false)) as VideoFile;
    const after = await ask(frozen.href, { headers: { Range: `bytes=${half}-`, 'If-Range': etag } });
    // Its index has been filled in: the bytes at that length are others, and so is their tag.
    expect([after.status, after.body.length]).toEqual([200, length]);
    expect(after.headers.etag).not.toBe(etag);
    expect((await get(path)).status).toBe(200);
    expect((await eventually(recording, (video) => video?.state === 'ready'))?.durationMs).toBeGreaterThan(200);
    expect(finished.camera).toBe('yard');
    expect((await get(path, { method: 'DELETE' })).status).toBe(204);
    const left = JSON.parse((await get('/api/cameras/yard/recordings')).body.toString()) as RecordingsAnswer;
    expect(left.periods).toEqual([]);
  });
});
