/**
 * What is wrong with a configuration, where, and how a value may be shown without giving a secret away. Finding
 * the problems is done by `validate.ts` and `checks.ts`.
 */

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** An English sentence fragment that follows the path; holds no secret. */
  readonly message: string;
}

/** Pure: `cameras.door.input[0]`; keys that are no plain words in brackets and quotes. */
export function pathText(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[$A-Za-z0-9_-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** Pure: true when a value under this path may be a credential, also under misspelt or foreign keys. */
export function isSecretPath(path: Path): boolean {
  return path.some(
    (key) =>
      typeof key === 'string' && /pas+|pwd|user|secret|token|login|credential|auth|moderatorKey|^key$/i.test(key),
  );
}

const MAX_SHOWN = 80;

/** Pure: the value for a message: short, without credentials; objects and lists are only named. */
export function showValue(value: unknown, path: Path): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (isSecretPath(path)) return `a ${typeof value === 'string' ? 'text' : typeof value} (not shown)`;
  if (typeof value !== 'string') return String(value);
  const shown = withoutCredentials(value);
  return JSON.stringify(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown);
}

/**
 * Pure: a URL without its user part and query. Takes everything up to the last `@` as the user part, since a password
 * typed in without escapes may hold any character; with a `?` before that `@` nothing but the scheme is certain.
 */
function withoutCredentials(text: string): string {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/)?|^/.exec(text)![0];
  const query = text.indexOf('?');
  const userEnd = text.lastIndexOf('@');
  if (query !== -1 && query < userEnd) return `${scheme}***`;
  const visible = query === -1 ? text : `${text.slice(0, query)}?***`;
  return userEnd === -1 ? visible : `${scheme}***${visible.slice(userEnd)}`;
}
