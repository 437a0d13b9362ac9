import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const clone = mkdtempSync(join(tmpdir(), 'sightline-clone-'));
afterAll(() => rm(clone, { recursive: true }));
for (const part of ['scripts', 'package.json', 'package-lock.json', 'ffmpeg.config.json']) {
  cpSync(join(repository, part), join(clone, part), { recursive: true });
}

/** Whoever sits there need not wait for the packages to be told, or to be asked. */
it.each(['start', 'doctor'])('%s says what is missing before anything is installed', (script) => {
  const env = { PATH: join(clone, 'scripts') };
  const options = { env, encoding: 'utf8', timeout: 15_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, `scripts/${script}.mjs`)], options);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^ffmpeg is missing, and this system has no package manager[^\n]*\n$/);
});
