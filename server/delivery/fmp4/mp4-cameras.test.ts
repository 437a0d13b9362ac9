import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { CountedSource } from '../../camera/live-source.fixture.ts';
import type { LiveSource } from '../../camera/stream-wish.ts';
import { ByteViewer } from '../../hub/byte-viewer.ts';
import { LIMITS } from '../hls/hls-output.fixture.ts';
import { HlsOutput } from '../hls/hls-output.ts';
import { TsWriter } from '../hls/ts-writer.ts';
import type { FragmentForm } from './fragment-batch.ts';
import { Mp4Cameras } from './mp4-cameras.ts';

const QUEUE = { maxQueueBytes: 1e6, maxLagMs: 10_000 };
function hls(mp4: Mp4Cameras, source: LiveSource, { audio = true, container = 'fmp4' as 'fmp4' | 'ts' } = {}) {
  return new HlsOutput({
    camera: source.id,
    rendition: { stream: 'main', profile: 'auto', hevc: false, audio, container },
    samples: mp4.samples(source, audio),
    limits: LIMITS,
    connectTimeoutMs: 5_000,
    maxWaiting: 10,
    start: 'abcd',
    first: { sequence: 1, discontinuitySequence: 0 },
    notes: { recall: () => null, remember: () => {} },
    ...(container === 'ts' ? { newWriter: () => new TsWriter() } : {}),
    log: pino({ level: 'silent' }),
  });
}

describe('Mp4Cameras', () => {
  it('have one muxer per stream and track set, however many formats are asked for', async () => {
    const mp4 = new Mp4Cameras({ gopMaxBytes: 1e6, mergeMaxMs: 100 });
    const source = new CountedSource();
    const signal = new AbortController().signal;
    const ask = { sequence: null, part: null, skip: false };
    const outputs = [hls(mp4, source), hls(mp4, source, { container: 'ts' })];
    const asked = outputs.map((output) => output.playlist(ask, signal));
    const recorder = { take: () => {}, end: () => {} };
    mp4.samples(source, true).add(recorder);
    for (const form of ['http', 'websocket'] as const) {
      const sink = { write: () => true, end: () => {} };
      const viewer = new ByteViewer<FragmentForm>({ id: form, join: 'fast', audio: true, ...QUEUE, sink });
      mp4.fragments(source, true).source(form).attach(viewer);
    }
    expect(source.viewers.size).toBe(1);

    const silent = hls(mp4, source, { audio: false });
    asked.push(silent.playlist(ask, signal));
    expect([...source.viewers].map(({ audio }) => audio)).toEqual([true, false]);

    const refused = Promise.allSettled(asked);
    for (const output of [...outputs, silent]) output.close();
    await refused;
    mp4.samples(source, true).remove(recorder);
    expect(source.viewers.size, 'the pages are still there').toBe(1);
  });
});
