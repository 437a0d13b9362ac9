import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { run, succeeds } from './run.mjs';

const node = (code: string) => [process.execPath, '-e', code];

describe('running a command', () => {
  it('answers with its exit code', async () => {
    expect(await run(node('process.exit(7)'))).toBe(7);
    expect(await succeeds(node(''))).toBe(true);
  });

  it('answers 127 when there is no such program', async () => {
    expect(await run(['/nowhere/program'])).toBe(127);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, waits for the end, and ends the same way', async (signal) => {
    const inner = `process.once('${signal}', () => setTimeout(() => { console.log('inner ended'); process.exit(0); }, 200));
      setInterval(() => {}, 1000); console.log('ready');`;
    const outer = `import { run } from ${JSON.stringify(new URL('run.mjs', import.meta.url).href)};
      await run([process.execPath, '-e', ${JSON.stringify(inner)}]); console.log('went on');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', outer], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      if (String(chunk).includes('ready')) child.kill(signal);
    }
    if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
    expect(output).toBe('ready\ninner ended\n');
    expect(child.signalCode).toBe(signal);
  });
});
