import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that hold the relay to a time: two at a time, for they mostly wait, and beside them nothing else. */
const TIMED = [
  'hls',
  'hls-nginx',
  'hls-walk',
  'snapshot',
  'chat-load',
  'slow-viewer',
  'recovery',
  'attacks/slow-requests',
  'faults/one-track',
  'fmp4',
].map((name) => `e2e/${name}.test.ts`);

/** Alone in its process, because it looks at what that has started. */
const COUNTS_ITS_CHILDREN = 'server/demo-camera/demo-cameras.test.ts';

/** Real processes on a machine shared with others are tried again there, told in the end, and never at a developer's desk. */
const retry = process.env.CI ? 1 : 0;
const INTEGRATION = { retry: 2 * retry, testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * `unit`: pure and in-process tests beside their files. `integration`: the real relay against real ffmpeg, RTSP servers
 * and sockets; `alone`: the same in a process of its own; `timed`: with a machine that has time. Browser tests are
 * Playwright's (`playwright.config.ts`).
 */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['{server,web,scripts}/**/*.test.ts'],
          exclude: [COUNTS_ITS_CHILDREN],
          // Most wait for a process or a timer: more of them than cores, in one module graph each.
          pool: 'threads',
          isolate: false,
          maxWorkers: 4,
          retry,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          ...INTEGRATION,
          name: 'integration',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/*.long.test.ts', ...TIMED],
          // A process and a module graph for each file would cost a tenth of the whole.
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          ...INTEGRATION,
          name: 'alone',
          include: [COUNTS_ITS_CHILDREN],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          ...INTEGRATION,
          name: 'timed',
          include: TIMED,
          setupFiles: ['e2e/support/calm-machine.setup.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
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
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
