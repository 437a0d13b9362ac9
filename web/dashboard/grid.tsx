/** The tiles: in a grid that fills the window, or one of them opened. Every camera has one tile, whichever it is. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import type { Columns } from '../preferences.ts';
import { type GridLayout, gridLayout } from './grid-layout.ts';
import { Tile } from './tile.tsx';

interface GridProps {
  readonly cameras: readonly CameraInfo[];
  /** Ids that the filter lets through. */
  readonly shown: ReadonlySet<string>;
  readonly openId: string | null;
  readonly audibleId: string | null;
  readonly linkUp: boolean;
  readonly columns: Columns;
  readonly onOpen: (id: string) => void;
  readonly onAudible: (id: string, audible: boolean) => void;
  readonly onLayout: (layout: GridLayout) => void;
}

export function Grid(props: GridProps) {
  const { t } = useI18n();
  const { cameras, shown, openId } = props;
  const room = useRef<HTMLDivElement>(null);
  const size = useSize(room);
  const gapPx = gapFor(size.widthPx, shown.size);
  const layout = gridLayout({ count: shown.size, ...size, gapPx, columns: props.columns });
  props.onLayout(layout);
  const unknown = openId !== null && !cameras.some(({ id }) => id === openId);
  const grid = {
    gridTemplateColumns: `repeat(${layout.columns}, ${layout.tileWidthPx}px)`,
    gap: `${gapPx}px`,
  };
  return (
    <div class={openId === null ? 'room' : 'room is-single'} ref={room}>
      <ul
        class={openId === null ? 'grid' : 'single'}
        data-testid={openId === null ? 'grid' : 'single'}
        data-scrolls={layout.scrolls}
        style={openId === null ? grid : { gridTemplateColumns: '', gap: '' }}
      >
        {cameras.map((camera) => (
          <Tile
            key={camera.id}
            id={camera.id}
            title={camera.title}
            camera={camera}
            linkUp={props.linkUp}
            open={camera.id === openId}
            hidden={openId === null ? !shown.has(camera.id) : camera.id !== openId}
            audible={camera.id === props.audibleId}
            onOpen={props.onOpen}
            onAudible={props.onAudible}
          />
        ))}
      </ul>
      {unknown && (
        <p class="notice-page" role="alert" data-testid="no-such-camera">
          {t.noSuchCamera}
        </p>
      )}
    </div>
  );
}

function gapFor(widthPx: number, count: number): number {
  if (widthPx < 600) return 8;
  return count > 16 ? 4 : 8;
}

/** The inner size of an element, followed. */
function useSize(element: { readonly current: HTMLElement | null }): { widthPx: number; heightPx: number } {
  const [size, setSize] = useState({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return;
    const measure = () => {
      const style = getComputedStyle(target);
      const widthPx = target.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
      const heightPx =
        target.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom);
      setSize((old) => (old.widthPx === widthPx && old.heightPx === heightPx ? old : { widthPx, heightPx }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return size;
}
