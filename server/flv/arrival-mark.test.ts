import { describe, expect, it } from 'vitest';
import { ARRIVAL_SCRIPT } from '../protocol.ts';
import { writeScriptData } from './amf.ts';
import { arrivalTag, readArrivalMark } from './arrival-mark.ts';
import { AAC, H264, makeFlv, PICTURE, parse, TONE, toFile } from './flv.fixture.ts';
import { flvHeader, serialiseTag, TAG_TYPE, type Tag } from './tag.ts';
import { withTimestamp } from './wire-time.ts';

const keyframe: Tag = {
  kind: 'keyframe',
  timestampMs: 5000,
  bytes: serialiseTag(TAG_TYPE.video, 5000, Buffer.from([0x17, 1, 0, 0, 80, 0, 0, 0, 1, 0x65])),
  arrivedAtMs: 1_763_000_000_123,
};

interface Demuxer {
  onError: unknown;
  onMediaInfo: unknown;
  onTrackMetadata: unknown;
  onDataAvailable: unknown;
  onScriptDataArrived: unknown;
  parseChunks(chunk: ArrayBuffer, byteStart: number): number;
}

/** flv.js 1.6.2's own demuxer, from its sources: what a page would be told. */
async function readWithFlvJs(flv: Buffer): Promise<{ scripts: unknown[]; errors: string[]; samples: number }> {
  Object.assign(globalThis, { self: { navigator: { userAgent: 'Chrome' } } });
  const from = new URL('../../node_modules/flv.js/src/', import.meta.url);
  const demuxer = (await import(new URL('demux/flv-demuxer.js', from).href)) as {
    default: { probe(data: ArrayBuffer): unknown; new (probe: unknown, config: object): Demuxer };
  };
  const log = (await import(new URL('utils/logger.js', from).href)) as { default: Record<string, boolean> };
  Object.assign(log.default, { ENABLE_WARN: false, ENABLE_VERBOSE: false });
  const data = new Uint8Array(flv).buffer;
  const reader = new demuxer.default(demuxer.default.probe(data), {});
  const told = { scripts: [] as unknown[], errors: [] as string[], samples: 0 };
  reader.onError = (kind: string, text: string) => told.errors.push(`${kind} ${text}`);
  reader.onMediaInfo = () => {};
  reader.onTrackMetadata = () => {};
  reader.onDataAvailable = (audio: { samples: unknown[] }, video: { samples: unknown[] }) => {
    told.samples = audio.samples.length + video.samples.length;
  };
  reader.onScriptDataArrived = (script: unknown) => told.scripts.push(script);
  reader.parseChunks(data, 0);
  return told;
}

describe('the arrival mark', () => {
  it('tells decode time, presentation time and arrival', () => {
    const mark = arrivalTag(keyframe, 40);
    expect(mark).toMatchObject({ kind: 'script', timestampMs: 5000, arrivedAtMs: 1_763_000_000_123 });
    expect(parse(toFile([mark]))).toMatchObject([{ kind: 'script', timestampMs: 0 }]);
    expect(readArrivalMark(mark)).toEqual({
      timestampMs: 5000,
      ptsMs: 5080,
      arrivedAtMs: 1_763_000_000_123,
      heldMs: 40,
    });
    expect(readArrivalMark(keyframe)).toBeNull();
  });

  it('follows the time that a viewer is given', () => {
    const weeksLater: Tag = { ...keyframe, timestampMs: 2 ** 32 + 5000 };
    const mark = arrivalTag(weeksLater);
    const bytes = withTimestamp(mark, 7000);
    expect(readArrivalMark({ ...mark, bytes })).toEqual({
      timestampMs: 7000,
      ptsMs: 7080,
      heldMs: 0,
      arrivedAtMs: keyframe.arrivedAtMs,
    });
    expect(readArrivalMark(mark)!.timestampMs).toBe(2 ** 32 + 5000);
  });

  it('reaches the page through flv.js, beside onMetaData and in the middle of the stream', async () => {
    const tags = parse(await makeFlv([...PICTURE, ...TONE, ...H264, '-g', '10', ...AAC], 1));
    const marked = tags.flatMap((tag) => (tag.kind === 'keyframe' ? [arrivalTag(tag), tag] : [tag]));
    const plain = await readWithFlvJs(toFile(tags));
    const told = await readWithFlvJs(toFile(marked));
    expect(told.errors).toEqual([]);
    expect(told.samples).toBe(plain.samples);
    const marks = marked
      .filter((tag) => tag.kind === 'script')
      .map((tag) => ({ [ARRIVAL_SCRIPT]: readArrivalMark(tag) }));
    expect(marks).toHaveLength(3);
    expect(told.scripts).toEqual([...plain.scripts, ...marks]);
  });

  it('is read by flv.js as we read it, other script values too', async () => {
    const value = { a: 1, b: 'two', c: true, d: { e: 'f' }, g: [1, 2] };
    const body = writeScriptData({ name: 'onTest', value });
    const file = Buffer.concat([flvHeader({ audio: false, video: true }), serialiseTag(TAG_TYPE.script, 0, body)]);
    expect((await readWithFlvJs(file)).scripts).toEqual([{ onTest: value }]);
  });
});
