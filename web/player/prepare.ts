/** Sends for what the first picture will most likely need, before the page's own code is there to ask for it. */
import { relayUrl } from '../relay-url.ts';
import { capabilities } from './capabilities.ts';
import { openEarly } from './early-socket.ts';
import { loadEngine } from './engine-loader.ts';
import { type EngineName, engineToStart, possibleEngines, streamPath, streamUrl } from './engine-policy.ts';
import { webSocketAddress } from './transport.ts';

/**
 * Loads the engine that will most likely be needed; a failure shows when the first player asks for it. With a camera,
 * its stream is opened too, as that engine will ask for it.
 */
export function prepare(picked: EngineName | null, cameraId: string | null): void {
  const possible = possibleEngines({ capabilities: capabilities(), codec: null, webSocketsBlocked: false });
  const first = engineToStart({ possible, picked, alone: true, failed: [] });
  if (first === null) return;
  loadEngine(first).catch(() => {});
  if (first !== 'flv' || cameraId === null) return;
  // Players start muted, and then ask for no sound.
  openEarly(webSocketAddress(streamUrl(relayUrl(streamPath(first, cameraId)), false)));
}
