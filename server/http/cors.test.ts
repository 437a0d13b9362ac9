import { describe, expect, it } from 'vitest';
import { isAllowedOrigin } from './cors.ts';

describe('isAllowedOrigin', () => {
  it.each([
    ['https://site.example', ['https://site.example'], true],
    ['https://Site.Example', ['https://site.example'], true],
    ['https://site.example:8443', ['https://site.example'], false],
    ['http://site.example', ['https://site.example'], false],
    ['https://site.example.evil', ['https://site.example'], false],
    ['https://anything', ['*'], true],
    ['null', ['https://site.example'], false],
    [undefined, ['*'], false],
    ['https://site.example', [], false],
  ])('%s beside %j: %s', (origin, allowed, expected) => {
    expect(isAllowedOrigin(origin, allowed)).toBe(expected);
  });
});
