import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingsAnswer } from '../server/protocol.ts';
import { decodeFile } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const GOP_MS = 1_000;
const SLOW = { withinMs: 40_000 };

describe('recordings outlive what goes wrong', () => {
  let folder: string;
  let demo: DemoRtsp;
  let relay: RelayProcess | undefined;
  const start = async (recording: object = {}) => {
    relay = await startRelay({
      config: {
        recording: { path: folder, minFreeBytes: 0, ...recording },
        cameras: { lab: demo.of('lab', 'gop=25', { record: { when: 'always' } }) },
      },
    });
    return relay;
  };
  const listOf = async ({ url }: RelayProcess) =>
    (await (await fetch(`${url}/api/cameras/lab/recordings`)).json()) as RecordingsAnswer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-recordings-'));
    demo = await startDemoRtsp();
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('a relay that is killed: at most the last fragment is lost, and the next start writes the index', async () => {
    const killed = await start();
    const before = await eventually(
      () => listOf(killed),
      (list) => (list.files[0]?.durationMs ?? 0) > 4_000,
      {
        withinMs: 30_000,
      },
    );
    killed.kill('SIGKILL');
    const killedMs = Date.now();
    await killed.exited;
    await killed.close();
    const { name, from, durationMs } = before.files[0]!;
    const path = join(folder, 'lab', from.slice(0, 10), name);
    const left = await readFile(path);
    const played = await decodeFile(left);
    expect(played.pictures).toBeGreaterThan(durationMs / 40 - 5);

    const next = await start();
    const { files } = await eventually(
      () => listOf(next),
      (list) => list.files.length > 0,
    );
    const mended = files[0]!;
    expect(mended).toMatchObject({ name, growing: false, reason: null, width: 640 });
    expect(mended.durationMs).toBeGreaterThanOrEqual(durationMs);
    // What was being gathered, and what was on its way from the camera.
    expect(killedMs - Date.parse(mended.to)).toBeLessThan(2 * GOP_MS + 1_500);
    const bytes = await readFile(path);
    expect(bytes.indexOf('sidx')).toBeGreaterThan(0);
    expect(bytes.length).toBeLessThanOrEqual(left.length);
    const { pictures, complaints } = await decodeFile(bytes);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(mended.durationMs / 40 - 5);
    expect(next.logLines().some(({ msg }) => msg === 'recording mended')).toBe(true);
  });

  it('age: what is older than it may be is deleted, the folder of its day with it', async () => {
    const day = join(folder, 'lab', '2020-01-02');
    const name = 'lab_2020-01-02T10-00-00.000Z.mp4';
    const [newer] = (await listOf(relay!)).files;
    await relay!.close();
    await mkdir(day);
    await copyFile(join(folder, 'lab', newer!.from.slice(0, 10), newer!.name), join(day, name));
    const times = { from: '2020-01-02T10:00:00.000Z', to: '2020-01-02T10:10:00.000Z' };
    await writeFile(join(day, 'index.jsonl'), `damaged\n${JSON.stringify({ ...newer, name, ...times })}\n`);
    await start();
    await eventually(
      () => readdir(join(folder, 'lab')),
      (days) => !days.includes('2020-01-02'),
    );
    expect((await listOf(relay!)).files.map((file) => file.name)).toContain(newer!.name);
  });

  it('bytes: the oldest go, but never the one that is being read', async () => {
    await relay!.close();
    const small = await start({ segmentMs: 2_000, maxBytes: 1_048_576 });
    const [oldest, second] = (
      await eventually(
        () => listOf(small),
        ({ files }) => files.length >= 3,
      )
    ).files;
    // Its first bytes keep it for a while.
    const part = await fetch(`${small.url}/api/cameras/lab/recordings/files/${oldest!.name}`, {
      headers: { Range: 'bytes=0-99' },
    });
    expect(part.status).toBe(206);
    const names = ({ files }: RecordingsAnswer) => files.map(({ name }) => name);
    const later = await eventually(
      () => listOf(small),
      (list) => !names(list).includes(second!.name),
      SLOW,
    );
    expect(names(later)).toContain(oldest!.name);
    const finished = later.files.filter(({ growing }) => !growing);
    expect(finished.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1_048_576 + 500_000);
  });

  it('a full disk: recording stops and says so, the live picture goes on', async () => {
    await relay!.close();
    const full = await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const camera = await full.untilCamera('lab', ({ recording }) => recording?.state === 'disk-full');
    expect(camera.recording).toMatchObject({ reason: 'always', message: expect.stringContaining('full'), file: null });
    const client = new FlvClient(`${full.wsUrl}/live/lab.flv`);
    await client.untilPictures(60);
    await client.leave();
    expect((await full.camera('lab')).recording?.state).toBe('disk-full');
  });
});
