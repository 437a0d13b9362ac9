/**
 * `${NAME}` in the configuration's strings, replaced from the environment so that secrets need not stand in the
 * file. Knows nothing of the keys it works on.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders look like that
import { type Path, type Problem, pathText } from './problem.ts';

export interface Expansion {
  /** The value with every string expanded. A string with a problem stays as it was written. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a variable was used, by `pathText`: such a value is never shown, its placeholder is. */
  readonly templates: ReadonlyMap<string, string>;
}

const PLACEHOLDER = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;
const AUTHORITY = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/**
 * Pure: expands `${NAME}` in every string of a parsed configuration; `$${` stands for `${`. Within the user part of a
 * URL (RFC 3986 section 3.2.1) the replacement is percent-encoded, elsewhere it is taken as it is.
 */
export function expandEnvironment(input: unknown, env: Readonly<Record<string, string | undefined>>): Expansion {
  const problems: Problem[] = [];
  const templates = new Map<string, string>();

  const expandText = (text: string, path: Path): string => {
    const userPartEnd = endOfUserPart(text);
    let failed = false;
    const fail = (message: string) => {
      failed = true;
      problems.push({ path, message });
    };
    const expanded = text.replace(PLACEHOLDER, (match, name: string | undefined, offset: number) => {
      if (match === '$${') return '${';
      if (name === undefined) {
        fail(
          '"${" begins the name of an environment variable, as in ${CAMERA_PASSWORD}; write "$${" for the characters themselves',
        );
        return match;
      }
      templates.set(pathText(path), text);
      const replacement = env[name];
      if (replacement === undefined) {
        fail(`the environment variable ${name} is not set`);
        return match;
      }
      return offset < userPartEnd ? encodeURIComponent(replacement) : replacement;
    });
    return failed ? text : expanded;
  };

  const expand = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return expandText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, [...path, key])]));
  };

  return { value: expand(input, []), problems, templates };
}

/** Pure: the offset of the `@` that ends a URL's user part, or -1. */
function endOfUserPart(text: string): number {
  return AUTHORITY.exec(text)?.[0].lastIndexOf('@') ?? -1;
}
