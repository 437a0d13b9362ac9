/** What a tile shows until its player has a picture: the relay's newest one, of a camera that is live already. */
import { useRef } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { relayUrl } from '../relay-url.ts';

/** As wide as a tile is on most screens. */
const WIDTH = 640;
/** Pages that are opened one after the other share a picture. */
const MAX_AGE_MS = 10_000;

/**
 * Decided at the first render: a camera that is started for this page shows its first picture sooner than a poster
 * could. `played` takes it away for good, since it would come back, old as it is by then, whenever the player pauses.
 */
export function usePoster(cameraId: string, camera: CameraInfo | null, played: boolean): string | undefined {
  const poster = useRef(camera?.state === 'live' ? posterUrl(cameraId) : undefined);
  if (played) poster.current = undefined;
  return poster.current;
}

/** Pure: never starts a camera. */
function posterUrl(cameraId: string): string {
  const query = `start=0&maxAgeMs=${MAX_AGE_MS}&width=${WIDTH}`;
  return relayUrl(`live/${encodeURIComponent(cameraId)}.jpg?${query}`).href;
}
