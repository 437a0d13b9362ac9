/** What a player of a camera is given wherever it is made: what the browser can, where the streams are, the engines. */
import { relayUrl } from '../relay-url.ts';
import { capabilities } from './capabilities.ts';
import { loadEngine } from './engine-loader.ts';
import { streamPath } from './engine-policy.ts';
import type { PlayerOptions } from './player-view.ts';

export function cameraSources(cameraId: string): Pick<PlayerOptions, 'capabilities' | 'streamUrl' | 'loadEngine'> {
  return {
    capabilities: capabilities(),
    streamUrl: (engine, stream) => relayUrl(streamPath(engine, cameraId, { stream, h265: capabilities().h265 })),
    loadEngine,
  };
}
