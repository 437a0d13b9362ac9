import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonText } from './json-text.ts';

describe('JSON written by hand', () => {
  it('is parsed like JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJsonText(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused exactly when JSON.parse refuses it, repeated keys, comments and odd control characters apart', () => {
    const characters = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      'a',
      '1',
      '-',
      '.',
      'e',
      '\\',
      'n',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        const ours = outcome(() => parseJsonText(text));
        if (ours.includes('a second time')) return;
        expect(ours === 'parsed').toBe(outcome(() => JSON.parse(text)) === 'parsed');
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts a byte order mark', () => {
    expect(parseJsonText('\uFEFF{"a": 1}')).toEqual({ a: 1 });
  });

  it.each([
    ['', 'the file is empty; at least {} is needed'],
    [' \n', 'the file is empty; at least {} is needed'],
    ['{"a": 1,\n}', 'line 1, column 8: this comma has nothing after it; remove it'],
    ['{\n  "a": [1,\n  ]\n}', 'line 2, column 10: this comma has nothing after it; remove it'],
    ['{a: 1}', 'line 1, column 2: expected a key in double quotes, found "a"'],
    ["{'a': 1}", `line 1, column 2: expected a key in double quotes, found "'"`],
    ['{"a" 1}', 'line 1, column 6: expected ":" after the key, found "1"'],
    ['{"a": 1\n "b": 2}', 'line 1, column 8: expected "," or "}" here, found "\\""'],
    ['{"a": [1 2]}', 'line 1, column 9: expected "," or "]" here, found "2"'],
    ['{"a": hunter2}', 'line 1, column 7: expected a value (text stands in double quotes), found "h"'],
    ['{"a": "x\n}', 'line 1, column 7: this text has no closing quote on its line, or a control character in it'],
    ['{"a": "C:\\dir"}', 'line 1, column 7: this text has a "\\" that escapes nothing; a backslash is written "\\\\"'],
    ['{"a": 1', 'line 1, column 8: expected "," or "}" here, found the end of the file'],
    ['{} x', 'line 1, column 4: expected the end of the file, found "x"'],
    ['{ // yard\n}', 'line 1, column 3: JSON has no comments; remove this one'],
    ['{"a": 1,\r\n"a": 2}', 'line 2, column 1: the key "a" stands here a second time'],
    ['['.repeat(100), 'line 1, column 66: expected at most 64 levels of nesting, found "["'],
  ])('%j is refused with its place', (text, message) => {
    expect(outcome(() => parseJsonText(text))).toBe(message);
  });
});

function outcome(parse: () => unknown): string {
  try {
    parse();
    return 'parsed';
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
}
