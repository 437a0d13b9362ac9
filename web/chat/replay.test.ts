import { describe, expect, it } from 'vitest';
import type { ChatEntry } from '../../server/protocol.ts';
import { ChatReplay } from './replay.ts';

const sender = { id: 'a', name: 'Ann', avatar: 'star', moderator: false };
const entry = (streamTimeMs: number): ChatEntry => {
  const text = String(streamTimeMs);
  return { type: 'danmaku', id: text, room: 'r', atMs: streamTimeMs, streamTimeMs, sender, text };
};

function replay(times: readonly number[]) {
  const shown: number[] = [];
  const asked: string[] = [];
  const played = new ChatReplay({
    room: 'r',
    onEntry: ({ streamTimeMs }) => shown.push(streamTimeMs),
    load: async (fromMs, toMs, cursor) => {
      asked.push(`${fromMs}-${toMs}${cursor === null ? '' : ` ${cursor}`}`);
      const all = times.filter((time) => time >= fromMs && time < toMs);
      const rest = cursor === null ? all : all.filter((time) => time > Number(cursor));
      return { room: 'r', messages: rest.slice(0, 2).map(entry), next: rest.length > 2 ? String(rest[1]) : null };
    },
  });
  const play = async (fromMs: number, toMs: number) => {
    for (let atMs = fromMs; atMs <= toMs; atMs += 250) {
      played.at(atMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { played, shown, asked, play };
}

describe('chat beside a recording', () => {
  it('comes when its time comes, each once, over page and period ends', async () => {
    const times = [1_000, 1_100, 1_200, 30_000, 59_999, 60_000, 119_000];
    const { shown, play, asked } = replay(times);
    await play(0, 1_000);
    expect(shown).toEqual([1_000]);
    await play(1_250, 120_000);
    expect(shown).toEqual(times);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('leaves out what a seek jumps over, and comes again after a seek back', async () => {
    const { shown, play } = replay([1_000, 5_000, 20_000]);
    await play(0, 2_000);
    await play(10_000, 21_000);
    expect(shown).toEqual([1_000, 20_000]);
    await play(4_000, 6_000);
    expect(shown).toEqual([1_000, 20_000, 5_000]);
  });

  it('says nothing any more once it is closed', async () => {
    const { played, shown, play } = replay([1_000]);
    await play(0, 500);
    played.close();
    await play(750, 2_000);
    expect(shown).toEqual([]);
  });
});
