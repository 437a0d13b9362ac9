/** Whether a configuration that holds secrets lies open to other users of the machine. */

/** Keys whose values let somebody in somewhere. */
const SECRET_KEY = /^(password|passwordHash|clientSecret|moderatorKey|publishKey|key|token|secret|authorization)$/i;
const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@/i;
const READABLE_BY_OTHERS = 0o004;

/**
 * Pure: a sentence for the log when it does; undefined otherwise.
 * @param written the file's values before the environment was filled in: what comes from there is not in the file
 */
export function fileModeWarning(file: string, mode: number, written: unknown): string | undefined {
  if ((mode & READABLE_BY_OTHERS) === 0 || process.platform === 'win32') return undefined;
  const path = findSecret(written, []);
  if (path === undefined) return undefined;
  return `${file} holds a secret (${path.join('.')}) and every user of this machine may read it: chmod 600 ${file}`;
}

/** Pure: where the first secret stands. */
function findSecret(value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof value === 'string') {
    const isOurs = !value.includes('$' + '{') && value !== '';
    const isSecret = SECRET_KEY.test(path.at(-1) ?? '') || USER_INFO.test(value);
    return isOurs && isSecret ? path : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = findSecret(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
