import { describe, expect, it } from 'vitest';
import { countsText, countTests, resultTable, selectStages, sum } from './stages.mjs';

const names = (argv: string[]) => {
  const selected = selectStages(argv);
  return typeof selected === 'string' ? selected : selected.map(({ name }) => name);
};
const counts = (passed: number, failed = 0, skipped = 0, retried = 0) => ({ passed, failed, skipped, retried });
const result = (code: number, counted?: ReturnType<typeof counts>) => ({
  name: 'x',
  code,
  counts: counted,
  seconds: 1,
});

describe('the stages', () => {
  it('are all but the long ones', () => {
    expect(names([])).toEqual(['lint', 'types', 'unit', 'integration', 'browser', 'browser-timed']);
  });

  it.each([
    [['--long'], ['lint', 'types', 'unit', 'integration', 'browser', 'browser-timed', 'long', 'long-browser']],
    [['--only', 'unit'], ['unit']],
    [['--only=browser,lint'], ['lint', 'browser']],
    [
      ['--only', 'unit', '--only', 'types'],
      ['types', 'unit'],
    ],
    [
      ['--only', 'unit', '--long'],
      ['unit', 'long', 'long-browser'],
    ],
    [['--only', 'long'], ['long']],
    [
      ['--only', 'e2e'],
      'There is no stage "e2e". The stages are lint, types, unit, integration, browser, browser-timed, long, long-browser.',
    ],
    [
      ['--only'],
      'There is no stage "". The stages are lint, types, unit, integration, browser, browser-timed, long, long-browser.',
    ],
    [['unit'], 'Unknown option "unit". The options are --only STAGE[,STAGE] and --long.'],
  ])('for %j are %j', (argv, expected) => {
    expect(names(argv)).toEqual(expected);
  });
});

describe('the count', () => {
  it('is read from vitest’s report', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(countTests('vitest', report)).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('is read from Playwright’s report', () => {
    expect(countTests('playwright', { stats: { expected: 4, flaky: 1, unexpected: 2, skipped: 3 } })).toEqual(
      counts(5, 2, 3, 1),
    );
  });

  it('adds up over stages', () => {
    expect(sum([result(0), result(0, counts(5, 0, 1)), result(1, counts(2, 3))])).toEqual({
      ...counts(7, 3, 1),
      ok: false,
    });
    expect(sum([result(0), result(0, counts(5))])).toEqual({ ...counts(5), ok: true });
  });

  it.each([
    ['a linter that complains', result(1)],
    ['a test file that does not load', result(1, counts(3))],
    ['a test stage in which nothing ran', result(0, counts(0, 0, 4))],
  ])('takes %s for one failure', (_case, failing) => {
    expect(sum([result(0, counts(1)), failing])).toMatchObject({ failed: 1, ok: false });
  });

  it('of nothing at all is a failure', () => {
    expect(sum([]).ok).toBe(false);
  });

  it('is worded with the skipped and the retried ones only when there are any', () => {
    expect(countsText(counts(3, 1))).toBe('3 passed, 1 failed');
    expect(countsText(counts(3, 0, 2))).toBe('3 passed, 0 failed, 2 skipped');
    expect(countsText(counts(3, 0, 0, 1))).toBe('3 passed, 0 failed, 1 only when tried again');
  });

  it('stands in a table', () => {
    const rows = [
      { name: 'lint', code: 0, counts: undefined, seconds: 0.44 },
      { name: 'unit', code: 1, counts: counts(10, 2), seconds: 12 },
    ];
    expect(resultTable(rows)).toBe(
      'ok      lint                       0.4 s\nFAILED  unit  10 passed, 2 failed  12.0 s',
    );
  });
});
