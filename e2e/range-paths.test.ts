import { execFile } from 'node:child_process';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './support/range-client.ts';
import { rawGet } from './support/raw-http.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { newVideoFolder, type VideoFolder } from './support/video-folder.ts';

const run = promisify(execFile);

let folder: VideoFolder;
let relay: RelayProcess;

beforeAll(async () => {
  folder = await newVideoFolder();
  await writeFile(join(folder.videos, 'f.mp4'), 'a video');
  await writeFile(join(folder.dataDir, 'outside.mp4'), 'secret');
  relay = await startRelay({ config: { dataDir: folder.dataDir } });
});

afterAll(async () => {
  await relay?.close();
  await folder?.remove();
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
