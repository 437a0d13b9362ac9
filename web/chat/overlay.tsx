/** The layer over the picture on which danmaku fly, each when the picture it belongs to is on the screen. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ChatEntry } from '../../server/protocol.ts';
import { useLink } from '../context.ts';
import { DanmakuStage } from './danmaku-stage.ts';
import { useRoomChat } from './room-chat.ts';

/** Somebody who sees the picture sooner is waited for, but not for ever. */
const MAX_WAIT_MS = 10_000;
/** Said about a picture that was on long ago: over a recording, say. */
const MAX_AGE_MS = 60_000;

export interface OverlayProps {
  readonly room: string;
  /** Carries the age of its picture as `data-delay-ms`. */
  readonly tile: RefObject<HTMLElement | null>;
  readonly video: RefObject<HTMLVideoElement | null>;
  /** Whether the picture moves. */
  readonly live: boolean;
}

export function DanmakuOverlay({ room, tile, video, live }: OverlayProps) {
  const relay = useLink();
  const [chat, overlay] = useRoomChat(room, (each) => each.overlay);
  const element = useRef<HTMLDivElement>(null);
  const stage = useRef<DanmakuStage | null>(null);

  useEffect(() => {
    if (element.current === null || overlay === null) return;
    const made = new DanmakuStage(element.current, overlay);
    stage.current = made;
    return () => {
      stage.current = null;
      made.close();
    };
  }, [chat]);
  useEffect(() => {
    if (overlay !== null) stage.current?.set(overlay);
  }, [overlay]);
  usePausedWith(video, live && chat !== null, (paused) => stage.current?.setPaused(paused));

  useEffect(() => {
    if (chat === null) return;
    chat.pictureTimeMs = () => {
      const [nowMs, delayMs] = [relay.serverNowMs(), tile.current?.dataset.delayMs];
      return nowMs === null || delayMs === undefined ? undefined : Math.round(nowMs - Number(delayMs));
    };
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = chat.link.onEntry((entry) => {
      const waitMs = entryWaitMs(entry, chat.pictureTimeMs());
      if (waitMs === null) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        stage.current?.add({
          text: entry.text,
          colour: entry.colour ?? '#ffffff',
          lane: entry.lane ?? 'scroll',
          isMine: entry.sender.id === chat.state.you?.id,
        });
      }, waitMs);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [chat, relay]);

  return (
    <div ref={element} class="danmaku-stage" data-testid="danmaku" aria-hidden="true" hidden={overlay?.on !== true} />
  );
}

/** Pure: how long a danmaku waits for its picture; null when it is none, or its picture is long gone. */
export function entryWaitMs(entry: ChatEntry, pictureTimeMs: number | undefined): number | null {
  if (entry.type !== 'danmaku' || entry.atMs - entry.streamTimeMs > MAX_AGE_MS) return null;
  if (pictureTimeMs === undefined) return 0;
  return Math.min(MAX_WAIT_MS, Math.max(0, entry.streamTimeMs - pictureTimeMs));
}

/** Tells when the picture stands still, for whatever reason. */
function usePausedWith(
  video: RefObject<HTMLVideoElement | null>,
  live: boolean,
  tell: (paused: boolean) => void,
): void {
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    const target = video.current;
    const update = () => latest.current(!live || target?.paused === true);
    update();
    if (target === null) return;
    target.addEventListener('pause', update);
    target.addEventListener('play', update);
    return () => {
      target.removeEventListener('pause', update);
      target.removeEventListener('play', update);
    };
  }, [live]);
}
