import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentBytes } from './support/processes.ts';
import { FILE_BYTES, RANGE_CASES, type RangeCase } from './support/range-cases.ts';
import { type Answer, ask, partsOf } from './support/range-client.ts';
import { rawGet } from './support/raw-http.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const run = promisify(execFile);
const DATE = new Date('2026-01-01T00:00:00Z');
const BIG_BYTES = 24 * 1_048_576;
const HUGE_BYTES = 2 * 1_073_741_824;
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
  const huge = await open(join(folder.videos, 'huge.mp4'), 'w');
  await huge.truncate(HUGE_BYTES);
  await huge.close();
  await put('../outside.mp4', Buffer.from('secret'));
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

describe('nothing outside the folder is ever reached', () => {
  beforeAll(async () => {
    await mkdir(join(folder.videos, 'sub'));
    await writeFile(join(folder.videos, 'sub', 'a.mp4'), 'deep');
    await mkdir(join(folder.videos, 'folder.mp4'));
    await symlink('../outside.mp4', join(folder.videos, 'link.mp4'));
    await symlink('/etc', join(folder.videos, 'etc.mp4'));
    await writeFile(join(folder.videos, '.hidden.mp4'), 'hidden');
    await writeFile(join(folder.videos, 'page.html'), '<script>');
    await run('mkfifo', [join(folder.videos, 'pipe.mp4')]);
  });

  it.each([
    ['..', '/api/video/../outside.mp4'],
    ['.. that goes further', '/api/video/../../../../../../etc/passwd'],
    ['an encoded ..', '/api/video/%2e%2e/outside.mp4'],
    ['an encoded slash', '/api/video/..%2foutside.mp4'],
    ['an encoded slash in capitals', '/api/video/..%2Foutside.mp4'],
    ['a slash encoded twice', '/api/video/..%252foutside.mp4'],
    ['a slash in overlong UTF-8', '/api/video/..%c0%afoutside.mp4'],
    ['a backslash', '/api/video/..\\outside.mp4'],
    ['an encoded backslash', '/api/video/..%5coutside.mp4'],
    ['a folder below', '/api/video/sub%2fa.mp4'],
    ['an absolute path', '/api/video//etc/passwd'],
    ['an encoded absolute path', '/api/video/%2fetc%2fpasswd'],
    ['an absolute path of a video', () => `/api/video/${encodeURIComponent(join(folder.dataDir, 'outside.mp4'))}`],
    ['a Windows path', '/api/video/C:%5cWindows%5cwin.mp4'],
    ['a drive', '/api/video/C:win.mp4'],
    ['a share', '/api/video/%5c%5cserver%5cshare%5ca.mp4'],
    ['a device', '/api/video/con.mp4'],
    ['a stream beside a file', '/api/video/f.mp4::$DATA'],
    ['a NUL', '/api/video/f.mp4%00'],
    ['a NUL before an ending', '/api/video/page.html%00.mp4'],
    ['a file URL', '/api/video/file:%2f%2f%2fetc%2fpasswd'],
    ['a link', '/api/video/link.mp4'],
    ['a link to a folder', '/api/video/etc.mp4'],
    ['a folder', '/api/video/folder.mp4'],
    ['a pipe, which is not waited for', '/api/video/pipe.mp4'],
    ['a hidden file', '/api/video/.hidden.mp4'],
    ['a file that is no video', '/api/video/page.html'],
    ['a name that is too long', `/api/video/${'a'.repeat(300)}.mp4`],
    ['a dot', '/api/video/.'],
    ['an escape that is none', '/api/video/%zz.mp4'],
  ])('%s', async (_case, target) => {
    const path = typeof target === 'string' ? target : target();
    for (const suffix of ['', path.includes('%zz') ? '' : '/thumbnail.jpg']) {
      const { status, body } = await rawGet(relay.port, `${path}${suffix}`);
      expect([400, 404]).toContain(status);
      expect(body).not.toMatch(/secret|root:|deep|hidden|<script>|sightline-videos-/);
    }
  });

  it('nor deleted', async () => {
    for (const target of ['link.mp4', '..%2foutside.mp4', 'folder.mp4', 'page.html']) {
      expect((await rawGet(relay.port, `/api/video/${target}`, {}, { method: 'DELETE' })).status).toBe(404);
    }
    expect(await readFile(join(folder.dataDir, 'outside.mp4'), 'utf8')).toBe('secret');
  });

  it('nor listed, but for what is there under a second name', async () => {
    await link(join(folder.videos, 'f.mp4'), join(folder.videos, 'second.mp4'));
    const { body } = await ask(`${relay.url}/api/videos?limit=200`);
    const names = (JSON.parse(body.toString()) as { videos: { name: string }[] }).videos.map(({ name }) => name);
    expect(names).toContain('second.mp4');
    expect(names.filter((name) => /link|etc|folder|pipe|hidden|html|sub/.test(name))).toEqual([]);
  });
});

