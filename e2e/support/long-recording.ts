/** An hour of recording in seconds: a short clip from ffmpeg, written again and again by the recorder's own file writer. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TagParser } from '../../server/flv/tag-parser.ts';
import { timescaleOf } from '../../server/mp4/init-segment.ts';
import { Muxer } from '../../server/mp4/muxer.ts';
import type { Sample } from '../../server/mp4/sample.ts';
import { dayName, fileName } from '../../server/videos/recording/file-names.ts';
import { createOutput } from '../../server/videos/recording/output-file.ts';
import type { RecordedFile } from '../../server/videos/recording/recorded-file.ts';
import { RecordingFile } from '../../server/videos/recording/recording-file.ts';

const run = promisify(execFile);
const CLIP_S = 10;
const GOP_S = 2;
const MAX_CLIP_BYTES = 64 * 1024 * 1024;

export interface LongRecordingOptions {
  readonly folder: string;
  readonly camera: string;
  readonly startedAtMs: number;
  readonly minutes: number;
}

/** Writes `minutes` of 640x360 with sound, a keyframe every two seconds, about 300 kbit/s. */
export async function writeLongRecording(options: LongRecordingOptions): Promise<RecordedFile> {
  const { folder, camera, startedAtMs, minutes } = options;
  const clip = await clipSamples();
  const path = join(folder, camera, dayName(startedAtMs), fileName(camera, startedAtMs));
  const failures: Error[] = [];
  const file = new RecordingFile({
    camera,
    path,
    reason: 'always',
    init: clip[0]![0]!.init,
    startedAtMs,
    segmentMs: minutes * 60_000,
    maxQueueBytes: Number.MAX_SAFE_INTEGER,
    open: createOutput,
    onFailed: (error) => failures.push(error),
  });
  for (let round = 0; round < (minutes * 60) / CLIP_S; round++) {
    for (const group of clip) file.append(group.map((sample) => shifted(sample, round * CLIP_S * 1000, startedAtMs)));
  }
  const finished = await file.finish();
  if (finished === null || failures.length > 0) throw failures[0] ?? new Error('Nothing was written.');
  return finished;
}

function shifted(sample: Sample, byMs: number, startedAtMs: number): Sample {
  const ticks = Math.round((byMs * timescaleOf(sample.init, sample.track)) / 1000);
  const ptsMs = sample.ptsMs + byMs;
  return { ...sample, decodeTicks: sample.decodeTicks + ticks, ptsMs, arrivedAtMs: startedAtMs + ptsMs };
}

/** In groups that begin with a keyframe. */
async function clipSamples(): Promise<Sample[][]> {
  const gop = String(25 * GOP_S);
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=25:duration=${CLIP_S}`],
      ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${CLIP_S}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '250k', '-g', gop],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '48k', '-f', 'flv', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: MAX_CLIP_BYTES },
  );
  const parser = new TagParser();
  const muxer = new Muxer({ tracks: { audio: true, video: true } });
  const samples = [...parser.push(stdout)].flatMap((tag) => muxer.push(tag));
  const groups: Sample[][] = [];
  for (const sample of samples) {
    if (sample.track === 'video' && sample.keyframe) groups.push([]);
    groups.at(-1)?.push(sample);
  }
  return groups;
}
