/**
 * Pure: finds a machine's names and addresses in texts that viewers see. Header values, playlists and error pages are
 * held against it.
 */
import { isIP } from 'node:net';

export class HiddenAddress {
  readonly #pattern: RegExp;
  readonly #names: ReadonlySet<string>;

  /** @param names host names and addresses, without ports or brackets */
  constructor(names: readonly string[]) {
    const forms = names.map((name) => name.toLowerCase().replace(/^::ffff:(?=\d+\.)/, ''));
    this.#names = new Set(forms);
    this.#pattern = new RegExp([...this.#names].map(patternOf).join('|'), 'gi');
  }

  /** Whether this is one of them, as a URL's `hostname` gives it. */
  is(hostname: string): boolean {
    return this.#names.has(hostname.toLowerCase().replace(/^\[|\]$/g, ''));
  }

  isIn(text: string): boolean {
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(text);
  }

  /** The text with a dash in place of each. */
  takenOut(text: string): string {
    return text.replace(this.#pattern, '-');
  }
}

/** Machines change their addresses rarely, and never so often. */
const MAX_REMEMBERED = 64;
const remembered = new Map<string, HiddenAddress>();

/** The same for a machine's name and the address it was reached at; made once for each pair. */
export function hiddenAddress(host: string, address: string | undefined): HiddenAddress {
  const key = `${host} ${address}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const made = new HiddenAddress(address === undefined ? [host] : [host, address]);
  remembered.set(key, made);
  return made;
}

/** With its port. A name of one word may be a word of any text, so it counts only where a host stands. */
function patternOf(name: string): string {
  const text = name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  if (isIP(name) === 6) return `\\[?(?<![\\w:])${text}(?![\\w:])\\]?(?::\\d+)?`;
  const isWord = isIP(name) === 0 && !name.includes('.');
  if (isWord) return `(?<=//|@)${text}(?::\\d+)?(?![\\w.-])|(?<![\\w.-])${text}:\\d+`;
  return `(?<![\\w.-])${text}(?![\\w-]|\\.\\w)(?::\\d+)?`;
}
