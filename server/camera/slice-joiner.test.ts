import { beforeAll, describe, expect, it } from 'vitest';
import { AAC, decode, makeFlv, PICTURE, parse, TONE, toFile } from '../flv/flv.fixture.ts';
import { serialiseTag, TAG_TYPE, type Tag, tagBody } from '../flv/tag.ts';
import { SliceJoiner } from './slice-joiner.ts';

const HEAD_BYTES = 5;
const SLICED = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-g',
  '10',
  '-x264-params',
  'slices=3',
];

/** Cuts each keyframe before every slice but the first, as ffmpeg does when parameter sets stand there. */
function cut(tag: Tag): Tag[] {
  if (tag.kind !== 'keyframe') return [tag];
  const body = tagBody(tag);
  const parts: Buffer[][] = [];
  for (let at = HEAD_BYTES; at < body.length; ) {
    const end = at + 4 + body.readUInt32BE(at);
    const isSlice = (body[at + 4]! & 0x1f) === 5;
    const last = parts.at(-1);
    const begins = last === undefined || (isSlice && last.some((unit) => (unit[4]! & 0x1f) === 5));
    if (begins) parts.push([body.subarray(at, end)]);
    else last.push(body.subarray(at, end));
    at = end;
  }
  return parts.map((units, index) => {
    const timestampMs = tag.timestampMs + index;
    return {
      ...tag,
      timestampMs,
      bytes: serialiseTag(TAG_TYPE.video, timestampMs, Buffer.concat([body.subarray(0, HEAD_BYTES), ...units])),
    };
  });
}

describe('SliceJoiner', () => {
  let whole: Tag[];
  beforeAll(async () => {
    whole = parse(await makeFlv([...PICTURE, ...TONE, ...SLICED, ...AAC], 2));
  });
  const pictures = (tags: readonly Tag[]) => tags.filter(({ kind }) => kind === 'keyframe' || kind === 'frame');

  it('puts keyframes together that were cut up, the first one too', async () => {
    const pieces = whole.flatMap(cut);
    expect(pictures(pieces).length).toBeGreaterThan(pictures(whole).length);
    const joiner = new SliceJoiner();
    const out = pieces.flatMap((tag) => joiner.push(tag));
    const keyframes = (tags: readonly Tag[]) => tags.filter(({ kind }) => kind === 'keyframe');
    expect(keyframes(out)).toHaveLength(keyframes(whole).length);
    expect(keyframes(out).map(({ bytes }) => bytes)).toEqual(keyframes(whole).map(({ bytes }) => bytes));
    const headers = out.filter(({ kind }) => kind.endsWith('-header'));
    const rest = out.filter(({ kind }) => !kind.endsWith('-header'));
    const { complaints } = await decode(toFile([...headers, ...rest]), ['-f', 'null']);
    expect(complaints).toBe('');
  });

  it('holds nothing back of a camera that cuts nothing but its first keyframe, and keeps the order', () => {
    const joiner = new SliceJoiner();
    const out = whole.map((tag) => joiner.push(tag));
    expect(out.flat()).toEqual(whole);
    const isPicture = ({ kind }: Tag) => kind === 'keyframe' || kind === 'frame';
    const second = whole.indexOf(whole.filter(isPicture)[1]!);
    expect(out.slice(second + 1)).toEqual(whole.slice(second + 1).map((tag) => [tag]));
  });

  it('does not hold the first keyframe of a camera that sends several slices in one', async () => {
    const sliced = parse(await makeFlv([...PICTURE, ...SLICED], 1));
    const joiner = new SliceJoiner();
    for (const tag of sliced) expect(joiner.push(tag)).toEqual([tag]);
  });

  it('forgets what it holds when another ffmpeg begins, and not what it has learnt', () => {
    const joiner = new SliceJoiner();
    const [first, second] = whole.filter(({ kind }) => kind === 'keyframe').map(cut);
    for (const tag of [...first!, ...second!]) joiner.push(tag);
    joiner.restarted();
    expect(joiner.push(first![0]!)).toEqual([]);
    const frame = whole.find(({ kind }) => kind === 'frame')!;
    expect(joiner.push(frame)).toEqual([first![0], frame]);
  });
});
