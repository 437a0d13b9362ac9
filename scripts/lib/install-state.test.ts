import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { installKey, isInstalled, nodeProblem } from './install-state.mjs';

const linux = { platform: 'linux', arch: 'x64', abi: '115' };

describe('the Node version', () => {
  it.each(['20.19.0', '20.20.2', '21.0.0', '24.1.0'])('%s is new enough for >=20.19', (version) => {
    expect(nodeProblem(version, '>=20.19')).toBeUndefined();
  });

  it.each(['20.18.9', '18.20.0', '9.0.0'])('%s is named as too old', (version) => {
    expect(nodeProblem(version, '>=20.19')).toBe(
      `Sightline needs Node 20.19 or newer; this is Node ${version}. See https://nodejs.org.`,
    );
  });

  it.each(['20.19.0', '20.20.2', '22.12.0', '22.20.1', '23.0.0', '24.1.0'])('%s fits into lines', (version) => {
    expect(nodeProblem(version, '^20.19 || >=22.12')).toBeUndefined();
  });

  it.each(['18.20.0', '20.18.9', '21.7.0', '22.4.0', '22.11.9'])('%s is named where lines begin late', (version) => {
    expect(nodeProblem(version, '^20.19 || >=22.12')).toBe(
      `Sightline needs Node 20.19 or a later 20, or 22.12 or newer; this is Node ${version}. See https://nodejs.org.`,
    );
  });
});

describe('an installation', () => {
  it('is remembered by lock file, platform, architecture and ABI', () => {
    const keys = [
      installKey('{}', linux),
      installKey('{} ', linux),
      installKey('{}', { ...linux, platform: 'darwin' }),
      installKey('{}', { ...linux, arch: 'arm64' }),
      installKey('{}', { ...linux, abi: '127' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(installKey('{}', { ...linux })).toBe(keys[0]);
  });

  const wanted = {
    packages: {
      '': {},
      'node_modules/ws': { version: '8.0.0' },
      'node_modules/native-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
      'node_modules/native-mac': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['x64'] },
      'node_modules/native-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
      'node_modules/never-on-windows': { version: '1.0.0', optional: true, os: ['!win32'] },
    },
  };
  const without = (...names: string[]) => ({
    packages: Object.fromEntries(
      Object.entries(wanted.packages).filter(([path]) => !names.some((n) => path.endsWith(n))),
    ),
  });

  it('made by npm itself is kept when it holds all that this machine needs', () => {
    expect(isInstalled(wanted, without('native-mac', 'native-musl'), linux)).toBe(true);
  });

  it.each([['ws'], ['native-linux'], ['never-on-windows']])('without %s is incomplete', (name) => {
    expect(isInstalled(wanted, without(name), linux)).toBe(false);
  });

  it('with another version is out of date', () => {
    expect(
      isInstalled(wanted, { packages: { ...wanted.packages, 'node_modules/ws': { version: '8.0.1' } } }, linux),
    ).toBe(false);
  });

  it('brought from another platform is incomplete, by the real lock file', () => {
    const root = new URL('../../', import.meta.url);
    const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
    const installed = JSON.parse(readFileSync(new URL('node_modules/.package-lock.json', root), 'utf8'));
    const here = { platform: process.platform, arch: process.arch, abi: process.versions.modules };
    expect(isInstalled(lock, installed, here)).toBe(true);
    expect(isInstalled(lock, installed, { ...here, platform: process.platform === 'linux' ? 'darwin' : 'linux' })).toBe(
      false,
    );
  });
});
