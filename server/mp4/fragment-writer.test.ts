import { describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, PICTURE, parse, TONE } from '../flv/flv.fixture.ts';
import type { Tag } from '../flv/tag.ts';
import { FragmentWriter } from './fragment-writer.ts';
import { at } from './mp4.fixture.ts';
import { Muxer } from './muxer.ts';
import type { Sample } from './sample.ts';

const flv = makeFlv([...PICTURE, ...TONE, ...H264, '-g', '25', ...AAC], 2);
const tags = async () => parse(await flv);

/** Pictures at these times, with their samples as they are when each has just come. */
async function pictures(
  timesMs: readonly number[],
): Promise<{ muxer: Muxer; media: Tag[]; push: (index: number) => Sample }> {
  const all = (await tags()).filter((tag) => !tag.kind.startsWith('audio'));
  const muxer = new Muxer({ tracks: { audio: false, video: true } });
  for (const tag of all.slice(0, 2)) muxer.push(tag);
  const media = all.slice(2).map((tag, index) => at(tag, timesMs[index] ?? 0));
  return { muxer, media, push: (index) => muxer.push(media[index]!)[0]! };
}

describe('FragmentWriter', () => {
  it('writes the exact duration of every sample whose next has come, and the last step for the other', async () => {
    const { push } = await pictures([0, 40, 90, 130]);
    const writer = new FragmentWriter();
    const first = writer.write([push(0), push(1), push(2)]);
    expect([first.startMs, first.endMs]).toEqual([0, 130]);
    expect(writer.write([push(3)])).toMatchObject({ startMs: 130, endMs: 170, ptsMs: 130, independent: false });
  });

  it('begins where it ended when a picture comes later than promised, and shows it at its own time', async () => {
    const { push } = await pictures([0, 40, 80, 500, 540]);
    const writer = new FragmentWriter();
    expect(writer.write([push(0), push(1), push(2)]).endMs).toBe(120);
    expect(writer.write([push(3)])).toMatchObject({ startMs: 120, ptsMs: 500, endMs: 540 });
    expect(writer.write([push(4)])).toMatchObject({ startMs: 540, ptsMs: 540, endMs: 580 });
  });

  it('overlaps when a picture comes earlier than promised', async () => {
    const { push } = await pictures([0, 40, 80, 100]);
    const writer = new FragmentWriter();
    expect(writer.write([push(0), push(1), push(2)]).endMs).toBe(120);
    expect(writer.write([push(3)])).toMatchObject({ startMs: 100, endMs: 120, ptsMs: 100 });
  });

  it('serves a format that cuts late and one that cuts at once from the same samples', async () => {
    const { push } = await pictures([0, 40, 80, 500]);
    const [early, late] = [new FragmentWriter(), new FragmentWriter()];
    const samples = [0, 1, 2, 3].map((index) => {
      const sample = push(index);
      early.write([sample]);
      return sample;
    });
    expect(late.write(samples.slice(0, 3))).toMatchObject({ startMs: 0, endMs: 500 });
    expect(late.write(samples.slice(3))).toMatchObject({ startMs: 500, ptsMs: 500 });
  });

  it('refuses to write nothing, or under two init segments', async () => {
    const { push, muxer, media } = await pictures([0, 40]);
    const first = push(0);
    const other = new Muxer({ tracks: { audio: false, video: true } });
    for (const tag of (await tags()).filter((each) => each.kind === 'video-header')) other.push(tag);
    const second = other.push(media[0]!)[0]!;
    expect(() => new FragmentWriter().write([])).toThrow(TypeError);
    expect(() => new FragmentWriter().write([first, second])).toThrow(TypeError);
    expect(muxer.init).toBe(first.init);
  });
});
