import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEGIN_AT_MS, TestCamera } from '../../delivery/fmp4/samples.fixture.ts';
import { childBoxes } from '../../mp4/box-reader.ts';
import { writeFree } from '../../mp4/fragment-boxes.ts';
import type { Sample } from '../../mp4/sample.ts';
import { fileName, readFileName } from './file-names.ts';
import { readIndex } from './fragment-index.ts';
import { createOutput, type OpenOutput } from './output-file.ts';
import { DiskTooSlow, RecordingFile } from './recording-file.ts';
import { recoverFile } from './recover-file.ts';

const NAME = fileName('yard', BEGIN_AT_MS);

/** A disk that takes so many bytes and then refuses, as ENOSPC does: in the middle of a write. */
function diskOf(roomBytes: number): OpenOutput {
  return async (path) => {
    const file = await createOutput(path);
    return {
      ...file,
      write: async (bytes, position) => {
        const fit = Math.max(0, roomBytes - position);
        await file.write(bytes.subarray(0, fit), position);
        if (fit < bytes.length) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    };
  };
}

describe('a recorded file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-recording-'));
    path = join(folder, 'day', NAME);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const begin = (camera: TestCamera, more: { open?: OpenOutput; maxQueueBytes?: number; segmentMs?: number } = {}) => {
    const failures: Error[] = [];
    const file = new RecordingFile({
      camera: 'yard',
      path,
      reason: 'always',
      init: camera.init,
      startedAtMs: BEGIN_AT_MS,
      segmentMs: 60_000,
      maxQueueBytes: 10_000_000,
      open: createOutput,
      onFailed: (error) => failures.push(error),
      ...more,
    });
    return { file, failures };
  };
  /** Fragments of a second, far along the stream's clock. */
  const seconds = (camera: TestCamera, count: number, fromMs = 500_000): Sample[][] =>
    Array.from({ length: count }, (_, index) =>
      camera.pictures(fromMs + index * 1000, 1000, { intervalMs: 1000, bytes: 1_000 }),
    );

  it('begins at 0 whatever the stream’s clock says, and has its index in front when it ends', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera);
    for (const samples of seconds(camera, 5)) file.append(samples);
    const finished = (await file.finish())!;
    expect(finished).toMatchObject({ camera: 'yard', name: NAME, durationMs: 5_000, reason: 'always', width: 640 });
    expect(finished.endedAtMs - BEGIN_AT_MS).toBe(505_000);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(finished.bytes);
    expect(
      childBoxes(bytes)
        .map(({ type }) => type)
        .slice(0, 5),
    ).toEqual(['ftyp', 'moov', 'free', 'sidx', 'sidx']);
    const { references, dataOffset } = readIndex(bytes.subarray(0, 65_536))!;
    expect(references.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
      [0, 1, 2, 3, 4].map((s) => [s * 1000, s * 1000 + 1000]),
    );
    expect(references[0]!.offset).toBe(dataOffset);
    for (const { offset, bytes: length } of references) {
      expect(['prft', 'moof']).toContain(bytes.toString('latin1', offset + 4, offset + 8));
      expect(offset + length).toBeLessThanOrEqual(bytes.length);
    }
    expect(references.at(-1)!.offset + references.at(-1)!.bytes).toBe(bytes.length);
  });

  it('keeps its time when the clock is put back or forward before its last keyframe interval is over', async () => {
    for (const jumpMs of [-3_600_000, 3_600_000]) {
      path = join(folder, 'day', fileName('yard', BEGIN_AT_MS + jumpMs));
      const camera = new TestCamera();
      const { file } = begin(camera);
      const pictures = camera.pictures(0, 20_000, { intervalMs: 5_000 });
      const withJump = pictures.map((each, at) => ({
        ...each,
        arrivedAtMs: each.arrivedAtMs + (at < 410 ? 0 : jumpMs),
      }));
      for (let at = 0; at < withJump.length; at += 50) file.append(withJump.slice(at, at + 50));
      const finished = (await file.finish())!;
      expect(finished.endedAtMs - finished.startedAtMs).toBe(20_000);
    }
  });

  it('is mended when its relay was killed: whole fragments stay, the index is filled', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera);
    for (const samples of seconds(camera, 5)) file.append(samples);
    const finished = (await file.finish())!;
    const whole = await readFile(path);
    await truncate(path, finished.bytes - 500);
    const mended = (await recoverFile(path))!;
    expect(mended).toMatchObject({
      camera: 'yard',
      durationMs: 4_000,
      codecs: 'avc1.64001e,mp4a.40.2',
      reason: null,
      width: 640,
      startedAtMs: BEGIN_AT_MS + 500_000,
    });
    expect((await stat(path)).size).toBe(mended.bytes);
    const bytes = await readFile(path);
    const { references, dataOffset } = readIndex(bytes)!;
    expect(references).toHaveLength(4);
    expect(bytes.subarray(dataOffset).equals(whole.subarray(dataOffset, mended.bytes))).toBe(true);
  });

  it('is played beyond what is damaged in the middle of it, from the next keyframe on', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera);
    for (const samples of seconds(camera, 5)) file.append(samples);
    const { bytes: size } = (await file.finish())!;
    const whole = await readFile(path);
    const { references: before, dataOffset, initBytes } = readIndex(whole)!;
    // From within the second fragment's media into the third's.
    const [second, third] = [before[1]!, before[2]!];
    const damaged = Buffer.from(whole);
    damaged.fill(0, second.offset + 1_000, third.offset + 500);
    damaged.fill(0, initBytes, dataOffset);
    damaged.writeUInt32BE(dataOffset - initBytes, initBytes);
    damaged.write('free', initBytes + 4, 'latin1');
    await writeFile(path, damaged);
    const mended = (await recoverFile(path))!;
    expect(mended).toMatchObject({ durationMs: 5_000, bytes: size });
    const { references } = readIndex(await readFile(path))!;
    expect(references.map(({ startMs }) => startMs)).toEqual([0, 1_000, 3_000, 4_000]);
    expect(references.at(-1)!.offset).toBe(before.at(-1)!.offset);
    expect(await recoverFile(path)).toEqual(mended);
    const { references: again } = readIndex(await readFile(path))!;
    expect(again).toEqual(references);
  });

  it('whose beginning is damaged gets that of a neighbour, where one fits, and is else left as it is', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera);
    for (const samples of seconds(camera, 3)) file.append(samples);
    const { durationMs } = (await file.finish())!;
    const whole = await readFile(path);
    const neighbour = join(folder, 'day', fileName('yard', BEGIN_AT_MS + 60_000));
    const { dataOffset } = readIndex(whole)!;
    const damaged = Buffer.from(whole).fill(0, 0, dataOffset - 8);
    await writeFile(path, damaged);
    const unlike = Buffer.concat([writeFree(16), whole]);
    await writeFile(neighbour, unlike);
    await expect(recoverFile(path)).rejects.toThrow('no other one fits');
    await expect(recoverFile(path, [neighbour, join(folder, 'gone')])).rejects.toThrow('no other one fits');
    expect((await readFile(path)).equals(damaged)).toBe(true);
    await writeFile(neighbour, whole.subarray(0, dataOffset + 200));
    expect(await recoverFile(path, [join(folder, 'gone'), neighbour])).toMatchObject({ durationMs, width: 640 });
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  it('is deleted when nothing in it can be played', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera);
    file.append(seconds(camera, 1)[0]!);
    const finished = (await file.finish())!;
    await truncate(path, finished.bytes - 1);
    expect(await recoverFile(path)).toBeNull();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('keeps what was whole when the disk becomes full, and says so once', async () => {
    const camera = new TestCamera();
    const { file, failures } = begin(camera, { open: diskOf(80_000) });
    for (const samples of seconds(camera, 6)) file.append(samples);
    const finished = (await file.finish())!;
    expect(failures.map((error) => (error as { code?: string }).code)).toEqual(['ENOSPC']);
    expect(finished.durationMs).toBe(3_000);
    expect((await stat(path)).size).toBe(finished.bytes);
    expect(readIndex(await readFile(path))!.references).toHaveLength(3);
  });

  it('is not there when the disk is full from the beginning', async () => {
    const camera = new TestCamera();
    const { file, failures } = begin(camera, { open: diskOf(100) });
    file.append(seconds(camera, 1)[0]!);
    expect(await file.finish()).toBeNull();
    expect(failures).toHaveLength(1);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('gives up rather than let a slow disk fill the memory', async () => {
    const camera = new TestCamera();
    const never = () => new Promise<void>(() => {});
    const stuck: OpenOutput = async () => ({ write: never, sync: never, truncate: never, close: never });
    const { file, failures } = begin(camera, { open: stuck, maxQueueBytes: 60_000 });
    for (const samples of seconds(camera, 4)) file.append(samples);
    expect(failures[0]).toBeInstanceOf(DiskTooSlow);
  });

  it('has room for its index however many keyframes come', async () => {
    const camera = new TestCamera();
    const { file } = begin(camera, { segmentMs: 2_000 });
    for (let index = 0; index < 500; index++) file.append(camera.pictures(index * 40, 40, { bytes: 10 }));
    await file.finish();
    const { references } = readIndex(await readFile(path))!;
    expect(references.length).toBeLessThanOrEqual(80);
    expect(references.at(-1)!.endMs).toBe(20_000);
  });
});

describe('a file’s name', () => {
  it('says whose it is and when it began, and nothing else passes for one', () => {
    expect(NAME).toBe('yard_2026-05-03T12-00-00.000Z.mp4');
    expect(readFileName(NAME)).toEqual({ camera: 'yard', day: '2026-05-03', startedAtMs: BEGIN_AT_MS });
    expect(readFileName(fileName('a_b-c', BEGIN_AT_MS))?.camera).toBe('a_b-c');
    for (const name of [
      'yard.mp4',
      '../yard_2026-05-03T12-00-00.000Z.mp4',
      `${NAME}.part`,
      'yard_2026-13-03T12-00-00.000Z.mp4',
    ]) {
      expect(readFileName(name)).toBeNull();
    }
  });
});
