/** Waiting in tests: for a state to come about, or for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

const DEFAULT_WITHIN_MS = 10_000;
const POLL_EVERY_MS = 50;

/**
 * Asks until the answer is accepted and returns it. Rejects after `withinMs` (default 10 s) with the last answer in
 * the message.
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  accept: (answer: T) => boolean,
  options: { readonly withinMs?: number | undefined } = {},
): Promise<T> {
  const withinMs = options.withinMs ?? DEFAULT_WITHIN_MS;
  const endMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (performance.now() > endMs) {
      throw new Error(`Did not come about within ${withinMs} ms; last seen: ${JSON.stringify(answer)}`);
    }
    await sleep(POLL_EVERY_MS);
  }
}

/** The promise's value; rejects with `what` in the message when it takes longer than `withinMs`. */
export async function within<T>(promise: Promise<T>, withinMs: number, what: string | (() => string)): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${typeof what === 'string' ? what : what()} (waited ${withinMs} ms)`));
    }, withinMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
