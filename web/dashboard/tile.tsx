/**
 * One camera on the dashboard: picture, state, numbers, controls. The same tile is a place in the grid and, opened,
 * the whole view, so opening a camera never interrupts it.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useI18n, useLink } from '../context.ts';
import { usePickedEngine } from '../player/use-picked-engine.ts';
import { usePlayer } from '../player/use-player.ts';
import { CameraPicture } from './camera-picture.tsx';
import { Controls } from './controls.tsx';
import { lazy } from './lazy.ts';
import { memo } from './memo.ts';
import { Numbers } from './numbers.ts';
import { ChatPanel, DanmakuOverlay } from './tile-chat.ts';
import { tileStatus } from './tile-status.ts';
import { usePoster } from './use-poster.ts';

export interface TileProps {
  readonly id: string;
  readonly title: string;
  /** Null for an address that names no camera. */
  readonly camera: CameraInfo | null;
  readonly linkUp: boolean;
  readonly open: boolean;
  readonly hidden: boolean;
  readonly audible: boolean;
  readonly onOpen: (id: string) => void;
  readonly onAudible: (id: string, audible: boolean) => void;
}

const Details = lazy(async () => (await import('./details.tsx')).Details);

/** A tile that left the screen keeps playing this long, for those who scroll back. */
const LINGER_MS = 4000;

export const Tile = memo(function Tile(props: TileProps) {
  const { id, title, camera, linkUp, open, audible, onOpen, onAudible } = props;
  const i18n = useI18n();
  const link = useLink();
  const element = useRef<HTMLLIElement>(null);
  const numbers = useRef<Numbers>(new Numbers());
  numbers.current.i18n = i18n;
  const wanted = useOnScreen(element, props.hidden);
  const known = linkUp ? camera : null;
  const played = usePlayer({
    cameraId: id,
    camera: known,
    wanted,
    picked: usePickedEngine(),
    alone: open,
    muted: !audible,
    onStats: (stats) => numbers.current.show(stats),
  });
  const { video, view } = played;

  useEffect(() => {
    if (element.current !== null) numbers.current.attach(element.current);
  }, []);
  useEffect(() => numbers.current.refresh(), [i18n]);
  // Scripts and browser menus can turn sound on as well.
  useEffect(() => {
    if (view.muted === audible) onAudible(id, !view.muted);
  }, [view.muted]);

  const nowMs = Date.now();
  const clockOffsetMs = (link.serverNowMs() ?? nowMs) - nowMs;
  const status = tileStatus({ view, camera: known, clockOffsetMs, nowMs }, i18n.t);
  const word = i18n.t.state[status.state];
  const poster = usePoster(id, known, status.state === 'live');
  const toggleSound = useCallback(() => onAudible(id, !audible), [id, audible]);
  const titleId = `title-${id}`;

  return (
    <li
      ref={element}
      class={open ? 'tile is-open' : 'tile'}
      data-camera={id}
      data-state={status.state}
      data-testid="tile"
      hidden={props.hidden}
    >
      <div class="frame">
        <CameraPicture {...played} cameraId={id} status={status} labelledBy={titleId} poster={poster} />
        {!open && (
          <a
            class="open"
            href={`#/camera/${encodeURIComponent(id)}`}
            data-testid="open"
            onClick={(event) => {
              if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              onOpen(id);
            }}
          >
            <span class="off-screen">{i18n.t.open(title, status.sentence ?? word)}</span>
          </a>
        )}
        {open && <DanmakuOverlay room={id} tile={element} video={video} live={status.state === 'live'} />}
        <Controls
          cameraId={id}
          title={title}
          open={open}
          hasAudio={(camera?.audio ?? null) !== null || audible}
          audible={audible}
          live={status.state === 'live'}
          onSound={toggleSound}
          video={video}
          tile={element}
        />
        {view.soundLost && <p class="toast">{i18n.t.soundLost}</p>}
      </div>
      <div class="caption">
        <span class="caption-title" id={titleId} title={title}>
          {title}
        </span>
        <span class="caption-meta" data-part="meta" />
        <span class="caption-state">
          <span class="dot" />
          <span class="caption-word" data-testid="state">
            {word}
          </span>
          <span class="caption-delay" data-part="delay" data-testid="delay" title={i18n.t.aboutDelay} />
        </span>
      </div>
      {open && <Details camera={camera} state={status.state} view={view} onShown={() => numbers.current.refresh()} />}
      {open && <ChatPanel room={id} />}
    </li>
  );
});

/** True while the element is on the screen or was a moment ago. */
function useOnScreen(element: { readonly current: HTMLElement | null }, hidden: boolean): boolean {
  const [onScreen, setOnScreen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const observer = new IntersectionObserver(
      (entries) => {
        const seen = entries[entries.length - 1]?.isIntersecting === true;
        if (timer !== null) clearTimeout(timer);
        timer = null;
        if (seen) setOnScreen(true);
        else timer = setTimeout(() => setOnScreen(false), LINGER_MS);
      },
      { rootMargin: '120px' },
    );
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      if (timer !== null) clearTimeout(timer);
    };
  }, [hidden]);
  return onScreen;
}
