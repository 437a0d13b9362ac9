/**
 * What a Range request is answered with, case by case, and where nginx 1.22 and Go 1.x's http.ServeContent answer
 * otherwise. Their answers were taken by asking them the same of the same file.
 */

export interface RangeCase {
  readonly title: string;
  readonly range: string;
  /** `{etag}` and `{date}` stand for the file's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'HEAD';
  /** Asked of an empty file in place of one of `FILE_BYTES`. */
  readonly empty?: true;
  /** The status, and after 206 the ranges as they come. */
  readonly answer: string;
  /** Where they differ from ours. */
  readonly nginx?: string;
  readonly go?: string;
  readonly why?: string;
}

export const FILE_BYTES = 10_000;

const MERGED =
  'Ranges that overlap, touch or nearly touch are merged (RFC 9110 section 15.3.7.2): no byte goes out twice.';
const NO_END = 'The grammar sets no limit to digits: a position beyond any number is one beyond the file.';
const NO_BYTES =
  'A suffix of nothing cannot be satisfied (section 14.1.2); a range of no bytes cannot be written down.';
const IGNORED = 'A header that is malformed is as if it were not there; 416 is for ranges that were understood.';
const DIGITS = 'A position is made of digits.';
const NO_SPACES = 'The grammar has no space within a range.';
const UNITS = 'Names of units have no case (section 14.1), and a header in an unknown unit is ignored (section 14.2).';
const LISTS = 'White space around members and empty members are part of every list (section 5.6.1).';
const CAPPED = 'So many parts after merging may be ignored (section 14.2), and cost more than the file is worth.';
const GET_ALONE = 'Range is for GET alone (section 14.2).';
const EMPTY =
  'An empty file has no first byte (section 14.1.2); a suffix it has, but none that Content-Range can name.';

/** `count` single bytes, so many apart. */
function every(bytes: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `${index * bytes}-${index * bytes}`).join(',');
}

