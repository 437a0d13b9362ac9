/** Several ranges in one header: what is merged, what stays apart, and what is too much. */
import { MERGED, type RangeCase } from './range-case.ts';

const LISTS = 'White space around members and empty members are part of every list (section 5.6.1).';
const CAPPED = 'So many parts after merging may be ignored (section 14.2), and cost more than the file is worth.';

/** `count` single bytes, so many apart. */
function every(bytes: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `${index * bytes}-${index * bytes}`).join(',');
}
export const RANGE_LISTS: Readonly<Record<string, readonly RangeCase[]>> = {
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
};
