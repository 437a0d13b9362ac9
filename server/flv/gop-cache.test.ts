import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalTag } from './arrival-mark.ts';
import { AAC, decode, makeFlv, PICTURE, parse, TONE, toFile } from './flv.fixture.ts';
import { GopCache } from './gop-cache.ts';
import { serialiseTag, TAG_TYPE, type Tag } from './tag.ts';

const CAPS = { maxBytes: 1_000_000, maxDurationMs: 20_000 };

function tag(kind: Tag['kind'], timestampMs: number, bodyBytes = 10, fill = 0): Tag {
  const type = kind.startsWith('audio') ? TAG_TYPE.audio : TAG_TYPE.video;
  return { kind, timestampMs, bytes: serialiseTag(type, timestampMs, Buffer.alloc(bodyBytes, fill)), arrivedAtMs: 0 };
}

function filled(cache: GopCache, tags: readonly Tag[]): GopCache {
  for (const each of tags) cache.push(each);
  return cache;
}

describe('GopCache', () => {
  it('joins at any moment without a complaint from the decoder', async () => {
    const tags = parse(
      await makeFlv([...PICTURE, ...TONE, '-c:v', 'libx264', '-bf', '2', '-g', '20', '-pix_fmt', 'yuv420p', ...AAC], 3),
    ).filter((each) => each.kind !== 'video-end');
    for (const at of [40, 90, 130, 180, tags.length]) {
      const marked = tags
        .slice(0, at)
        .flatMap((each) => (each.kind === 'keyframe' ? [arrivalTag(each), each] : [each]));
      const cache = filled(new GopCache(CAPS), marked);
      expect(cache.joinable).toBe(true);
      expect(cache.tags.slice(0, 2).map((each) => each.kind)).toEqual(['script', 'keyframe']);
      const { metadata, videoHeader, audioHeader } = cache;
      const file = toFile([metadata!, videoHeader!, audioHeader!, ...cache.tags, ...tags.slice(at)]);
      const { complaints } = await decode(file, ['-f', 'null']);
      expect(complaints).toBe('');
    }
  });

  it('holds the tags from the last keyframe on, in order, or is not joinable', () => {
    const arbitraryTag = fc.record({
      kind: fc.constantFrom(
        'keyframe' as const,
        'frame' as const,
        'frame' as const,
        'audio' as const,
        'script' as const,
      ),
      size: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(arbitraryTag, { maxLength: 80 }), (made) => {
        const cache = new GopCache({ maxBytes: 2_000, maxDurationMs: 800 });
        cache.push(tag('video-header', 0));
        const tags = made.map(({ kind, size }, index) => tag(kind, index * 40, size));
        for (const [index, each] of tags.entries()) {
          cache.push(each);
          expect(cache.bytes).toBe(cache.tags.reduce((sum, cached) => sum + cached.bytes.length, 0));
          expect(cache.bytes).toBeLessThanOrEqual(2_000);
          if (!cache.joinable) continue;
          const from = tags.findLastIndex((candidate, at) => at <= index && candidate.kind === 'keyframe');
          const expected = tags.slice(from, index + 1);
          const cached = cache.tags.slice(cache.tags.findIndex((candidate) => candidate.kind === 'keyframe'));
          const upToMedia = expected.slice(0, expected.findLastIndex((candidate) => candidate.kind !== 'script') + 1);
          const runEnd = (at: number) => upToMedia.findIndex(({ kind }, after) => after > at && kind !== 'script');
          expect(cached).toEqual(upToMedia.filter(({ kind }, at) => kind !== 'script' || runEnd(at) - at <= 4));
        }
      }),
    );
  });

  it('keeps the mark of a keyframe, however many other script tags come before it', () => {
    const scripts = Array.from({ length: 9 }, (_, fill) => tag('script', 40, 10, fill));
    const cache = filled(new GopCache(CAPS), [tag('video-header', 0), ...scripts, tag('keyframe', 40)]);
    expect(cache.tags).toEqual([...scripts.slice(-4), tag('keyframe', 40)]);
  });

  it('lets a GOP over its caps go, keeps the still picture, and recovers with the next keyframe', () => {
    const cache = filled(new GopCache({ maxBytes: 500, maxDurationMs: 1_000 }), [
      tag('video-header', 0),
      tag('keyframe', 0, 100),
    ]);
    filled(cache, [tag('frame', 40, 200), tag('frame', 80, 200), tag('frame', 120)]);
    expect(cache).toMatchObject({ truncated: true, joinable: false });
    expect(cache.tags.map((each) => each.kind)).toEqual(['keyframe']);
    cache.push(tag('keyframe', 160));
    expect(cache).toMatchObject({ truncated: false, joinable: true });
    cache.push(tag('audio', 1_200));
    expect(cache).toMatchObject({ truncated: true, joinable: false });
    cache.push(tag('keyframe', 1_240, 600));
    expect(cache).toMatchObject({ truncated: true, joinable: false, bytes: 0 });
  });

  it('keeps a second of sound when there is no picture', () => {
    const cache = new GopCache(CAPS);
    cache.push(tag('audio-header', 0));
    for (let atMs = 0; atMs <= 5_000; atMs += 20) cache.push(tag('audio', atMs));
    expect(cache.joinable).toBe(true);
    expect(cache.tags[0]!.timestampMs).toBe(4_000);
    expect(cache.tags.at(-1)!.timestampMs).toBe(5_000);
  });

  it('forgets pictures that need another header, and nothing when a header is only repeated', () => {
    const cache = filled(new GopCache(CAPS), [tag('video-header', 0), tag('keyframe', 0), tag('frame', 40)]);
    cache.push(tag('video-header', 50));
    expect(cache.joinable).toBe(true);
    cache.push(tag('video-header', 60, 10, 1));
    expect(cache).toMatchObject({ joinable: false, bytes: 0 });
    cache.clear();
    expect(cache).toMatchObject({ videoHeader: null, audioHeader: null, metadata: null, joinable: false });
  });
});
