/** A player for as long as a component is on the page. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { relayUrl } from '../api.ts';
import { useLink } from '../context.ts';
import { capabilities } from './capabilities.ts';
import { loadEngine, loadPlayer } from './engine-loader.ts';
import { type EngineName, engineToStart, possibleEngines, streamPath } from './engine-policy.ts';
import type { Player } from './player.ts';
import { INITIAL_VIEW, type PlayerView } from './player-view.ts';
import type { PlayerStats } from './stats.ts';

/** Loads what will most likely be needed; a failure shows when the first player asks for it. */
export function preloadEngine(picked: EngineName | null): void {
  const possible = possibleEngines({ capabilities: capabilities(), codec: null, webSocketsBlocked: false });
  const first = engineToStart({ possible, picked, alone: true, failed: [] });
  loadPlayer().catch(() => {});
  if (first !== null) loadEngine(first).catch(() => {});
}

/** After the player's code could not be had. */
const LOAD_AGAIN_MS = 2000;

export interface UsePlayer {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly still: RefObject<HTMLCanvasElement | null>;
  readonly player: RefObject<Player | null>;
  readonly view: PlayerView;
}

export interface UsePlayerOptions {
  readonly cameraId: string;
  /** Null while the relay cannot be heard. */
  readonly camera: CameraInfo | null;
  /** Plays while true. */
  readonly wanted: boolean;
  /** The engine that the viewer picked; null for the best. */
  readonly picked: EngineName | null;
  /** The camera has the view to itself. */
  readonly alone: boolean;
  readonly muted: boolean;
  /** May change at every render. */
  readonly onStats: (stats: PlayerStats) => void;
}

export function usePlayer(options: UsePlayerOptions): UsePlayer {
  const { cameraId, camera, wanted, picked, alone, muted, onStats } = options;
  const link = useLink();
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const player = useRef<Player>(null);
  const statsListener = useRef(onStats);
  statsListener.current = onStats;
  const [view, setView] = useState(INITIAL_VIEW);

  const [made, setMade] = useState<Player | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const make = async () => {
      try {
        const PlayerClass = await loadPlayer();
        if (over || video.current === null || still.current === null) return;
        player.current = new PlayerClass({
          video: video.current,
          still: still.current,
          capabilities: capabilities(),
          streamUrl: (engine) => relayUrl(streamPath(engine, cameraId)),
          loadEngine,
          webSocketsBlocked: () => link.state.webSocketsBlocked,
          serverNowMs: link.serverNowMs,
          onView: setView,
          onStats: (stats) => statsListener.current(stats),
        });
        setMade(player.current);
      } catch {
        timer = setTimeout(make, LOAD_AGAIN_MS);
      }
    };
    void make();
    return () => {
      over = true;
      if (timer !== null) clearTimeout(timer);
      player.current?.close();
      player.current = null;
    };
  }, [cameraId, link]);

  useEffect(() => made?.setEngine(picked, alone), [made, picked, alone]);
  useEffect(() => made?.setCamera(camera), [made, camera]);
  useEffect(() => made?.setMuted(muted), [made, muted]);
  useEffect(() => made?.setWanted(wanted), [made, wanted]);
  return { video, still, player, view };
}
