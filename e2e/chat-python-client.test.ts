import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { collectLines } from './support/lines.ts';
import { startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

const EXAMPLE = fileURLToPath(new URL('./support/chat-client-example.py', import.meta.url));
const README = new URL('../server/chat/README.md', import.meta.url);

it('the documented Python client of 30 lines talks and listens', async () => {
  const relay = await startRelay({
    config: { access: { open: true }, chat: { rooms: ['lounge'], heartbeatMs: 1_000, pongTimeoutMs: 3_000 } },
  });
  const python = spawn('python3', [EXAMPLE, '127.0.0.1', String(relay.port), 'lounge', 'Snake'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const ann = await ChatClient.join(`${relay.wsUrl}/chat/lounge`, { hello: { name: 'Ann' }, socket: ELSEWHERE });
    const lines = collectLines(python.stdout);
    python.stdin.write('Hello from Python, 你好 🐍\n');
    expect((await ann.untilText('Hello from Python, 你好 🐍')).sender.name).toBe('Snake');
    // Longer than the heartbeat and its deadline: the client answers pings.
    await sleep(4_500);
    ann.say(`and back ${'x'.repeat(300)}`);
    await lines.until((line) => line === `Ann: and back ${'x'.repeat(300)}`, 10_000);
  } finally {
    python.kill();
    await relay.close();
  }
});

it('the documentation shows exactly that client', async () => {
  const [readme, example] = await Promise.all([readFile(README, 'utf8'), readFile(EXAMPLE, 'utf8')]);
  expect(readme).toContain(`\`\`\`python\n${example}\`\`\``);
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
});
