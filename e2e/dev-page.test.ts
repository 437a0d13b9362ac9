import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const STYLES = fileURLToPath(new URL('../web/styles/page.css', import.meta.url));

it('`npm run dev` serves the page from its sources, and tells open pages of a changed file without a restart', async () => {
  const relay = await startRelay({ args: ['--dev'], fromSources: true });
  onTestFinished(async () => void (await relay.close()));
  const text = async (path: string) => (await fetch(relay.url + path)).text();
  expect(await text('/')).toContain('/@vite/client');
  expect(await text('/main.tsx')).toContain('dashboard/app.tsx');
  // A file is told of once a page has asked for it.
  expect(await text('/styles/page.css?import')).toContain('vite');
  const token = /const wsToken = "([^"]+)"/.exec(await text('/@vite/client'))?.[1];
  const socket = new WebSocket(`${relay.wsUrl}/?token=${token}`, 'vite-hmr');
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  await eventually(
    () => heard,
    (texts) => texts.some((each) => each.includes('connected')),
  );
  // As an editor does it, but for the contents.
  utimesSync(STYLES, new Date(), new Date());
  await eventually(
    () => heard,
    (texts) => texts.some((each) => each.includes('update') && each.includes('/styles/page.css')),
    { withinMs: 20_000 },
  );
  socket.terminate();
});
