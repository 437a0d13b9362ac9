import { describe, expect, it } from 'vitest';
import { select, videosQuery } from './video-query.ts';

const entry = (name: string, sizeBytes: number, modifiedMs: number, durationMs: number | null) => {
  return { name, sizeBytes, modifiedMs, durationMs };
};
const ALL = [
  entry('b 10.mp4', 1, 3, 50),
  entry('b 2.ts', 3, 2, null),
  entry('a.mp4', 2, 1, 70),
  entry('B.mkv', 2, 1, 60),
];
const names = (query: string) => select(ALL, videosQuery(new URLSearchParams(query))).map(({ name }) => name);

describe('videos', () => {
  it.each([
    ['', ['b 10.mp4', 'b 2.ts', 'B.mkv', 'a.mp4']],
    ['order=asc', ['a.mp4', 'B.mkv', 'b 2.ts', 'b 10.mp4']],
    ['sort=name', ['a.mp4', 'b 2.ts', 'b 10.mp4', 'B.mkv']],
    ['sort=size', ['b 2.ts', 'B.mkv', 'a.mp4', 'b 10.mp4']],
    ['sort=duration', ['a.mp4', 'B.mkv', 'b 10.mp4', 'b 2.ts']],
    ['sort=duration&order=asc', ['b 10.mp4', 'B.mkv', 'a.mp4', 'b 2.ts']],
    ['q=B&sort=name', ['b 2.ts', 'b 10.mp4', 'B.mkv']],
    ['type=ts,mkv&sort=name', ['b 2.ts', 'B.mkv']],
    ['q=nothing', []],
  ])('are those of "%s" in its order', (query, found) => expect(names(query)).toEqual(found));
});
