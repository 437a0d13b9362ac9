import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RecordedEnding } from '../../e2e/support/record-diagnosis.ts';
import { diagnose } from './diagnosis.ts';

const FOLDER = new URL('fixtures/', import.meta.url);
const recordings = readdirSync(FOLDER)
  .filter((name) => /^stderr-.*\.json$/.test(name))
  .map(
    (name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as { ffmpeg: string; endings: RecordedEnding[] },
  );

/** Written by `e2e/support/record-diagnosis.ts`, which provokes each of them live. */
describe.each(recordings)('what ffmpeg $ffmpeg printed', ({ endings }) => {
  it.each(endings)('$what is $reason', (ending) => {
    const { reason, message } = diagnose({ ...ending, spawnError: null });
    expect(reason, ending.lines.slice(-6).join('\n')).toBe(ending.reason);
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain('pw@');
  });
});

it('was recorded from more than one major version', () => {
  expect(new Set(recordings.map(({ ffmpeg }) => ffmpeg.split('.')[0])).size).toBeGreaterThan(1);
});
