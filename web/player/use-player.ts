/** A player for as long as a component is on the page. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useLink } from '../context.ts';
import { relayUrl } from '../relay-url.ts';
import { capabilities } from './capabilities.ts';
import { loadEngine } from './engine-loader.ts';
import { type EngineName, streamPath } from './engine-policy.ts';
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

  // Before the first paint: a picture waits for this.
  useLayoutEffect(() => {
    if (video.current === null || still.current === null) return;
    player.current = new Player({
      video: video.current,
      still: still.current,
      capabilities: capabilities(),
      streamUrl: (engine, stream) => relayUrl(streamPath(engine, cameraId, { stream, h265: capabilities().h265 })),
      loadEngine,
      webSocketsBlocked: () => link.state.webSocketsBlocked,
      serverNowMs: link.serverNowMs,
      onView: setView,
      onStats: (stats) => statsListener.current(stats),
    });
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
