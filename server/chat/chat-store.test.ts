import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatEntry } from '../protocol.ts';
import { ChatStore } from './chat-store.ts';
import { entryId, RESUME_ENTRIES } from './history.ts';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });
const sender = { id: 'a', name: 'Ann', avatar: 'star', moderator: false };
const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS + 1_000;
let folder: string;
let store: ChatStore;
let count = 0;

const entry = (streamTimeMs: number, text = 'x'): ChatEntry => {
  const atMs = todayMs + count++;
  return { type: 'danmaku', id: entryId(atMs, 0), room: 'yard', atMs, streamTimeMs, sender, text };
};
const openStore = (days = 30, maxRoomBytes = 1_000_000) => new ChatStore({ folder, days, maxRoomBytes, log });
const read = async (fromMs: number, toMs: number, limit = 100, cursor: string | null = null) =>
  store.read('yard', { fromMs, toMs, limit, cursor });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-store-'));
  store = openStore();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe('stored chat', () => {
  it('lies in one file per room and day of stream time', async () => {
    store.append(entry(todayMs));
    store.append(entry(todayMs - DAY_MS));
    await store.close();
    const days = [todayMs - DAY_MS, todayMs].map((ms) => `${new Date(ms).toISOString().slice(0, 10)}.jsonl`);
    expect((await readdir(join(folder, 'yard'))).sort()).toEqual(days);
  });

  it('is found by stream time, across days, in order, page by page', async () => {
    const times = [3, -2 * DAY_MS, 1, 2, -DAY_MS, 2];
    for (const at of times) store.append(entry(todayMs + at, String(at)));
    const all = await read(todayMs - 3 * DAY_MS, todayMs + 10);
    const ordered = [...times].sort((a, b) => a - b).map(String);
    expect(all.messages.map(({ text }) => text)).toEqual(ordered);
    expect(all.next).toBeNull();
    const paged: string[] = [];
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page = await read(todayMs - 3 * DAY_MS, todayMs + 10, 2, cursor);
      paged.push(...page.messages.map(({ text }) => text));
      cursor = page.next;
    }
    expect(paged).toEqual(ordered);
    expect((await read(todayMs + 1, todayMs + 3)).messages.map(({ text }) => text)).toEqual(['1', '2', '2']);
  });

  it('is written, and rooms are opened, beside however many look back; the end waits for none of them', async () => {
    const line = JSON.stringify(entry(todayMs, 'x'.repeat(200)));
    await mkdir(join(folder, 'yard'));
    const day = join(folder, 'yard', `${new Date(todayMs).toISOString().slice(0, 10)}.jsonl`);
    await writeFile(day, `${line}\n`.repeat(20_000));
    let done = 0;
    const reads = Array.from({ length: 100 }, () =>
      store.read('yard', { fromMs: 0, toMs: todayMs, limit: 1, cursor: null }).then(
        () => {
          done += 1;
          return 'read';
        },
        ({ code }) => code as string,
      ),
    );
    store.append(entry(todayMs));
    await store.recent('elsewhere');
    expect(done).toBeLessThan(66);
    await store.close();
    expect(await readFile(day, 'utf8')).toMatch(/"text":"x"\}\n$/);
    const ends = await Promise.all(reads);
    expect(ends.filter((end) => end === 'overloaded')).toHaveLength(34);
    expect(ends).toContain('going-away');
  });

  it('is not found any more once it was deleted, also by the next one to look', async () => {
    const [kept, gone] = [entry(todayMs, 'kept'), entry(todayMs, 'gone')];
    store.append(kept);
    store.append(gone);
    await read(0, todayMs + 1);
    store.delete('yard', gone.id);
    expect((await read(0, todayMs + 1)).messages.map(({ text }) => text)).toEqual(['kept']);
    await store.close();
    store = openStore();
    expect((await store.recent('yard')).entries.map(({ text }) => text)).toEqual(['kept']);
  });

  it('survives a line that a crash cut in half', async () => {
    const whole = entry(todayMs, 'whole');
    const file = join(folder, 'yard', `${new Date(todayMs).toISOString().slice(0, 10)}.jsonl`);
    await mkdir(join(folder, 'yard'));
    await writeFile(file, `${JSON.stringify(whole)}\n{"type":"message","id":"0mw`);
    store.append(entry(todayMs, 'after'));
    expect((await read(0, todayMs + 1)).messages.map(({ text }) => text)).toEqual(['whole', 'after']);
    await appendFile(file, 'null\n[]\n{"type":"message"}\n');
    expect((await store.recent('yard')).entries).toHaveLength(2);
  });

  it('gives a room that opens again its last messages, and says from where they are complete', async () => {
    const entries = Array.from({ length: RESUME_ENTRIES + 20 }, (_, i) => entry(todayMs, String(i)));
    for (const each of entries.slice(0, 5)) store.append(each);
    expect(await store.recent('yard')).toMatchObject({ completeAfter: entryId(0, 0) });
    for (const each of entries.slice(5)) store.append(each);
    const recent = await store.recent('yard');
    expect(recent.entries.map(({ id }) => id)).toEqual(entries.slice(-RESUME_ENTRIES).map(({ id }) => id));
    expect(recent.completeAfter).toBe(recent.entries[0]!.id);
    expect(await store.recent('unknown')).toEqual({ entries: [], completeAfter: entryId(0, 0) });
  });

  it('forgets days that are over age', async () => {
    store.append(entry(todayMs - 3 * DAY_MS, 'old'));
    store.append(entry(todayMs, 'new'));
    await store.close();
    store = openStore(2);
    expect((await read(0, todayMs + 1)).messages.map(({ text }) => text)).toEqual(['new']);
    expect(await readdir(join(folder, 'yard'))).toHaveLength(1);
  });

  it('stays under its cap: the oldest days go first, then the older half of the last', async () => {
    await store.close();
    store = openStore(30, 100_000);
    for (let day = 5; day >= 0; day--) {
      for (let i = 0; i < 100; i++) store.append(entry(todayMs - day * DAY_MS, 'x'.repeat(100)));
      await store.recent('yard');
    }
    const sizeOf = async () => {
      const names = await readdir(join(folder, 'yard'));
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'yard', name))).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    expect(await sizeOf()).toBeLessThanOrEqual(100_000);
    expect((await readdir(join(folder, 'yard'))).length).toBeLessThan(5);
    for (let i = 0; i < 600; i++) store.append(entry(todayMs, `today ${i}${'x'.repeat(100)}`));
    await store.recent('yard');
    expect(await sizeOf()).toBeLessThanOrEqual(100_000);
    const { messages } = await read(0, todayMs + 1, 5_000);
    expect(messages.at(-1)?.text).toMatch(/^today 599/);
  });

  it('holds one line of JSON for each, the same as on the wire', async () => {
    const one = entry(todayMs, 'line\nbreak');
    store.append(one);
    await store.close();
    const [name] = await readdir(join(folder, 'yard'));
    const text = await readFile(join(folder, 'yard', name!), 'utf8');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([one]);
  });

  it('waits for a disk that does not take it, and is found meanwhile no worse than before', async () => {
    const blocked = join(folder, 'yard');
    await writeFile(blocked, 'a file where the folder should be');
    store.append(entry(todayMs, 'early'));
    expect((await read(0, todayMs + 1)).messages).toEqual([]);
    store.append(entry(todayMs, 'late'));
    await rm(blocked);
    expect((await read(0, todayMs + 1)).messages.map(({ text }) => text)).toEqual(['early', 'late']);
  });
});