describe('a download that broke off is resumed with every byte right by', () => {
  const half = BIG_BYTES / 2 + 12_345;
  const started = async (name: string) => {
    const path = join(folder.dataDir, name);
    const whole = await readFile(join(folder.videos, 'big.mp4'));
    await writeFile(path, whole.subarray(0, half));
    return path;
  };
  const expectWhole = async (path: string) => {
    expect(await sha256(path)).toBe(await sha256(join(folder.videos, 'big.mp4')));
  };

  it('curl -C -', async () => {
    const path = await started('curl.mp4');
    const { stdout } = await run('curl', [
      '-sS',
      '-C',
      '-',
      '-o',
      path,
      '-w',
      '%{http_code} %{size_download}',
      urlOf('big.mp4'),
    ]);
    expect(stdout).toBe(`206 ${BIG_BYTES - half}`);
    await expectWhole(path);
  });

  it('wget -c', async () => {
    const path = await started('wget.mp4');
    await run('wget', ['-q', '-c', '-O', path, urlOf('big.mp4')]);
    await expectWhole(path);
  });

  it('aria2c with 8 connections', async () => {
    const options = ['--no-conf', '-q', '-x8', '-s8', '-k1M', '-c', '--file-allocation=none', '-d', folder.dataDir];
    await run('aria2c', [...options, '-o', 'aria2.mp4', urlOf('big.mp4')]);
    await expectWhole(join(folder.dataDir, 'aria2.mp4'));
  });
});

describe('a file of 2 GB', () => {
  it('costs at most 64 MB of memory, read whole, by 50 slow readers, and by 200 that seek', async () => {
    const beforeBytes = residentBytes(relay.pid);
    let peakBytes = beforeBytes;
    const timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, residentBytes(relay.pid));
    }, 50);
    try {
      const slow = Array.from({ length: 50 }, () => unread(urlOf('huge.mp4')));
      const waiting = await Promise.all(slow);
      expect(await countBytes(urlOf('huge.mp4'))).toBe(HUGE_BYTES);
      for (let seek = 0; seek < 200; seek++) {
        const at = Math.floor((seek / 200) * HUGE_BYTES);
        const answer = await ask(urlOf('huge.mp4'), { headers: { Range: `bytes=${at}-${at + 99_999}` } });
        expect(answer.body.length).toBe(100_000);
      }
      for (const close of waiting) close();
    } finally {
      clearInterval(timer);
    }
    expect(peakBytes - beforeBytes).toBeLessThan(64 * 1_048_576);
  });

  it('is let go of at once when the client leaves', async () => {
    const close = await unread(urlOf('huge.mp4'));
    close();
    await expect
      .poll(async () => (await run('ls', ['-l', `/proc/${relay.pid}/fd`])).stdout.includes('huge.mp4'))
      .toBe(false);
  });
});

/** Pure: the status, and after 206 the ranges. */
function describeAnswer(answer: Answer): string {
  if (answer.status !== 206) return String(answer.status);
  return `206 ${partsOf(answer)
    .map(({ first, last }) => `${first}-${last}`)
    .join(',')}`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

function countBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false }, (response) => {
      let count = 0;
      response.on('data', (chunk: Buffer) => {
        count += chunk.length;
      });
      response.on('end', () => resolve(count));
      response.on('error', reject);
    });
    outgoing.on('error', reject).end();
  });
}

/** Begins a download, reads nothing of it, and returns what leaves it. */
function unread(url: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false }, (response) => {
      response.on('error', () => {});
      response.pause();
      resolve(() => outgoing.destroy());
    });
    outgoing.on('error', reject).end();
  });
}
