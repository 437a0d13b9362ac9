/** The tiles: in a grid that fills the window, or one of them opened. Every camera has one tile, whichever it is. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import type { Columns } from '../preferences.ts';
import { type GridLayout, wallLayout } from './grid-layout.ts';
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
  const layout = wallLayout({ count: shown.size, ...size, columns: props.columns });
  props.onLayout(layout);
  const unknown = openId !== null && !cameras.some(({ id }) => id === openId);
  const grid = {
    gridTemplateColumns: `repeat(${layout.columns}, ${layout.tileWidthPx}px)`,
    gap: `${layout.gapPx}px`,
  };
  return (
    <div class={openId === null ? 'room' : 'room is-single'} ref={room}>
      <ul
        class={openId !== null ? 'single' : layout.dense ? 'grid is-dense' : 'grid'}
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

interface Size {
  /** A scroll bar's included. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Twice the font size, as `--caption` in the styles. */
  readonly captionPx: number;
  /** Width of the scroll bar that is there now. */
  readonly scrollBarPx: number;
}

const same = (a: Size, b: Size): boolean =>
  a.widthPx === b.widthPx && a.heightPx === b.heightPx && a.scrollBarPx === b.scrollBarPx;

/** The inner size of an element, followed. */
function useSize(element: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ widthPx: 0, heightPx: 0, captionPx: 0, scrollBarPx: 0 });
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return;
    const measure = () => {
      const style = getComputedStyle(target);
      const widthPx = target.offsetWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
      const scrollBarPx = target.offsetWidth - target.clientWidth;
      const heightPx =
        target.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom);
      const captionPx = 2 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const size = { widthPx, heightPx, captionPx, scrollBarPx };
      setSize((old) => (same(old, size) ? old : size));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return size;
}
