/** Puts a browser to sleep as a closed lid does: its processes stand still and its sockets stay open. */
import type { Browser } from 'playwright/test';
import { sleep } from './wait.ts';

/** What shows pages and what carries their bytes; the rest only waits for these. */
const SLEEPERS = new Set(['renderer', 'network.mojom.NetworkService']);

/** Stops the browser for `ms`. Resolves with the moment (Unix ms) at which it was let go on. */
export async function sleepBrowser(browser: Browser, ms: number): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pids = processInfo.filter(({ type }) => SLEEPERS.has(type)).map(({ id }) => id);
  if (pids.length < 2) throw new Error(`Not what a browser consists of: ${JSON.stringify(processInfo)}`);
  try {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await sleep(ms);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  const wokenAtMs = Date.now();
  await session.detach();
  return wokenAtMs;
}
