import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../server/config/schema.ts';
import type { Problem, RecordingAnswer, RecordingsAnswer, VideosAnswer } from '../server/protocol.ts';
import { decodeFile, decodeUrl, probeUrl } from './support/decode.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { eventually } from './support/wait.ts';

const SLOW = { withinMs: 40_000 };

describe('recordings of cameras that are not what they were', () => {
  let folder: string;
  let h265: GstreamerCamera;
  let h264: GstreamerCamera;
  let way: TcpRelay;
  let relay: RelayProcess;
  let config: ConfigInput;
  const urlOf = (camera: string) => `${relay.url}/api/cameras/${camera}`;
  const list = async (camera: string) =>
    (await (await fetch(`${urlOf(camera)}/recordings`)).json()) as RecordingsAnswer;
  const state = async (camera: string) =>
    ((await (await fetch(`${urlOf(camera)}/recording`)).json()) as RecordingAnswer).recording;
  const command = (camera: string, action: string) =>
    fetch(`${urlOf(camera)}/recording`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ action }),
    });
  const videos = async () => ((await (await fetch(`${relay.url}/api/videos?limit=200`)).json()) as VideosAnswer).videos;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-recordings-'));
    const small = { keyint: 25, width: 320, height: 240 } as const;
    [h265, h264] = await Promise.all([
      startGstreamerCamera({ mounts: { '/cam': { ...small, codec: 'h265', audio: 'aac' } } }),
      startGstreamerCamera({ mounts: { '/cam': small } }),
    ]);
    way = await startTcpRelay({ targetPort: h264.port });
    config = {
      dataDir: folder,
      recording: { segmentMs: 2_000, minFreeBytes: 0 },
      cameras: {
        hevc: { url: h265.url('/cam'), record: { when: 'always' } },
        changes: { url: `rtsp://127.0.0.1:${way.port}/cam`, transport: 'tcp', record: { when: 'always' } },
        byhand: { url: h264.url('/cam') },
      },
    };
    relay = await startRelay({ config });
  });
  afterAll(async () => {
    await relay?.close();
    await way?.close();
    await Promise.all([h264?.close(), h265?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('H.265 is recorded as it is: each file with its index, a period as HLS, an export as one MP4', async () => {
    const { files } = await eventually(
      () => list('hevc'),
      (answer) => answer.files.length >= 3,
      SLOW,
    );
    const [first, second] = files;
    expect(first).toMatchObject({ growing: false, width: 320, height: 240, codecs: expect.stringMatching(/^hvc1\./) });
    const fileUrl = `${urlOf('hevc')}/${first!.url}`;
    expect(await probeUrl(fileUrl)).toMatchObject([
      { codec_name: 'hevc', codec_tag_string: 'hvc1' },
      { codec_name: 'aac' },
    ]);
    const bytes = Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
    expect(bytes.indexOf('sidx')).toBeGreaterThan(0);
    const whole = await decodeFile(bytes);
    expect(whole.complaints).toBe('');
    expect(whole.pictures).toBeGreaterThan(first!.durationMs / 40 - 5);

    // Well before the next file, which still grows.
    const query = `?from=${first!.from}&to=${new Date(Date.parse(second!.to) - 500).toISOString()}`;
    const played = await decodeUrl(`${urlOf('hevc')}/recordings/index.m3u8${query}`, 60);
    expect(played.complaints).toBe('');
    expect(played.pictures).toBeGreaterThan((first!.durationMs + second!.durationMs) / 40 - 10);
    const exported = Buffer.from(await (await fetch(`${urlOf('hevc')}/recordings/export.mp4${query}`)).arrayBuffer());
    expect(exported.includes('moof')).toBe(false);
    expect(exported.includes('hvc1')).toBe(true);
    const { pictures, complaints } = await decodeFile(exported);
    expect(complaints).toBe('');
    expect(pictures).toBe(played.pictures);
  });

  it('one by hand and the time that a growing file needs survive a relay that is killed', async () => {
    expect((await command('byhand', 'start')).status).toBe(200);
    await eventually(
      () => state('byhand'),
      (recording) => recording?.state === 'recording',
      SLOW,
    );
    await eventually(
      () => list('byhand'),
      ({ files }) => (files[0]?.durationMs ?? 0) > 0,
      SLOW,
    );
    relay.kill('SIGKILL');
    await relay.exited;
    await relay.close();
    relay = await startRelay({ config });
    const said: string[] = [];
    const { recording } = await eventually(
      async () => {
        said.push(...(await videos()).map(({ name, state: how }) => `${how} ${name}`));
        return { recording: await state('byhand') };
      },
      ({ recording: now }) => now?.state === 'recording' && now.bytes > 10_000,
      SLOW,
    );
    expect(recording).toMatchObject({ reason: 'manual', state: 'recording' });
    expect(said.filter((line) => line.startsWith('broken'))).toEqual([]);
    expect(said.some((line) => line.includes('byhand_'))).toBe(true);

    expect(await (await command('byhand', 'stop')).json()).toEqual({ camera: 'byhand', recording: null });
    expect(JSON.parse(await readFile(join(folder, 'recordings-asked-for.json'), 'utf8'))).toEqual({});
    expect((await list('byhand')).files.length).toBeGreaterThanOrEqual(2);
  });

  it('over a change of codec HLS plays on, and an export says where it has to be parted', async () => {
    await eventually(
      () => list('changes'),
      ({ files }) => files.at(-1)?.growing === true && files.at(-1)!.durationMs > 0,
      SLOW,
    );
    const { port } = way;
    await way.close();
    way = await startTcpRelay({ targetPort: h265.port, port });
    const { files } = await eventually(
      () => list('changes'),
      (answer) => answer.files.some(({ codecs, growing }) => codecs.startsWith('hvc1') && !growing),
      SLOW,
    );
    const [from, to] = [files[0]!.from, files.find(({ codecs }) => codecs.startsWith('hvc1'))!.to];
    const playlist = await (await fetch(`${urlOf('changes')}/recordings/index.m3u8?from=${from}&to=${to}`)).text();
    expect(playlist.match(/#EXT-X-MAP/g)!.length).toBeGreaterThanOrEqual(2);
    expect(playlist).toContain('#EXT-X-DISCONTINUITY');

    const exportOf = (start: string, end: string) =>
      fetch(`${urlOf('changes')}/recordings/export.mp4?from=${start}&to=${end}`);
    const refused = await exportOf(from, to);
    expect(refused.status).toBe(409);
    const { code, detail, at } = (await refused.json()) as Problem;
    expect(code).toBe('mixed-recording');
    expect(detail).toBe(
      `The camera changed from H.264 to H.265 with AAC at ${at}, and one MP4 cannot hold both: ` +
        'export up to that time, and from it on, one by one.',
    );
    for (const [codec, part] of [
      ['avc1', await exportOf(from, at!)],
      ['hvc1', await exportOf(at!, to)],
    ] as const) {
      expect(part.status).toBe(200);
      const bytes = Buffer.from(await part.arrayBuffer());
      expect(bytes.includes(codec)).toBe(true);
      const { pictures, complaints } = await decodeFile(bytes);
      expect([complaints, pictures > 20]).toEqual(['', true]);
    }
  });
});
