/**
 * `npm test`: sets the machine up, builds, then runs every stage to its end, whatever the ones before it said.
 * The last line is `N passed, N failed` (and `, N skipped`) over all stages; the exit code is 0 only if all is well.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { findChromium } from './lib/machine.mjs';
import { run } from './lib/run.mjs';
import { countsText, countTests, resultTable, selectStages, sum } from './lib/stages.mjs';
import { exitWith, ROOT, SetupError, setup } from './setup.mjs';

const reports = mkdtempSync(join(tmpdir(), 'sightline-test-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

try {
  const stages = selectStages(process.argv.slice(2));
  if (typeof stages === 'string') throw new SetupError(stages);
  await setup([...new Set(stages.flatMap(({ needs }) => needs))]);

  const results = stages.some(({ needsBuild }) => needsBuild) ? [await runBuild()] : [];
  for (const stage of stages) results.push(await runStage(stage));

  const totals = sum(results);
  process.stdout.write(`\n${resultTable(results)}\n\n${countsText(totals)}\n`);
  process.exitCode = totals.ok ? 0 : 1;
} catch (error) {
  exitWith(error);
}

/** @returns {Promise<import('./lib/stages.mjs').Result>} */
async function runBuild() {
  const started = Date.now();
  const code = await build().then(
    () => 0,
    (error) => {
      process.stderr.write(`${error.message}\n`);
      return 1;
    },
  );
  return { name: 'build', code, counts: undefined, seconds: (Date.now() - started) / 1000 };
}

/** @param {import('./lib/stages.mjs').Stage} stage @returns {Promise<import('./lib/stages.mjs').Result>} */
async function runStage({ name, report, needsBuild, command: [script, ...args] }) {
  process.stdout.write(`\n── ${name} ${'─'.repeat(70 - name.length)}\n`);
  const file = join(reports, `${name}.json`);
  const started = Date.now();
  const code = await run([process.execPath, join(ROOT, 'node_modules', script), ...args, ...reporters(report, file)], {
    cwd: ROOT,
    env: {
      ...environment(),
      PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      // What was built is what is tested, and it starts in half the time of the sources.
      ...(needsBuild && { SIGHTLINE_DIST: '1' }),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const seconds = (Date.now() - started) / 1000;
  return { name, code, counts: report && readCounts(report, file), seconds };
}

/** @param {'vitest' | 'playwright' | undefined} report @param {string} file */
function reporters(report, file) {
  if (report === 'vitest') return ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return report === 'playwright' ? ['--reporter=list,json'] : [];
}

/** A stage that died before it wrote its report has counted nothing. */
function readCounts(/** @type {'vitest' | 'playwright'} */ report, /** @type {string} */ file) {
  try {
    return countTests(report, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function environment() {
  const { FORCE_COLOR, ...env } = process.env;
  const chromium = findChromium();
  if (chromium !== undefined) env.SIGHTLINE_CHROMIUM = chromium;
  if (env.CI) return { ...env, NO_COLOR: '1' };
  return FORCE_COLOR === undefined ? env : { ...env, FORCE_COLOR };
}
