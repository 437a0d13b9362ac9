/**
 * The real relay in a process of its own, so that its CPU time and memory are nobody else's. It is the built one
 * (`built.ts`). Answers commands.
 */
import type { ConfigInput } from '../../../server/config/schema.ts';
import type { Relay } from '../../../server/relay.ts';
import { SERVER_URL } from './built.ts';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type RelayServerCommands = {
  /** Starts the relay on a free port of loopback; resolves with its URL. */
  start(request: { config: ConfigInput; webDir?: string }): Promise<string>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

// As the program begins.
await import(`${SERVER_URL}young-generation.js`);
const { configSchema }: typeof import('../../../server/config/schema.ts') = await import(
  `${SERVER_URL}config/schema.js`
);
const { createRelay }: typeof import('../../../server/relay.ts') = await import(`${SERVER_URL}relay.js`);

let relay: Relay | null = null;

const commands: RelayServerCommands = {
  async start({ config, webDir }) {
    const parsed = configSchema.parse({
      ...config,
      server: { ...config.server, port: 0 },
      log: { level: 'error', ...config.log },
    });
    relay = await createRelay({ config: parsed, ...(webDir === undefined ? {} : { webDir }) });
    return relay.url;
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, async () => relay?.close());
