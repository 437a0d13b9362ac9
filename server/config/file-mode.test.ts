import { describe, expect, it } from 'vitest';
import { fileModeWarning } from './file-mode.ts';

const warning = (mode: number, written: unknown) => fileModeWarning('c.json', mode, written);

describe('a configuration that every user of the machine may read', () => {
  it.each<[string, unknown, string]>([
    ['a password', { cameras: { door: { password: 'x' } } }, 'cameras.door.password'],
    ['a login in a URL', { cameras: { door: { url: 'rtsp://u:p@host/1' } } }, 'cameras.door.url'],
    ['a hash', { access: { users: { anna: { passwordHash: 'scrypt$…' } } } }, 'access.users.anna.passwordHash'],
  ])('is warned of with %s, which is not repeated', (_what, written, path) => {
    expect(warning(0o100644, written)).toBe(
      `c.json holds a secret (${path}) and every user of this machine may read it: chmod 600 c.json`,
    );
    expect(warning(0o100640, written)).toBeUndefined();
  });

  it.each([
    ['from the environment', { cameras: { door: { password: ['$', '{DOOR}'].join('') } } }],
    ['nowhere', { cameras: { yard: { url: 'demo:yard' } } }],
  ])('may hold secrets %s', (_what, written) => {
    expect(warning(0o100644, written)).toBeUndefined();
  });
});
