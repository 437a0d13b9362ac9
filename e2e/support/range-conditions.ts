/** Ranges with a condition, with HEAD, and of an empty file. */
import type { RangeCase } from './range-case.ts';

const GET_ALONE = 'Range is for GET alone (section 14.2).';
const EMPTY =
  'An empty file has no first byte (section 14.1.2); a suffix it has, but none that Content-Range can name.';

export const RANGE_CONDITIONS: Readonly<Record<string, readonly RangeCase[]>> = {
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
