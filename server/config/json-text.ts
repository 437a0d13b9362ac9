/**
 * JSON as people write it by hand: finds the first mistake and says where it is and what was expected. `JSON.parse`
 * gives no position for half of its errors and takes the last of two equal keys in silence.
 */

/** `message` has line and column but never more of the text than one character, since the text may hold passwords. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

const WHITESPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const MAX_DEPTH = 64;

/** Pure: the parsed text (RFC 8259), a leading byte order mark ignored. Throws JsonTextError. */
export function parseJsonText(source: string): unknown {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const scanner = new Scanner(text);
  scanner.document();
  return JSON.parse(text);
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    if (this.#at === this.#text.length) throw new JsonTextError('the file is empty; at least {} is needed');
    this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('the end of the file');
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} levels of nesting`);
    const next = this.#text[this.#at];
    if (next === '{') this.#object(depth);
    else if (next === '[') this.#list(depth);
    else if (next === '"') this.#string();
    else if (!this.#take(NUMBER_OR_WORD)) this.#fail('a value (text stands in double quotes)');
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#members('}', () => {
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('a key in double quotes');
      this.#string();
      const key: string = JSON.parse(this.#text.slice(start, this.#at));
      if (keys.has(key)) this.#failAt(start, `the key ${JSON.stringify(key)} stands here a second time`);
      keys.add(key);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail('":" after the key');
      this.#at += 1;
      this.#space();
      this.#value(depth + 1);
    });
  }

  #list(depth: number): void {
    this.#members(']', () => this.#value(depth + 1));
  }

  #members(end: '}' | ']', member: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      member();
      const afterMember = this.#at;
      this.#space();
      const next = this.#text[this.#at];
      if (next === end) {
        this.#at += 1;
        return;
      }
      // Pointing behind the last member is where a missing comma belongs, possibly lines above what comes next.
      if (next !== ',') this.#failAt(afterMember, `expected "," or "${end}" here, found ${this.#found()}`);
      const comma = this.#at;
      this.#at += 1;
      this.#space();
      if (this.#text[this.#at] === end) this.#failAt(comma, `this comma has nothing after it; remove it`);
    }
  }

  #string(): void {
    const start = this.#at;
    if (this.#take(STRING)) return;
    const line = this.#text.slice(start + 1).split(/["\r\n]/u, 1)[0] ?? '';
    if (line.includes('\\'))
      this.#failAt(start, 'this text has a "\\" that escapes nothing; a backslash is written "\\\\"');
    this.#failAt(start, 'this text has no closing quote on its line, or a control character in it');
  }

  #space(): void {
    this.#take(WHITESPACE);
    if (this.#text.startsWith('//', this.#at) || this.#text.startsWith('/*', this.#at)) {
      this.#failAt(this.#at, 'JSON has no comments; remove this one');
    }
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #fail(expected: string): never {
    this.#failAt(this.#at, `expected ${expected}, found ${this.#found()}`);
  }

  #found(): string {
    const next = this.#text.codePointAt(this.#at);
    return next === undefined ? 'the end of the file' : JSON.stringify(String.fromCodePoint(next));
  }

  #failAt(offset: number, message: string): never {
    const before = this.#text.slice(0, offset).split(/\r\n|\r|\n/);
    throw new JsonTextError(`line ${before.length}, column ${before.at(-1)!.length + 1}: ${message}`);
  }
}
