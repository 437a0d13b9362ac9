/** Ranges of one position or suffix: those of the standard, at the ends of the file, beyond them, and malformed ones. */
import { MERGED, type RangeCase } from './range-case.ts';

const NO_END = 'The grammar sets no limit to digits: a position beyond any number is one beyond the file.';
const NO_BYTES =
  'A suffix of nothing cannot be satisfied (section 14.1.2); a range of no bytes cannot be written down.';
const IGNORED = 'A header that is malformed is as if it were not there; 416 is for ranges that were understood.';
const DIGITS = 'A position is made of digits.';
const NO_SPACES = 'The grammar has no space within a range.';
const UNITS = 'Names of units have no case (section 14.1), and a header in an unknown unit is ignored (section 14.2).';

export const RANGE_POSITIONS: Readonly<Record<string, readonly RangeCase[]>> = {
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
};
