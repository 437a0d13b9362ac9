/** The real relay in a process of its own, so that its CPU time and memory are nobody else's. Answers commands. */
import { type ConfigInput, configSchema } from '../../../server/config/schema.ts';
import { createRelay, type Relay } from '../../../server/relay.ts';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type RelayServerCommands = {
  /** Starts the relay on a free port of loopback; resolves with its URL. */
  start(request: { config: ConfigInput; webDir?: string }): Promise<string>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

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
