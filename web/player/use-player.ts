/** A player for as long as a component is on the page. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useLink } from '../context.ts';
import { cameraSources } from './camera-sources.ts';
import type { EarlyPlayer, PageSide } from './early-player.ts';
import type { EngineName } from './engine-policy.ts';
import { Player } from './player.ts';
import { INITIAL_VIEW, type PlayerView } from './player-view.ts';
import type { PlayerStats } from './stats.ts';

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
  /** The camera has the view to itself, and is shown by its main stream. */
  readonly alone: boolean;
  readonly muted: boolean;
  /** May change at every render. */
  readonly onStats: (stats: PlayerStats) => void;
  /** Plays already, in elements of its own; never another one in the component's life. */
  readonly early?: EarlyPlayer;
}

export function usePlayer(options: UsePlayerOptions): UsePlayer {
  const { cameraId, camera, wanted, picked, alone, muted, onStats, early } = options;
  const link = useLink();
  const video = useRef<HTMLVideoElement>(early?.elements.video ?? null);
  const still = useRef<HTMLCanvasElement>(early?.elements.still ?? null);
  const player = useRef<Player>(null);
  const statsListener = useRef(onStats);
  statsListener.current = onStats;
  const [view, setView] = useState(early?.view ?? INITIAL_VIEW);

  // Before the first paint: a picture waits for this.
  useLayoutEffect(() => {
    if (video.current === null || still.current === null) return;
    const page: PageSide = {
      webSocketsBlocked: () => link.state.webSocketsBlocked,
      serverNowMs: link.serverNowMs,
      onView: setView,
      onStats: (stats) => statsListener.current(stats),
    };
    const elements = { video: video.current, still: still.current };
    player.current = early?.handOver(page) ?? new Player({ ...elements, ...cameraSources(cameraId), ...page });
    return () => {
      player.current?.close();
      player.current = null;
    };
  }, [cameraId, link]);

  useLayoutEffect(() => player.current?.setEngine(picked, alone), [cameraId, link, picked, alone]);
  useLayoutEffect(() => player.current?.setCamera(camera), [cameraId, link, camera]);
  useLayoutEffect(() => player.current?.setMuted(muted), [cameraId, link, muted]);
  useLayoutEffect(() => player.current?.setWanted(wanted), [cameraId, link, wanted]);
  return { video, still, player, view };
}
