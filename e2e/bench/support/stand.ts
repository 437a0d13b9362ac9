/** What benches set up alike: the demo cameras, a relay, a load client, a bare server, each its own process. */
import type { ConfigInput } from '../../../server/config/schema.ts';
import type { BareServerCommands } from './bare-server.ts';
import type { Belongings } from './bench.ts';
import { buildProduct } from './built.ts';
import type { CameraServerCommands } from './camera-server.ts';
import type { LoadClientCommands, LoadStats } from './load-client.ts';
import type { SelfUsage } from './measure.ts';
import type { RelayServerCommands } from './relay-server.ts';
import { Worker } from './worker.ts';

export const FFMPEG = 'ffmpeg';
/** The measured stream of the fan-out and delay benches: 2 Mbit/s H.264 at 1280x720 with AAC. */
export const STREAM_2MBIT = 'lab?width=1280&height=720&bitrateKbps=2000&audio=1';

export interface CameraStand {
  /** RTSP URL of a demo camera: `urlOf('yard?n=7')`. */
  urlOf(camera: string): string;
}

export async function startCameras(belongings: Belongings): Promise<CameraStand> {
  const worker = belongings.add(new Worker<CameraServerCommands>('./camera-server.ts'));
  const port = await worker.call('start', { ffmpeg: FFMPEG });
  return { urlOf: (camera) => `rtsp://127.0.0.1:${port}/${camera}` };
}

/** A server under load: the relay, or its bare counterpart. */
export interface LoadedServer {
  readonly pid: number;
  readonly port: number;
  usage(collect: boolean): Promise<SelfUsage>;
  close(): Promise<void>;
}

export async function startRelay(
  belongings: Belongings,
  config: ConfigInput,
  webDir?: string,
): Promise<LoadedServer & { readonly url: string }> {
  await buildProduct();
  const worker = belongings.add(new Worker<RelayServerCommands>('./relay-server.ts'));
  const url = await worker.call('start', { config, ...(webDir === undefined ? {} : { webDir }) });
  return {
    url,
    pid: worker.pid,
    port: Number(new URL(url).port),
    usage: (collect) => worker.call('usage', { collect }),
    close: () => belongings.release(worker),
  };
}

/** A plain pull of a camera as FLV on standard output. */
export function plainPull(url: string): string[] {
  return ['-hide_banner', '-loglevel', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', url].concat([
    '-c',
    'copy',
    '-flush_packets',
    '1',
    '-f',
    'flv',
    'pipe:1',
  ]);
}

export async function startBareServer(belongings: Belongings, url: string, mergeMaxMs: number): Promise<LoadedServer> {
  const worker = belongings.add(new Worker<BareServerCommands>('./bare-server.ts'));
  const port = await worker.call('start', { ffmpeg: FFMPEG, args: plainPull(url), mergeMaxMs });
  return {
    pid: worker.pid,
    port,
    usage: (collect) => worker.call('usage', { collect }),
    close: () => belongings.release(worker),
  };
}

/** Many light viewers. */
export type LoadClient = Worker<LoadClientCommands>;

export function startLoadClient(belongings: Belongings): LoadClient {
  return belongings.add(new Worker<LoadClientCommands>('./load-client.ts'));
}

export interface WindowResult {
  /** FLV bytes that arrived. */
  readonly bytes: number;
  readonly serverCpuS: number;
  readonly clientCpuS: number;
  readonly seconds: number;
  readonly end: LoadStats;
  readonly delaysMs: readonly number[];
}

/** Looks on for `seconds` while everything runs. */
export async function measureWindow(load: LoadClient, server: LoadedServer, seconds: number): Promise<WindowResult> {
  await load.call('takeDelays', null);
  const [before, usageBefore] = await Promise.all([load.call('stats', null), server.usage(false)]);
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const [end, usage] = await Promise.all([load.call('stats', null), server.usage(false)]);
  return {
    bytes: end.bytes - before.bytes,
    serverCpuS: usage.cpuS - usageBefore.cpuS,
    clientCpuS: end.cpuS - before.cpuS,
    seconds: (performance.now() - startedMs) / 1000,
    end,
    delaysMs: await load.call('takeDelays', null),
  };
}
