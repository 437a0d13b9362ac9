import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type {
  Problem,
  RecordedFileInfo,
  RecordingAnswer,
  RecordingInfo,
  RecordingsAnswer,
  ServerEvent,
  VideosAnswer,
} from '../server/protocol.ts';
import { decodeFile, decodeUrl, probeUrl } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

const run = promisify(execFile);
const SEGMENT_MS = 4_000;
/** For what begins with an ffmpeg. */
const SLOW = { withinMs: 30_000 };

/** What ffmpeg counts as the file's length, in seconds. */
async function lengthOf(path: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]);
  return Number(stdout);
}

function api(relay: RelayProcess, camera: string) {
  const base = `${relay.url}/api/cameras/${camera}`;
  return {
    base,
    list: async (query = '') => (await (await fetch(`${base}/recordings${query}`)).json()) as RecordingsAnswer,
    post: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${base}/recording`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    state: async () => ((await (await fetch(`${base}/recording`)).json()) as RecordingAnswer).recording,
  };
}

describe('recording', () => {
  let folder: string;
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const filesOf = async (camera: string) => {
    const root = join(folder, camera);
    const names = await readdir(root, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith('.mp4')).map((name) => join(root, name));
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-recordings-'));
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        recording: { path: folder, segmentMs: SEGMENT_MS, minFreeBytes: 0, timeZone: 'Asia/Shanghai' },
        cameras: {
          lab: demo.of('lab', 'gop=25', { record: { when: 'always' } }),
          street: demo.of('street', 'gop=25', { record: { when: 'event', preRollMs: 3_000, postRollMs: 2_000 } }),
          harbour: demo.of('harbour', 'gop=25', { record: { when: 'watched', postRollMs: 500 } }),
          yard: demo.of('yard', 'gop=25'),
          breaks: demo.of('yard', 'gop=10&fault=reset&after=4000', { record: { when: 'always', audio: false } }),
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.concurrent('cuts files at keyframes, one folder per camera and day, each playable by itself', async () => {
    const lab = api(relay, 'lab');
    const { files } = await eventually(lab.list, (answer) => answer.files.length >= 3, { withinMs: 40_000 });
    const [first] = files;
    expect(first).toMatchObject({ growing: false, reason: 'always', width: 640, height: 360 });
    expect(first!.name).toMatch(/^lab_\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z\.mp4$/);
    expect(Date.parse(first!.from)).toBeGreaterThan(Date.now() - 120_000);
    const path = join(folder, 'lab', first!.from.slice(0, 10), first!.name);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(first!.bytes);
    expect(bytes.indexOf('sidx')).toBeGreaterThan(0);
    expect(await lengthOf(path)).toBeCloseTo(first!.durationMs / 1000, 1);
    const { pictures, complaints } = await decodeFile(bytes);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(first!.durationMs / 40 - 5);
    // The growing one is served as long as it is, and has its first picture a moment after it has its name.
    const isPlayable = (file: RecordedFileInfo | undefined) => file?.growing === true && file.durationMs > 0;
    const { files: now } = await eventually(lab.list, (answer) => isPlayable(answer.files.at(-1)));
    const growing = now.at(-1)!;
    const served = await fetch(`${lab.base}/${growing.url}`);
    expect((await decodeFile(Buffer.from(await served.arrayBuffer()))).complaints).toBe('');
  });

  it.concurrent('records an event with what was before it and what comes after', async () => {
    const street = api(relay, 'street');
    await eventually(street.state, (state) => state?.state === 'armed');
    await relay.untilCamera('street', ({ state }) => state === 'live', SLOW.withinMs);
    await sleep(4_500);
    expect((await street.list()).files).toEqual([]);
    const eventMs = Date.now();
    const answer = await fetch(`${street.base}/recording/event?name=bell`, { method: 'POST', body: 'anything' });
    expect(await answer.json()).toMatchObject({
      recording: { reason: 'event', event: 'bell', until: expect.any(String) },
    });
    await eventually(street.state, (state) => state?.state === 'armed');
    const { periods, files } = await eventually(street.list, (list) => list.periods[0]?.growing === false);
    expect(periods).toHaveLength(1);
    expect(eventMs - Date.parse(periods[0]!.from)).toBeGreaterThan(2_500);
    expect(Date.parse(periods[0]!.to) - eventMs).toBeGreaterThan(1_500);
    const path = (await filesOf('street')).find((each) => each.endsWith(files[0]!.name))!;
    expect((await decodeFile(await readFile(path))).complaints).toBe('');
  });

  it.concurrent('starts and stops by hand, for pages of its own site only', async () => {
    const yard = api(relay, 'yard');
    const events = new WebSocket(`${relay.wsUrl}/api/events`);
    const told: (RecordingInfo | null)[] = [];
    events.on('message', (data) => {
      const event = JSON.parse(String(data)) as ServerEvent;
      if (event.type === 'camera' && event.camera.id === 'yard') told.push(event.camera.recording);
    });
    expect((await yard.post({ action: 'start' }, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await yard.post({ action: 'start' }, { Origin: relay.url })).status).toBe(200);
    await eventually(yard.state, (state) => state?.state === 'recording' && state.reason === 'manual', SLOW);
    await sleep(2_000);
    expect(await (await yard.post({ action: 'stop' })).json()).toEqual({ camera: 'yard', recording: null });
    const { periods } = await eventually(yard.list, (list) => list.periods[0]?.growing === false);
    expect(periods[0]!.durationMs).toBeGreaterThan(1_000);
    await relay.untilCamera('yard', ({ state }) => state === 'idle');
    await eventually(
      () => told.at(-1),
      (recording) => recording === null,
    );
    expect(told.map((recording) => recording?.state)).toEqual(expect.arrayContaining(['waiting', 'recording']));
    events.close();
  });

  it.concurrent('records while somebody watches', async () => {
    const harbour = api(relay, 'harbour');
    expect(await harbour.state()).toBeNull();
    const client = new FlvClient(`${relay.wsUrl}/live/harbour.flv`);
    await eventually(harbour.state, (state) => state?.state === 'recording' && state.reason === 'watched', SLOW);
    await client.leave();
    await eventually(harbour.state, (state) => state === null);
    await relay.untilCamera('harbour', ({ viewers }) => viewers === 0);
    expect((await harbour.list()).files.length).toBeGreaterThan(0);
  });

  it.concurrent('begins a new file when the camera comes back, and plays over the break', async () => {
    const breaks = api(relay, 'breaks');
    const { files } = await eventually(breaks.list, (list) => list.files.length >= 4, { withinMs: 40_000 });
    const query = `?from=${files[0]!.from}&to=${files[2]!.to}`;
    const { pictures, complaints } = await decodeUrl(`${breaks.base}/recordings/index.m3u8${query}`, 60);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(50);
    const exported = await fetch(`${breaks.base}/recordings/export.mp4${query}`);
    const decoded = await decodeFile(Buffer.from(await exported.arrayBuffer()));
    expect(decoded).toEqual({ pictures, complaints: '' });
  });

  it('shares the one session at the camera and shows its state', async () => {
    const client = new FlvClient(`${relay.wsUrl}/live/lab.flv`);
    await client.untilKeyframe();
    const camera = await relay.camera('lab');
    expect(camera).toMatchObject({ pulls: 1, starts: 1, viewers: 2 });
    expect(camera.recording).toMatchObject({ state: 'recording', reason: 'always', message: null, until: null });
    expect(camera.recording!.bytes).toBeGreaterThan(10_000);
    expect(camera.recording!.file).toMatch(/^lab_/);
    expect(demo.sessions('lab').total).toBe(1);
    await client.leave();
    expect((await relay.camera('yard')).recording).toBeNull();
  });

  it('plays a period as HLS without a seam, and exports it as one plain MP4', async () => {
    const lab = api(relay, 'lab');
    const { files, periods, timeZone, days } = await lab.list();
    expect(timeZone).toBe('Asia/Shanghai');
    expect(days.length).toBeGreaterThan(0);
    expect(periods).toHaveLength(1);
    const from = new Date(Date.parse(files[0]!.from) + 2_500).toISOString();
    const to = new Date(Date.parse(files[1]!.from) + 1_500).toISOString();
    const query = `?from=${from}&to=${to}`;
    const playlist = await (await fetch(`${lab.base}/recordings/index.m3u8${query}`)).text();
    expect(playlist).toContain('#EXT-X-ENDLIST');
    expect(playlist).not.toContain('DISCONTINUITY');
    const durationMs = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, s]) => sum + Number(s) * 1000, 0);
    const played = await decodeUrl(`${lab.base}/recordings/index.m3u8${query}`, 60);
    expect(played.complaints).toBe('');
    expect(played.pictures).toBeGreaterThan(durationMs / 40 - 5);

    const response = await fetch(`${lab.base}/recordings/export.mp4${query}`);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="lab_.*\.mp4"$/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(bytes.includes('moof')).toBe(false);
    const exported = await decodeFile(bytes);
    expect(exported).toEqual({ pictures: played.pictures, complaints: '' });
    const etag = response.headers.get('etag')!;
    const rest = await fetch(`${lab.base}/recordings/export.mp4${query}`, {
      headers: { Range: 'bytes=1000-', 'If-Range': etag },
    });
    expect(rest.status).toBe(206);
    expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(1000))).toBe(true);
    const other = await fetch(`${lab.base}/recordings/export.mp4${query}`, { headers: { 'If-Match': '"another"' } });
    expect(other.status).toBe(412);
  });

  it('shows recordings in the video library, and deletes them with it', async () => {
    const yard = api(relay, 'yard');
    const [file] = (await yard.list()).files;
    const { videos } = (await (await fetch(`${relay.url}/api/videos?limit=200`)).json()) as VideosAnswer;
    expect(videos.find(({ name }) => name === file!.name)).toMatchObject({ sizeBytes: file!.bytes });
    const served = await fetch(`${relay.url}/api/video/${file!.name}`);
    const own = await fetch(`${yard.base}/${file!.url}`);
    expect(Buffer.from(await served.arrayBuffer()).equals(Buffer.from(await own.arrayBuffer()))).toBe(true);
    expect((await fetch(`${relay.url}/api/video/${file!.name}`, { method: 'DELETE' })).ok).toBe(true);
    expect((await yard.list()).files.map(({ name }) => name)).not.toContain(file!.name);
    expect((await filesOf('yard')).some((path) => path.endsWith(file!.name))).toBe(false);
  });

  it('answers what is wrong with problems', async () => {
    const lab = api(relay, 'lab');
    const code = async (response: Response) => `${response.status} ${((await response.json()) as Problem).code}`;
    expect(await code(await lab.post({ action: 'pause' }))).toBe('400 bad-request');
    expect(await code(await api(relay, 'nobody').post({ action: 'start' }))).toBe('404 no-such-camera');
    expect(await code(await fetch(`${lab.base}/recording`, { method: 'DELETE' }))).toBe('405 method-not-allowed');
    expect(await code(await fetch(`${lab.base}/recordings?from=soon`))).toBe('400 bad-request');
    const never = '?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z';
    expect(await code(await fetch(`${lab.base}/recordings/index.m3u8${never}`))).toBe('404 no-such-page');
    expect(await code(await fetch(`${lab.base}/recordings/export.mp4${never}`))).toBe('404 no-such-page');
    const { name } = (await lab.list()).files[0]!;
    for (const part of ['0-99999999999.m4s', '9-1.m4s', 'index.jsonl', '..%2f..%2findex.jsonl']) {
      expect(await code(await fetch(`${lab.base}/recordings/segments/${name}/${part}`))).toBe('404 no-such-page');
    }
    expect(await code(await fetch(`${lab.base}/recordings/files/..%2f..%2fetc%2fpasswd`))).toBe('404 no-such-page');
    expect(await code(await fetch(`${api(relay, 'yard').base}/recordings/files/${name}`))).toBe('404 no-such-page');
    expect((await probeUrl(`${lab.base}/recordings/files/${name}`)).map(({ codec_name: codec }) => codec)).toEqual([
      'h264',
      'aac',
    ]);
  });
});
