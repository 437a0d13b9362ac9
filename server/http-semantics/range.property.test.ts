import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PARTS, MERGE_GAP_BYTES, parseRange, readRanges } from './range.ts';

const size = fc.nat({ max: 5_000 });
const position = fc.nat({ max: 6_000 });
const spec = fc.oneof(
  fc.tuple(position, position).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  position.map((first) => `${first}-`),
  position.map((length) => `-${length}`),
);
const header = fc.array(spec, { minLength: 1, maxLength: 40 }).map((specs) => `bytes=${specs.join(', ')}`);

/** Byte by byte, as section 14.1.2 says it. */
function wanted(text: string, sizeBytes: number): Set<number> {
  const bytes = new Set<number>();
  for (const member of text.slice('bytes='.length).split(', ')) {
    const [first, last] = member.split('-') as [string, string];
    const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
    const to = first === '' || last === '' ? sizeBytes - 1 : Number(last);
    for (let at = from; at <= Math.min(to, sizeBytes - 1); at++) bytes.add(at);
  }
  return bytes;
}

describe('the bytes that answer a Range header', () => {
  it('are all that it asks for, none twice, none outside, and few besides', () => {
    fc.assert(
      fc.property(header, size, (text, sizeBytes) => {
        const answer = readRanges(text, sizeBytes);
        const asked = wanted(text, sizeBytes);
        if (answer === 'whole') return;
        if (answer === 'unsatisfiable') return void expect(asked.size).toBe(0);
        const sent = new Set<number>();
        for (const { first, last } of answer) {
          expect(first).toBeLessThanOrEqual(last);
          expect(last).toBeLessThan(sizeBytes);
          const before = sent.size;
          for (let at = first; at <= last; at++) sent.add(at);
          expect(sent.size - before).toBe(last - first + 1);
        }
        expect([...asked].every((at) => sent.has(at))).toBe(true);
        expect(answer.length).toBeLessThanOrEqual(MAX_PARTS);
        expect(sent.size - asked.size).toBeLessThanOrEqual(MERGE_GAP_BYTES * 40);
      }),
      { numRuns: 200 },
    );
  });

  it('leave the whole to a header of many parts only', () => {
    fc.assert(
      fc.property(header, size, (text, sizeBytes) => {
        if (readRanges(text, sizeBytes) !== 'whole' || sizeBytes === 0) return;
        expect(parseRange(text)!.length).toBeGreaterThan(MAX_PARTS);
      }),
    );
  });

  it('never come of a text that throws, whatever it is', () => {
    const pieces = fc.array(fc.constantFrom('bytes', '=', '-', ',', ' ', '0', '9', '99999999999999999999', '\t', 'x'));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((list) => `bytes=${list.join('')}`),
        ),
        size,
        (text, sizeBytes) => {
          const answer = readRanges(text, sizeBytes);
          if (typeof answer === 'string') return;
          for (const { first, last } of answer)
            expect(Number.isSafeInteger(first) && Number.isSafeInteger(last)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
