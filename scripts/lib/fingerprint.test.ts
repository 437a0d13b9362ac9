import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.mjs';

let root: string;
const write = (path: string, text: string) => writeFileSync(join(root, path), text);
const now = () => fingerprint(root, ['src', 'tsconfig.json', 'not-there']);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sightline-fingerprint-'));
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  write('src/deep/a.ts', 'a');
  write('tsconfig.json', '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a fingerprint', () => {
  it('stays while contents stay, whatever the times are', () => {
    const before = now();
    utimesSync(join(root, 'src/deep/a.ts'), 1, 1);
    expect(now()).toBe(before);
  });

  it.each([
    ['a file changes', () => write('src/deep/a.ts', 'b')],
    ['a file comes', () => write('src/b.ts', '')],
    [
      'a file moves',
      () => {
        rmSync(join(root, 'src/deep/a.ts'));
        write('src/a.ts', 'a');
      },
    ],
    ['a named file changes', () => write('tsconfig.json', '{ }')],
    ['a file that was missing comes', () => write('not-there', '')],
  ])('changes when %s', (_case, change) => {
    const before = now();
    change();
    expect(now()).not.toBe(before);
  });

  it('does not mind tests and hidden files, which no build contains', () => {
    const before = now();
    write('src/deep/a.test.ts', 'x');
    write('src/.swap', 'x');
    expect(now()).toBe(before);
  });
});
