/** Frames of the chat, and the text in them, fuzzed for a minute. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanText } from '../../server/chat/clean-text.ts';
import { readClientFrame } from '../../server/chat/client-frame.ts';
import { fuzzFor } from '../support/fuzzing.ts';

it('frames of the chat, and the text in them', async () => {
  const word = fc.constantFrom(
    'hello',
    'message',
    'danmaku',
    'ping',
    'moderate',
    'type',
    'text',
    'name',
    'colour',
    'lane',
    'action',
    'seconds',
    'member',
    '__proto__',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: 'grapheme', maxLength: 50 }),
    fc.constantFrom(
      '\u202e',
      '\u0301'.repeat(3_000),
      '🏴\u{e0067}'.repeat(1_000),
      ' '.repeat(9_000),
      '\r\n'.repeat(4_000),
    ),
  );
  const value = fc.oneof(word, text, fc.double(), fc.constant(null), fc.jsonValue());
  const frame = fc.oneof(
    text,
    fc.json(),
    fc.dictionary(fc.oneof(word, text), value, { maxKeys: 8 }).map((json) => JSON.stringify(json)),
    fc
      .record({ type: word, text: value, name: value, member: value, action: value, seconds: value, colour: value })
      .map((json) => JSON.stringify(json)),
  );
  await fuzzFor(
    fc.tuple(frame, text, fc.integer({ min: 1, max: 5 })),
    ([raw, line, lines]) => {
      const answer = readClientFrame(raw);
      if (!answer.ok) expect(answer.error.code).toMatch(/^[a-z-]+$/);
      const clean = cleanText(line, lines);
      expect(clean.split('\n').length).toBeLessThanOrEqual(lines);
      expect(clean).not.toMatch(/[\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
    },
    { numRuns: 1_000 },
  );
});
