/**
 * The stages of `npm test`: what each runs and needs, which of them a command line selects, and what their reports
 * add up to. Pure; running them is `test.mjs`.
 */

/**
 * @typedef {import('./programs.mjs').Need} Need
 * @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number, readonly retried?: number }} Counts
 *   `retried`: of those that passed, the ones that did so only when tried again
 * @typedef {object} Stage
 * @property {string} name
 * @property {'vitest' | 'playwright' | undefined} report the shape of the JSON report; undefined: it counts no tests
 * @property {readonly string[]} command script under node_modules and its arguments
 * @property {readonly Need[]} needs system programs
 * @property {boolean} needsBuild
 * @property {boolean} [onRequest] runs only when asked for, by name or by `--long`
 * @typedef {{ readonly name: string, readonly code: number, readonly counts: Counts | undefined, readonly seconds: number }} Result
 */

const VITEST = ['vitest/vitest.mjs', 'run', '--config', 'e2e/vitest.config.ts', '--project'];
const PLAYWRIGHT = ['playwright/cli.js', 'test', '--config', 'e2e/playwright.config.ts'];
/** @type {readonly Need[]} */
const CAMERAS = ['ffmpeg', 'rtspServer', 'redis'];

/** @type {readonly Stage[]} */
export const STAGES = [
  {
    name: 'lint',
    report: undefined,
    command: ['@biomejs/biome/bin/biome', 'check', '.'],
    needs: [],
    needsBuild: false,
  },
  { name: 'types', report: undefined, command: ['typescript/bin/tsc', '-b'], needs: [], needsBuild: false },
  { name: 'unit', report: 'vitest', command: [...VITEST, 'unit'], needs: ['ffmpeg'], needsBuild: false },
  {
    name: 'integration',
    report: 'vitest',
    command: [...VITEST, 'integration', '--project', 'alone', '--project', 'timed'],
    needs: [...CAMERAS, 'nginx', 'downloaders'],
    needsBuild: true,
  },
  {
    name: 'browser',
    report: 'playwright',
    command: [...PLAYWRIGHT, '--project=browser'],
    needs: [...CAMERAS, 'chromium', 'fonts'],
    needsBuild: true,
  },
  {
    name: 'browser-timed',
    report: 'playwright',
    command: [...PLAYWRIGHT, '--project=browser-timed'],
    needs: [...CAMERAS, 'chromium', 'fonts'],
    needsBuild: true,
  },
  { name: 'long', report: 'vitest', command: [...VITEST, 'long'], needs: CAMERAS, needsBuild: true, onRequest: true },
  {
    name: 'long-browser',
    report: 'playwright',
    command: [...PLAYWRIGHT, '--project=long'],
    needs: [...CAMERAS, 'chromium', 'fonts'],
    needsBuild: true,
    onRequest: true,
  },
];

/**
 * Pure: the stages a command line selects, in their own order: `--only a,b` (also more than once), `--long` adds the
 * long ones. Returns a sentence when it cannot be understood.
 * @param {readonly string[]} argv @returns {readonly Stage[] | string}
 */
export function selectStages(argv) {
  const only = new Set();
  let long = false;
  for (let index = 0; index < argv.length; index++) {
    const [option, inline] = argv[index].split('=', 2);
    if (argv[index] === '--long') long = true;
    else if (option === '--only') {
      const names = inline ?? argv[++index] ?? '';
      for (const name of names.split(',')) only.add(name);
    } else return `Unknown option ${JSON.stringify(argv[index])}. The options are --only STAGE[,STAGE] and --long.`;
  }
  const names = STAGES.map(({ name }) => name);
  const unknown = [...only].find((name) => !names.includes(name));
  if (unknown !== undefined) return `There is no stage ${JSON.stringify(unknown)}. The stages are ${names.join(', ')}.`;
  return STAGES.filter(({ name, onRequest }) => {
    if (only.has(name) || (long && onRequest)) return true;
    return only.size === 0 && !onRequest;
  });
}

/**
 * Pure: the tests a JSON report counts; one that passed only when tried again counts as passed, and as retried where the
 * report tells.
 * @param {'vitest' | 'playwright'} shape @param {any} report @returns {Counts}
 */
export function countTests(shape, report) {
  if (shape === 'vitest') {
    return {
      passed: report.numPassedTests ?? 0,
      failed: report.numFailedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    };
  }
  const { expected = 0, flaky = 0, unexpected = 0, skipped = 0 } = report.stats ?? {};
  return { passed: expected + flaky, failed: unexpected, skipped, retried: flaky };
}

/**
 * Pure: the sums. A stage that failed without a failed test (the linter, a file that does not load, no tests where
 * tests belong) counts as one failure, so that the closing line never calls a failed run clean.
 * @param {readonly Result[]} results @returns {Counts & { readonly ok: boolean }}
 */
export function sum(results) {
  let [passed, failed, skipped, retried] = [0, 0, 0, 0];
  for (const { code, counts } of results) {
    passed += counts?.passed ?? 0;
    skipped += counts?.skipped ?? 0;
    retried += counts?.retried ?? 0;
    failed += Math.max(counts?.failed ?? 0, code === 0 && !isEmpty(counts) ? 0 : 1);
  }
  return { passed, failed, skipped, retried, ok: failed === 0 && results.length > 0 };
}

/** A test stage in which nothing ran proves nothing. @param {Counts | undefined} counts */
function isEmpty(counts) {
  return counts !== undefined && counts.passed + counts.failed === 0;
}

/** Pure: the table printed at the end. @param {readonly Result[]} results */
export function resultTable(results) {
  const rows = results.map(({ name, code, counts, seconds }) => [
    code === 0 && !isEmpty(counts) ? 'ok' : 'FAILED',
    name,
    counts === undefined ? '' : countsText(counts),
    `${seconds.toFixed(1)} s`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/** Pure: "N passed, N failed", with the skipped and the retried ones only when there are any. @param {Counts} counts */
export function countsText({ passed, failed, skipped, retried = 0 }) {
  const more = [skipped > 0 ? `, ${skipped} skipped` : '', retried > 0 ? `, ${retried} only when tried again` : ''];
  return `${passed} passed, ${failed} failed${more.join('')}`;
}
