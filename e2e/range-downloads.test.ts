import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentBytes } from './support/processes.ts';
import { ask } from './support/range-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const run = promisify(execFile);
const BIG_BYTES = 24 * 1_048_576;
const HUGE_BYTES = 2 * 1_073_741_824;

let folder: VideoFolder;
let relay: RelayProcess;
const urlOf = (name: string) => `${relay.url}/api/video/${name}`;

beforeAll(async () => {
  folder = await newVideoFolder();
  await writeFile(join(folder.videos, 'big.mp4'), randomBytes(BIG_BYTES));
  const huge = await open(join(folder.videos, 'huge.mp4'), 'w');
  await huge.truncate(HUGE_BYTES);
  await huge.close();
  relay = await startRelay({ config: { dataDir: folder.dataDir } });
});

afterAll(async () => {
  await relay?.close();
  await folder?.remove();
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