export const RANGE_CASES: Readonly<Record<string, readonly RangeCase[]>> = {
  'the examples of RFC 9110 section 14.1.2': [
    { title: 'the first 500 bytes', range: 'bytes=0-499', answer: '206 0-499' },
    { title: 'the second 500', range: 'bytes=500-999', answer: '206 500-999' },
    { title: 'the last 500, as a suffix', range: 'bytes=-500', answer: '206 9500-9999' },
    { title: 'the last 500, open-ended', range: 'bytes=9500-', answer: '206 9500-9999' },
    { title: 'the first and the last byte', range: 'bytes=0-0,-1', answer: '206 0-0,9999-9999' },
    {
      title: 'the first, middle and last 1000',
      range: 'bytes= 0-999, 4500-5499, -1000',
      answer: '206 0-999,4500-5499,9000-9999',
    },
    {
      title: '500 bytes as two that touch',
      range: 'bytes=500-600,601-999',
      answer: '206 500-999',
      nginx: '206 500-600,601-999',
      go: '206 500-600,601-999',
      why: MERGED,
    },
    {
      title: '500 bytes as two that overlap',
      range: 'bytes=500-700,601-999',
      answer: '206 500-999',
      nginx: '206 500-700,601-999',
      go: '206 500-700,601-999',
      why: MERGED,
    },
  ],
  'one range': [
    { title: 'the first byte', range: 'bytes=0-0', answer: '206 0-0' },
    { title: 'the last byte', range: 'bytes=9999-9999', answer: '206 9999-9999' },
    { title: 'all, open-ended', range: 'bytes=0-', answer: '206 0-9999' },
    { title: 'all, closed', range: 'bytes=0-9999', answer: '206 0-9999' },
    { title: 'an end beyond the file', range: 'bytes=9000-20000', answer: '206 9000-9999' },
    {
      title: 'an end beyond what a number holds',
      range: 'bytes=0-99999999999999999999999999',
      answer: '206 0-9999',
      nginx: '416',
      go: '416',
      why: NO_END,
    },
    { title: 'leading zeros', range: 'bytes=000-009', answer: '206 0-9' },
    { title: 'the last byte, open-ended', range: 'bytes=9999-', answer: '206 9999-9999' },
    { title: 'a suffix of one', range: 'bytes=-1', answer: '206 9999-9999' },
    { title: 'a suffix of all', range: 'bytes=-10000', answer: '206 0-9999' },
    { title: 'a suffix longer than the file', range: 'bytes=-10001', answer: '206 0-9999' },
    {
      title: 'a suffix beyond what a number holds',
      range: 'bytes=-99999999999999999999999999',
      answer: '206 0-9999',
      nginx: '416',
      go: '416',
      why: NO_END,
    },
  ],
  'not there': [
    { title: 'a begin at the end', range: 'bytes=10000-', answer: '416' },
    { title: 'a begin beyond the end', range: 'bytes=10000-10001', answer: '416' },
    { title: 'a begin beyond what a number holds', range: 'bytes=99999999999999999999999999-', answer: '416' },
    {
      title: 'both beyond what a number holds',
      range: 'bytes=99999999999999999999999998-99999999999999999999999999',
      answer: '416',
    },
    { title: 'a suffix of nothing', range: 'bytes=-0', answer: '416', go: '206 10000-9999', why: NO_BYTES },
    {
      title: 'several, none of them there',
      range: 'bytes=10000-,20000-30000,-0',
      answer: '416',
      go: '206 10000-9999',
      why: NO_BYTES,
    },
    { title: 'one there and one not', range: 'bytes=0-9,10000-', answer: '206 0-9' },
    { title: 'one not and one there', range: 'bytes=20000-,0-9', answer: '206 0-9' },
    {
      title: 'a suffix of nothing and one there',
      range: 'bytes=-0,0-9',
      answer: '206 0-9',
      go: '206 10000-9999,0-9',
      why: NO_BYTES,
    },
  ],
  malformed: [
    { title: 'nothing', range: 'bytes=', answer: '200' },
    { title: 'no unit', range: '0-499', answer: '200', go: '416', why: IGNORED },
    { title: 'no equals sign', range: 'bytes', answer: '200', go: '416', why: IGNORED },
    { title: 'a dash alone', range: 'bytes=-', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'no dash', range: 'bytes=5', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'two dashes', range: 'bytes=--5', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'a range of three', range: 'bytes=0-1-2', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'letters', range: 'bytes=a-b', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'hexadecimal', range: 'bytes=0x0-0x9', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'a sign', range: 'bytes=+0-9', answer: '200', nginx: '416', go: '206 0-9', why: DIGITS },
    { title: 'an end before the begin', range: 'bytes=5-2', answer: '200', nginx: '416', go: '416', why: IGNORED },
    {
      title: 'an end before the begin, both huge',
      range: 'bytes=99999999999999999999999999-99999999999999999999999998',
      answer: '200',
      nginx: '416',
      go: '416',
      why: IGNORED,
    },
    { title: 'a fraction', range: 'bytes=0.0-9', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'a good one and a bad one', range: 'bytes=0-9,x', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'a bad one and a good one', range: 'bytes=x,0-9', answer: '200', nginx: '416', go: '416', why: IGNORED },
    {
      title: 'a good one and an end before the begin',
      range: 'bytes=0-9,9-5',
      answer: '200',
      nginx: '206 0-9',
      go: '416',
      why: IGNORED,
    },
    { title: 'commas alone', range: 'bytes=,,', answer: '200', nginx: '416', why: IGNORED },
    { title: 'a semicolon between', range: 'bytes=0-9;20-29', answer: '200', nginx: '416', go: '416', why: IGNORED },
    { title: 'spaces within', range: 'bytes=0 - 9', answer: '200', nginx: '206 0-9', go: '206 0-9', why: NO_SPACES },
    { title: 'a space before the equals sign', range: 'bytes =0-9', answer: '200', go: '416', why: IGNORED },
  ],
  units: [
    { title: 'in capitals', range: 'BYTES=0-9', answer: '206 0-9', go: '416', why: UNITS },
    { title: 'unknown', range: 'items=0-9', answer: '200', go: '416', why: UNITS },
    { title: 'unknown, like ours', range: 'bytesx=0-9', answer: '200', go: '416', why: UNITS },
    { title: 'none', range: 'none', answer: '200', go: '416', why: UNITS },
  ],
  lists: [
    {
      title: 'spaces and tabs between',
      range: 'bytes=0-9 ,\t5000-5009',
      answer: '206 0-9,5000-5009',
      nginx: '416',
      why: LISTS,
    },
    { title: 'empty members', range: 'bytes=,0-9,,5000-5009,', answer: '206 0-9,5000-5009', nginx: '416', why: LISTS },
    { title: 'in descending order', range: 'bytes=5000-5009,0-9', answer: '206 5000-5009,0-9' },
    {
      title: 'the same twice',
      range: 'bytes=0-9,0-9',
      answer: '206 0-9',
      nginx: '206 0-9,0-9',
      go: '206 0-9,0-9',
      why: MERGED,
    },
    {
      title: 'one within the other',
      range: 'bytes=0-999,100-199',
      answer: '206 0-999',
      nginx: '206 0-999,100-199',
      go: '206 0-999,100-199',
      why: MERGED,
    },
    { title: 'all and a part', range: 'bytes=0-,5-9', answer: '206 0-9999', nginx: '200', go: '200', why: MERGED },
    {
      title: 'a gap smaller than a part’s head',
      range: 'bytes=0-9,50-59',
      answer: '206 0-59',
      nginx: '206 0-9,50-59',
      go: '206 0-9,50-59',
      why: MERGED,
    },
    { title: 'a gap larger than a part’s head', range: 'bytes=0-9,200-209', answer: '206 0-9,200-209' },
    {
      title: 'overlapping ones around one that is apart',
      range: 'bytes=5000-5009,0-9,5005-5019',
      answer: '206 5000-5019,0-9',
      nginx: '206 5000-5009,0-9,5005-5019',
      go: '206 5000-5009,0-9,5005-5019',
      why: MERGED,
    },
    {
      title: 'a suffix that overlaps',
      range: 'bytes=9900-,-500',
      answer: '206 9500-9999',
      nginx: '206 9900-9999,9500-9999',
      go: '206 9900-9999,9500-9999',
      why: MERGED,
    },
    {
      title: 'all twice over',
      range: 'bytes=0-9999,0-9999',
      answer: '206 0-9999',
      nginx: '200',
      go: '200',
      why: MERGED,
    },
    { title: '32 far apart', range: `bytes=${every(300, 32)}`, answer: `206 ${every(300, 32)}` },
    {
      title: '33 far apart',
      range: `bytes=${every(300, 33)}`,
      answer: '200',
      nginx: '206, every one',
      go: '206, every one',
      why: CAPPED,
    },
    {
      title: '200 of one byte close together',
      range: `bytes=${every(2, 200)}`,
      answer: '206 0-398',
      nginx: '206, every one',
      go: '206, every one',
      why: MERGED,
    },
    {
      title: '1025 members',
      range: `bytes=${every(1, 1025)}`,
      answer: '200',
      nginx: '206, every one',
      go: '206, every one',
      why: CAPPED,
    },
  ],
  'If-Range': [
    { title: 'our tag', range: 'bytes=0-9', headers: { 'If-Range': '{etag}' }, answer: '206 0-9' },
    { title: 'another tag', range: 'bytes=0-9', headers: { 'If-Range': '"other"' }, answer: '200' },
    { title: 'our tag, weak', range: 'bytes=0-9', headers: { 'If-Range': 'W/{etag}' }, answer: '200' },
    { title: 'our date', range: 'bytes=0-9', headers: { 'If-Range': '{date}' }, answer: '206 0-9' },
    {
      title: 'a later date',
      range: 'bytes=0-9',
      headers: { 'If-Range': 'Thu, 01 Jan 2026 00:00:01 GMT' },
      answer: '200',
    },
    {
      title: 'an earlier date',
      range: 'bytes=0-9',
      headers: { 'If-Range': 'Wed, 31 Dec 2025 23:59:59 GMT' },
      answer: '200',
    },
    { title: 'nonsense', range: 'bytes=0-9', headers: { 'If-Range': 'x' }, answer: '200' },
    {
      title: 'another tag, and a range that is not there',
      range: 'bytes=10000-',
      headers: { 'If-Range': '"other"' },
      answer: '200',
    },
    {
      title: 'another tag, and several',
      range: 'bytes=0-9,5000-5009',
      headers: { 'If-Range': '"other"' },
      answer: '200',
    },
  ],
  'conditions before the range': [
    { title: 'If-Match with our tag', range: 'bytes=0-9', headers: { 'If-Match': '{etag}' }, answer: '206 0-9' },
    { title: 'If-Match with another', range: 'bytes=0-9', headers: { 'If-Match': '"other"' }, answer: '412' },
    { title: 'If-None-Match with our tag', range: 'bytes=0-9', headers: { 'If-None-Match': '{etag}' }, answer: '304' },
    {
      title: 'If-None-Match with another',
      range: 'bytes=0-9',
      headers: { 'If-None-Match': '"other"' },
      answer: '206 0-9',
    },
    {
      title: 'If-Modified-Since our date',
      range: 'bytes=0-9',
      headers: { 'If-Modified-Since': '{date}' },
      answer: '304',
    },
    {
      title: 'If-Unmodified-Since an earlier date',
      range: 'bytes=0-9',
      headers: { 'If-Unmodified-Since': 'Wed, 31 Dec 2025 23:59:59 GMT' },
      answer: '412',
    },
    {
      title: 'If-Match with another before a range that is not there',
      range: 'bytes=10000-',
      headers: { 'If-Match': '"other"' },
      answer: '412',
    },
  ],
  HEAD: [
    {
      title: 'with one range',
      range: 'bytes=0-9',
      method: 'HEAD',
      answer: '200',
      nginx: '206 0-9',
      go: '206 0-9',
      why: GET_ALONE,
    },
    {
      title: 'with a range that is not there',
      range: 'bytes=10000-',
      method: 'HEAD',
      answer: '200',
      nginx: '416',
      go: '416',
      why: GET_ALONE,
    },
  ],
  'an empty file': [
    { title: 'from the begin', range: 'bytes=0-', empty: true, answer: '416', nginx: '200', go: '200', why: EMPTY },
    { title: 'its first byte', range: 'bytes=0-0', empty: true, answer: '416', nginx: '200', go: '200', why: EMPTY },
    { title: 'a suffix', range: 'bytes=-5', empty: true, answer: '200', go: '206 of -1 bytes', why: EMPTY },
  ],
};
