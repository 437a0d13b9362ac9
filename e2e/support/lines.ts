/** Gathers a child's output as lines and lets a test wait for one. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Lines {
  /** What has come so far. */
  readonly lines: readonly string[];
  /** The first line, past or to come, that satisfies `accept`; rejects after `withinMs` or at the end. */
  until(accept: (line: string) => boolean, withinMs: number): Promise<string>;
}

export function collectLines(output: Readable): Lines {
  const lines: string[] = [];
  const reader = createInterface({ input: output });
  reader.on('line', (line) => lines.push(line));
  return {
    lines,
    until: (accept, withinMs) =>
      new Promise((resolve, reject) => {
        const past = lines.find(accept);
        if (past !== undefined) {
          resolve(past);
          return;
        }
        const finish = () => {
          clearTimeout(timer);
          reader.off('line', onLine);
          reader.off('close', onClose);
        };
        const onLine = (line: string) => {
          if (!accept(line)) return;
          finish();
          resolve(line);
        };
        const onClose = () => {
          finish();
          reject(new Error(`The output ended without the line waited for:\n${lines.join('\n')}`));
        };
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`The line waited for did not come within ${withinMs} ms:\n${lines.join('\n')}`));
        }, withinMs);
        reader.on('line', onLine);
        reader.on('close', onClose);
      }),
  };
}
