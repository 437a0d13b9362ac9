import { describe, expect, it } from 'vitest';
import { readEntityTags } from './entity-tag.ts';
import { readHttpDate } from './http-date.ts';
import { type Conditions, isKnown, judge, rangeApplies, type Verdict } from './preconditions.ts';

const CHANGED = 'Sun, 01 Mar 2026 12:00:00 GMT';
const BEFORE = 'Sun, 01 Mar 2026 11:59:59 GMT';
const AFTER = 'Sun, 01 Mar 2026 12:00:01 GMT';
const NOW = Date.parse('Sun, 01 Mar 2026 13:00:00 GMT');
const file = { etag: '"one"', lastModifiedMs: Date.parse(CHANGED) + 700 };

describe('a date in HTTP', () => {
  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'sun, 06 nov 1994 08:49:37 gmt',
  ])('has three forms: %s', (text) => expect(readHttpDate(text)).toBe(784_111_777_000));

  it('of two digits of a year lies at most 50 years ahead', () => {
    expect(readHttpDate('Sunday, 06-Nov-30 08:49:37 GMT', NOW)).toBe(Date.UTC(2030, 10, 6, 8, 49, 37));
  });

  it.each([
    '',
    '1',
    '2026',
    'yesterday',
    '2026-03-01T12:00:00Z',
    'Sun, 31 Feb 2026 12:00:00 GMT',
    'Sun, 01 Mar 2026 25:00:00 GMT',
    'Sun, 01 Mar 2026 12:00:00',
  ])('is not "%s"', (text) => expect(readHttpDate(text)).toBeNull());
});

describe('a list of tags', () => {
  it.each([
    ['*', '*'],
    ['"a"', ['"a"']],
    ['"a", W/"b","c"', ['"a"', 'W/"b"', '"c"']],
    [', ,"a,b" , "c"', ['"a,b"', '"c"']],
    ['a', []],
    ['"a" "b"', []],
    ['"open', []],
    ['"a", b, "c"', ['"a"']],
    ['w/"a"', []],
  ])('%s is %j', (header, tags) => expect(readEntityTags(header)).toEqual(tags));
});

describe('conditions are judged in the order of RFC 9110 section 13.2.2', () => {
  it.each<[string, Conditions, Verdict]>([
    ['none', {}, 'proceed'],
    ['If-Match with the tag', { 'if-match': '"two", "one"' }, 'proceed'],
    ['If-Match with another', { 'if-match': '"two"' }, 'failed'],
    ['If-Match with the tag, weak', { 'if-match': 'W/"one"' }, 'failed'],
    ['If-Match with anything', { 'if-match': '*' }, 'proceed'],
    ['If-Match before If-Unmodified-Since', { 'if-match': '"one"', 'if-unmodified-since': BEFORE }, 'proceed'],
    ['If-Unmodified-Since, equal', { 'if-unmodified-since': CHANGED }, 'proceed'],
    ['If-Unmodified-Since, earlier', { 'if-unmodified-since': BEFORE }, 'failed'],
    ['If-Unmodified-Since, no date', { 'if-unmodified-since': 'soon' }, 'proceed'],
    ['If-None-Match with the tag', { 'if-none-match': '"one"' }, 'not-modified'],
    ['If-None-Match with the tag, weak', { 'if-none-match': 'W/"one"' }, 'not-modified'],
    ['If-None-Match with anything', { 'if-none-match': ' * ' }, 'not-modified'],
    ['If-None-Match with another', { 'if-none-match': '"two"' }, 'proceed'],
    ['If-None-Match with no tag', { 'if-none-match': 'one' }, 'proceed'],
    ['If-None-Match before If-Modified-Since', { 'if-none-match': '"two"', 'if-modified-since': AFTER }, 'proceed'],
    ['If-Modified-Since, equal', { 'if-modified-since': CHANGED }, 'not-modified'],
    ['If-Modified-Since, later', { 'if-modified-since': AFTER }, 'not-modified'],
    ['If-Modified-Since, earlier', { 'if-modified-since': BEFORE }, 'proceed'],
    ['If-Modified-Since, no date', { 'if-modified-since': 'yesterday' }, 'proceed'],
    ['If-Match that fails before If-None-Match', { 'if-match': '"two"', 'if-none-match': '"one"' }, 'failed'],
    ['If-Match that holds, then If-None-Match', { 'if-match': '"one"', 'if-none-match': '"one"' }, 'not-modified'],
  ])('%s', (_case, conditions, verdict) => {
    for (const method of ['GET', 'HEAD']) expect(judge(method, conditions, file)).toBe(verdict);
    expect(isKnown(conditions, file)).toBe(verdict === 'not-modified');
  });

  it('and for what is not read, a known tag is a failure and If-Modified-Since nothing', () => {
    expect(judge('DELETE', { 'if-none-match': '"one"' }, file)).toBe('failed');
    expect(judge('DELETE', { 'if-match': '"one"' }, file)).toBe('proceed');
    expect(judge('DELETE', { 'if-modified-since': AFTER }, file)).toBe('proceed');
  });

  it('and dates are nothing for what has none', () => {
    expect(judge('GET', { 'if-modified-since': AFTER, 'if-unmodified-since': BEFORE }, { etag: '"one"' })).toBe(
      'proceed',
    );
  });
});

describe('If-Range', () => {
  it.each<[string, string | undefined, boolean]>([
    ['none', undefined, true],
    ['the tag', '"one"', true],
    ['another tag', '"two"', false],
    ['the tag, weak', 'W/"one"', false],
    ['the date', CHANGED, true],
    ['a later date', AFTER, false],
    ['an earlier date', BEFORE, false],
    ['nonsense', 'one', false],
    ['a list of tags', '"one", "two"', false],
  ])('%s', (_case, header, applies) => {
    expect(rangeApplies({ 'if-range': header }, file, NOW)).toBe(applies);
  });

  it('with a weak tag of ours does not apply either', () => {
    expect(rangeApplies({ 'if-range': 'W/"one"' }, { etag: 'W/"one"' })).toBe(false);
  });

  it('with our date does not apply within its second: there may be other bytes with that date', () => {
    expect(rangeApplies({ 'if-range': CHANGED }, file, file.lastModifiedMs)).toBe(false);
  });
});
