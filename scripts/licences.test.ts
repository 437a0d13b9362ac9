import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packagesOf } from './licences.mjs';

const packages = packagesOf(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const used = packages.filter(({ dev }) => !dev);

/** Licences that ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'Unlicense'];

describe('what the program is made of', () => {
  it('is known', () => {
    expect(used.length).toBeGreaterThan(50);
    expect(used.map(({ name }) => name)).toEqual(expect.arrayContaining(['ws', 'express', 'fluent-ffmpeg']));
  });

  it('may be passed on freely', () => {
    const others = used.filter(({ licence }) => !licence.split(/ OR |[()]/).some((part) => PERMISSIVE.includes(part)));
    expect(others).toEqual([]);
  });

  it('comes from the registry, pinned by its content', () => {
    const loose = packages.filter(
      ({ integrity, from }) => !integrity || (from !== '' && !from.startsWith('https://registry.npmjs.org/')),
    );
    expect(loose).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    expect(used.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });
});
