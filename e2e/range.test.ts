import { randomBytes } from 'node:crypto';
import { readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILE_BYTES, type RangeCase } from './support/range-case.ts';
import { RANGE_CASES } from './support/range-cases.ts';
import { type Answer, ask, partsOf } from './support/range-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const DATE = new Date('2026-01-01T00:00:00Z');
const BIG_BYTES = 24 * 1_048_576;
const CHUNK_BYTES = 1_048_576;

let folder: VideoFolder;
let relay: RelayProcess;
const bytes = randomBytes(FILE_BYTES);
const urlOf = (name: string) => `${relay.url}/api/video/${name}`;

beforeAll(async () => {
  folder = await newVideoFolder();
  const put = async (name: string, content: Buffer) => {
    await writeFile(join(folder.videos, name), content);
    await utimes(join(folder.videos, name), DATE, DATE);
  };
  await put('f.mp4', bytes);
  await put('empty.mp4', Buffer.alloc(0));
  await put('big.mp4', randomBytes(BIG_BYTES));
  relay = await startRelay({ config: { dataDir: folder.dataDir, videos: { playerChunkBytes: CHUNK_BYTES } } });
});

afterAll(async () => {
  await relay?.close();
  await folder?.remove();
});

describe('a Range request', () => {
  const cases = Object.entries(RANGE_CASES).flatMap(([group, list]) =>
    list.map((each): [string, RangeCase] => [`${group}: ${each.title}`, each]),
  );

  it('is asked in more than 60 ways', () => expect(cases.length).toBeGreaterThan(60));

  it.each(cases)('%s', async (_title, { range, headers = {}, method = 'GET', empty, answer }) => {
    const url = urlOf(empty ? 'empty.mp4' : 'f.mp4');
    const content = empty ? Buffer.alloc(0) : bytes;
    const head = await ask(url, { method: 'HEAD' });
    const filled = Object.entries(headers).map(([name, value]) => [
      name,
      value.replace('{etag}', head.headers.etag!).replace('{date}', head.headers['last-modified']!),
    ]);
    const got = await ask(url, { method, headers: { ...Object.fromEntries(filled), Range: range } });
    expect(describeAnswer(got)).toBe(answer);
    if (got.status === 206) {
      for (const { first, last, body, sizeBytes } of partsOf(got)) {
        expect(body.equals(content.subarray(first, last + 1))).toBe(true);
        expect(sizeBytes).toBe(content.length);
      }
    }
    if (got.status === 416) expect(got.headers['content-range']).toBe(`bytes */${content.length}`);
    if (got.status === 200 && method === 'GET') expect(got.body.equals(content)).toBe(true);
    if (method === 'HEAD') expect(got.headers['content-length']).toBe(String(content.length));
    if (got.status !== 412) expect(got.headers['accept-ranges']).toBe('bytes');
  });

  it('is never answered with more bytes than the head says', async () => {
    const several = await ask(urlOf('f.mp4'), { headers: { Range: 'bytes=0-9,500-509,9990-' } });
    expect(Number(several.headers['content-length'])).toBe(several.body.length);
  });

  it('finds one strong tag for the same bytes, and another when they change', async () => {
    const path = join(folder.videos, 'changing.mp4');
    await writeFile(path, bytes);
    const before = await ask(urlOf('changing.mp4'), { method: 'HEAD' });
    expect(before.headers.etag).toMatch(/^"[\w-]+"$/);
    expect((await ask(urlOf('changing.mp4'))).headers.etag).toBe(before.headers.etag);
    await writeFile(path, randomBytes(FILE_BYTES));
    const resumed = await ask(urlOf('changing.mp4'), {
      headers: { Range: 'bytes=5000-', 'If-Range': before.headers.etag! },
    });
    expect(resumed.status).toBe(200);
    expect(resumed.body.equals(await readFile(path))).toBe(true);
  });

  it('of a file that became shorter meanwhile is cut, never ended as if complete', async () => {
    const path = join(folder.videos, 'shrinking.mp4');
    await writeFile(path, randomBytes(BIG_BYTES));
    const result = await new Promise<string>((resolve) => {
      const outgoing = request(urlOf('shrinking.mp4'), async (response) => {
        response.pause();
        response.on('error', () => resolve('cut'));
        response.on('end', () => resolve(response.complete ? 'complete' : 'cut'));
        await truncate(path, 5_000_000);
        response.resume();
      });
      outgoing.end();
    });
    expect(result).toBe('cut');
  });
});

describe('a player that asks for everything from somewhere on', () => {
  const fetched = (range: string, dest: string) =>
    ask(urlOf('big.mp4'), { headers: { Range: range, 'Sec-Fetch-Dest': dest } });

  it('gets a chunk at a time, and comes back for more', async () => {
    for (const dest of ['video', 'audio']) {
      const answer = await fetched('bytes=100-', dest);
      expect(answer.headers['content-range']).toBe(`bytes 100-${99 + CHUNK_BYTES}/${BIG_BYTES}`);
      expect(answer.body.length).toBe(CHUNK_BYTES);
    }
  });

  it('gets the end when less is left', async () => {
    expect((await fetched(`bytes=${BIG_BYTES - 10}-`, 'video')).body.length).toBe(10);
  });

  it('gets what it asks for when that has an end', async () => {
    expect((await fetched(`bytes=0-${2 * CHUNK_BYTES}`, 'video')).body.length).toBe(2 * CHUNK_BYTES + 1);
  });

  it.each(['document', 'empty', ''])('and a download (%s) gets everything', async (dest) => {
    expect((await fetched('bytes=0-', dest)).body.length).toBe(BIG_BYTES);
  });
});

/** Pure: the status, and after 206 the ranges. */
function describeAnswer(answer: Answer): string {
  if (answer.status !== 206) return String(answer.status);
  return `206 ${partsOf(answer)
    .map(({ first, last }) => `${first}-${last}`)
    .join(',')}`;
}
