/** A player for as long as a component is on the page. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { relayUrl } from '../api.ts';
import { useLink } from '../context.ts';
import type { EngineModule } from './engine.ts';
import { Player } from './player.ts';
import { INITIAL_VIEW, type PlayerView } from './player-view.ts';
import type { PlayerStats } from './stats.ts';

let engineModule: Promise<EngineModule> | null = null;

/** Loads flv.js once; a failed load is tried again at the next call. */
export function loadEngine(): Promise<EngineModule> {
  engineModule ??= import('./flv-engine.ts').catch((error: unknown) => {
    engineModule = null;
    throw error;
  });
  return engineModule;
}

export interface UsePlayer {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly still: RefObject<HTMLCanvasElement | null>;
  readonly player: RefObject<Player | null>;
  readonly view: PlayerView;
}

/** `camera` is null while the relay cannot be heard. `onStats` may change at every render. */
export function usePlayer(
  cameraId: string,
  camera: CameraInfo | null,
  wanted: boolean,
  onStats: (stats: PlayerStats) => void,
): UsePlayer {
  const link = useLink();
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const player = useRef<Player>(null);
  const statsListener = useRef(onStats);
  statsListener.current = onStats;
  const [view, setView] = useState(INITIAL_VIEW);

  useLayoutEffect(() => {
    if (video.current === null || still.current === null) return;
    const made = new Player({
      video: video.current,
      still: still.current,
      url: relayUrl(`live/${encodeURIComponent(cameraId)}.flv`),
      loadEngine,
      transport: () => (link.state.webSocketsBlocked ? 'http' : 'websocket'),
      serverNowMs: link.serverNowMs,
      onView: setView,
      onStats: (stats) => statsListener.current(stats),
    });
    player.current = made;
    return () => {
      player.current = null;
      made.close();
    };
  }, [cameraId, link]);

  useEffect(() => player.current?.setCamera(camera), [camera]);
  useEffect(() => player.current?.setWanted(wanted), [wanted]);
  return { video, still, player, view };
}
