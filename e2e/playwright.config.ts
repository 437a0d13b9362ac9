/**
 * Browser tests: the built page in real Chromium, the relay as a process, cameras over real RTSP. `npm test` builds the
 * page first; run by hand they show whatever `dist/web` holds. Those that take minutes (`*.long.spec.ts`) are a project
 * of their own, which `npm run test:long` asks for.
 */
import { defineConfig } from 'playwright/test';

/** Files that hold the page to a time: beside them runs nothing else. */
const TIMED = ['asleep', 'delay', 'lost-sound', 'odd-cameras'].map((name) => `**/${name}.spec.ts`);

export default defineConfig({
  testDir: '.',
  projects: [
    { name: 'browser', testMatch: '*.spec.ts', testIgnore: ['*.long.spec.ts', ...TIMED] },
    // Two cores play, relay, encode and judge; a second worker would only make the first one late. Run by itself.
    { name: 'browser-timed', testMatch: TIMED, workers: 1 },
    { name: 'long', testMatch: '*.long.spec.ts', workers: 1 },
  ],
  workers: 2,
  // On a machine whose cores others use too, a page can be without time for seconds; what needed it is told at the end.
  retries: process.env.CI ? 2 : 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: '../dist/browser-tests',
  use: {
    browserName: 'chromium',
    actionTimeout: 15_000,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    colorScheme: 'dark',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.SIGHTLINE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    },
  },
});
