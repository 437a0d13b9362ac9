/** The usual stand of a test file: demo cameras and a relay that may show them, started before its tests and ended after. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import type { ConfigInput } from '../../server/config/schema.ts';
import type { Rhythm } from '../../server/hub/rhythm.ts';
import { type DemoRtsp, startDemoRtsp } from './demo-rtsp.ts';
import { dataDirThatKnows } from './hls-rhythms.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

export interface DemoRelay {
  readonly demo: DemoRtsp;
  readonly relay: RelayProcess;
}

/**
 * For the tests of the file or `describe` that it is called in. `knows` are rhythms that the relay has met before, so
 * that its HLS need not learn them.
 */
export function useDemoRelay(
  configOf: (demo: DemoRtsp) => ConfigInput,
  { knows }: { readonly knows?: Readonly<Record<string, Rhythm>> } = {},
): DemoRelay {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let dataDir: string | null = null;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    dataDir = knows === undefined ? null : await dataDirThatKnows(knows);
    relay = await startRelay({ config: { ...(dataDir !== null && { dataDir }), ...configOf(demo) } });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    if (dataDir !== null) await rm(dataDir, { recursive: true, force: true });
  });
  return {
    get demo() {
      return demo;
    },
    get relay() {
      return relay;
    },
  };
}
