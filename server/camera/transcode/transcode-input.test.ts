import { buffer } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import { arrivalTag } from '../../flv/arrival-mark.ts';
import { AAC, decode, H264, makeFlv, PICTURE, parse, TONE } from '../../flv/flv.fixture.ts';
import type { Tag } from '../../flv/tag.ts';
import { TagBatch } from '../../hub/tag-batch.ts';
import { TranscodeInput } from './transcode-input.ts';

const clip = async (seconds: number, size?: string) => {
  const picture = size === undefined ? PICTURE : ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`];
  return parse(await makeFlv([...picture, ...TONE, ...H264, '-g', '25', '-bf', '0', ...AAC], seconds));
};

/** The clip as the hub gives it: headers, then batches that begin with a keyframe. */
function hub(tags: readonly Tag[]) {
  const of = (kind: Tag['kind']) => tags.find((tag) => tag.kind === kind) ?? null;
  const headers = {
    tracks: { audio: true, video: true },
    metadata: of('metadata'),
    videoHeader: of('video-header'),
    audioHeader: of('audio-header'),
  };
  const media = tags.filter(({ kind }) => kind === 'keyframe' || kind === 'frame' || kind === 'audio');
  const from = media.findIndex(({ kind }) => kind === 'keyframe');
  return { headers, media: media.slice(from) };
}

function newInput() {
  const events = { onReady: vi.fn(), onEnd: vi.fn(), onDropped: vi.fn() };
  return { events, input: new TranscodeInput(events) };
}

describe('TranscodeInput', () => {
  it('writes what ffmpeg decodes, picture and sound, and ends with its stream', async () => {
    const { headers, media } = hub(await clip(2));
    const { events, input } = newInput();
    const bytes = buffer(input.bytes);
    input.begin(new TagBatch(media.slice(0, 10), headers));
    for (const tag of media.slice(10)) input.push(new TagBatch([tag], headers));
    expect(events.onReady).toHaveBeenCalledTimes(1);
    input.end(new RelayError('going-away'));
    expect(events.onEnd).toHaveBeenCalledTimes(1);
    const { complaints } = await decode(await bytes, ['-f', 'null']);
    expect(complaints).toBe('');
    expect(input.reconfigured).toBe(false);
    expect(events.onDropped).not.toHaveBeenCalled();
  });

  it('ends where another init segment would be due, and says so', async () => {
    const first = hub(await clip(1));
    const second = hub(await clip(1, '192x144'));
    const { events, input } = newInput();
    const bytes = buffer(input.bytes);
    input.begin(new TagBatch(first.media, first.headers));
    const shift = (tag: Tag): Tag => ({ ...tag, timestampMs: tag.timestampMs + 1_000 });
    input.push(new TagBatch([second.headers.videoHeader!, ...second.media.map(shift)], second.headers));
    expect((await decode(await bytes, ['-f', 'null'])).complaints).toBe('');
    expect(input.reconfigured).toBe(true);
    expect(events.onEnd).not.toHaveBeenCalled();
  });

  it('leaves pictures out up to a keyframe when nobody takes them for seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { headers, media } = hub(await clip(3));
      const { events, input } = newInput();
      input.bytes.once('readable', () => {});
      input.begin(new TagBatch(media.slice(0, 1), headers));
      await new Promise((resolve) => setImmediate(resolve));
      for (const tag of media.slice(1)) {
        // In the first half it takes long for each; the rest comes at once.
        if (tag.timestampMs < 1_500) vi.advanceTimersByTime(100);
        input.push(new TagBatch([tag], headers));
      }
      expect(events.onDropped).toHaveBeenCalled();
      input.end(new RelayError('going-away'));
      expect((await decode(await buffer(input.bytes), ['-f', 'null'])).complaints).toBe('');
    } finally {
      vi.useRealTimers();
    }
  });

  it('knows when a picture came, without what ffmpeg had held it for', async () => {
    const { headers, media } = hub(await clip(1));
    const { input } = newInput();
    const [keyframe] = media as [Tag];
    const late = { ...keyframe, arrivedAtMs: 5_000 };
    const next = { ...media.find(({ kind }) => kind === 'frame')!, arrivedAtMs: 5_040 };
    input.begin(new TagBatch([arrivalTag(late, 40), late, next], headers));
    expect(input.arrivalOf(late.timestampMs)).toBe(4_960);
    expect(input.arrivalOf(next.timestampMs)).toBe(5_000);
    expect(input.arrivalOf(77_777)).toBeNull();
    input.close();
  });
});
