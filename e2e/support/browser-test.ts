/**
 * Playwright's `test` with a watch over everything that a page complains about: console errors, uncaught exceptions and
 * violations of the content security policy fail the test that caused them.
 */
import { type BrowserContext, test as base, expect } from 'playwright/test';
import { untilCalm } from './calm-machine.ts';

interface Complaints {
  /** What pages of a test may complain about, for tests that take the relay or the network away. */
  complaints: { readonly allowed: readonly RegExp[] };
  watchComplaints: undefined;
  calmMachine: undefined;
}

/** More than a test waits for it. */
const CALM_WITHIN_MS = 600_000;

/** What Chromium itself writes when a connection cannot be made or is cut; no page can keep it from that. */
export const CONNECTION_COMPLAINTS = [
  /WebSocket connection to .* failed/,
  /Failed to load resource: net::ERR_/,
  /net::ERR_(CONNECTION|INTERNET|NETWORK|SOCKET|EMPTY|INCOMPLETE|ABORTED)/,
];

export const test = base.extend<Complaints>({
  complaints: [{ allowed: [] }, { option: true }],
  calmMachine: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures off the parameter.
    async ({}, use) => {
      await untilCalm();
      await use(undefined);
    },
    { auto: true, timeout: CALM_WITHIN_MS },
  ],
  watchComplaints: [
    async ({ context, complaints }, use) => {
      const heard = watchComplaints(context);
      await use(undefined);
      const unexpected = heard.filter((text) => !complaints.allowed.some((allowed) => allowed.test(text)));
      expect(unexpected, 'what the pages complained about').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Gathers the complaints of every page of a context, those to come included. */
function watchComplaints(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return complaints;
}
