import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * `unit`: pure and in-process tests beside their files. `integration`: the real relay against real
 * ffmpeg, RTSP servers and sockets. Browser tests are Playwright's (`playwright.config.ts`).
 */
export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: 'unit', include: ['{server,web,scripts}/**/*.test.ts'], testTimeout: 20_000 } },
      {
        root,
        test: {
          name: 'integration',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/*.long.test.ts'],
          // Real processes on a shared machine: one more try there, none at a developer's desk.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
        },
      },
      {
        root,
        test: {
          name: 'long',
          include: ['e2e/**/*.long.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
