/** The bar of a day: what is recorded, where we are, the period to be exported. A slider to those who do not see it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TimeSpan } from './api.ts';
import { useVideosTexts } from './texts.ts';
import { momentAt, panned, shareOf, ticksOf, zoomed } from './timeline-scale.ts';
import { clockOf } from './zone-time.ts';

export interface TimelineProps {
  readonly day: TimeSpan;
  /** What is shown of it. */
  readonly view: TimeSpan;
  readonly timeZone: string;
  readonly periods: readonly TimeSpan[];
  /** The moment on the picture; null while there is none. */
  readonly atMs: number | null;
  readonly marks: TimeSpan | null;
  readonly onView: (view: TimeSpan) => void;
  readonly onSeek: (atMs: number) => void;
}

const LABEL_PX = 64;
/** A finger that moved less meant to press. */
const PRESS_PX = 6;
const ZOOM = 1.6;
const KEY_STEPS_MS: Readonly<Record<string, number>> = {
  ArrowLeft: -10_000,
  ArrowDown: -10_000,
  ArrowRight: 10_000,
  ArrowUp: 10_000,
  PageDown: -600_000,
  PageUp: 600_000,
};
const SHIFT_FACTOR = 6;

export function Timeline(props: TimelineProps) {
  const { t } = useVideosTexts();
  const { day, view, timeZone, periods, atMs, marks } = props;
  const bar = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(600);
  const [pointerMs, setPointerMs] = useState<number | null>(null);
  const drag = useRef<{ readonly x: number; readonly view: TimeSpan; moved: boolean } | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const element = bar.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const momentOf = (clientX: number): number => {
    const { left, width } = bar.current!.getBoundingClientRect();
    return momentAt((clientX - left) / Math.max(1, width), latest.current.view);
  };
  useEffect(() => {
    const element = bar.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      const now = latest.current;
      // Sideways it moves; up and down it zooms around the pointer.
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        now.onView(panned(now.view, event.deltaX / Math.max(1, element.clientWidth), now.day));
      } else {
        now.onView(zoomed(now.view, event.deltaY < 0 ? 1 / ZOOM : ZOOM, momentOf(event.clientX), now.day));
      }
    };
    // Preact's listeners are passive where the browser's are.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const fromMs = atMs ?? view.fromMs;
    const stepMs = KEY_STEPS_MS[event.key];
    if (stepMs !== undefined) {
      const factor = event.shiftKey && event.key.startsWith('Arrow') ? SHIFT_FACTOR : 1;
      props.onSeek(Math.min(day.toMs - 1, Math.max(day.fromMs, fromMs + stepMs * factor)));
    } else if (event.key === 'Home' && periods[0] !== undefined) props.onSeek(periods[0].fromMs);
    else if (event.key === 'End' && periods.length > 0) props.onSeek(periods.at(-1)!.fromMs);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const place = (span: TimeSpan) => ({
    left: `${shareOf(span.fromMs, view) * 100}%`,
    width: `${(shareOf(span.toMs, view) - shareOf(span.fromMs, view)) * 100}%`,
  });
  const isShown = (span: TimeSpan) => span.toMs > view.fromMs && span.fromMs < view.toMs;
  const isAt = atMs !== null && atMs >= view.fromMs && atMs <= view.toMs;
  const ticks = ticksOf(view, day, widthPx, LABEL_PX);
  const seconds = view.toMs - view.fromMs < 12 * 60_000;
  return (
    <div
      ref={bar}
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={t.timeline}
      aria-description={t.timelineHelp}
      aria-valuemin={0}
      aria-valuemax={Math.round((day.toMs - day.fromMs) / 1000)}
      aria-valuenow={atMs === null ? 0 : Math.round((atMs - day.fromMs) / 1000)}
      aria-valuetext={atMs === null ? t.pickTime : clockOf(atMs, timeZone)}
      data-own-arrows
      data-testid="timeline"
      data-at-ms={atMs === null ? undefined : Math.round(atMs)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, view, moved: false };
      }}
      onPointerMove={(event) => {
        setPointerMs(event.pointerType === 'mouse' ? momentOf(event.clientX) : null);
        const from = drag.current;
        if (from === null) return;
        const movedPx = event.clientX - from.x;
        if (Math.abs(movedPx) > PRESS_PX) from.moved = true;
        if (from.moved) props.onView(panned(from.view, -movedPx / Math.max(1, widthPx), day));
      }}
      onPointerUp={(event) => {
        const moved = drag.current?.moved ?? true;
        drag.current = null;
        if (!moved) props.onSeek(momentOf(event.clientX));
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onPointerLeave={() => setPointerMs(null)}
    >
      <div class="timeline-track">
        {periods.filter(isShown).map((period) => (
          <span key={period.fromMs} class="timeline-period" style={place(period)} data-testid="period" />
        ))}
        {marks !== null && isShown(marks) && <span class="timeline-marks" style={place(marks)} />}
      </div>
      <div class="timeline-ticks" aria-hidden="true">
        {ticks.map((ms) => (
          <span key={ms} style={{ left: `${shareOf(ms, view) * 100}%` }}>
            {ms === day.toMs ? '24:00' : clockOf(ms, timeZone).slice(0, seconds ? 8 : 5)}
          </span>
        ))}
      </div>
      {pointerMs !== null && (
        <span class="timeline-pointer" style={{ left: `${shareOf(pointerMs, view) * 100}%` }} aria-hidden="true">
          <span>{clockOf(pointerMs, timeZone)}</span>
        </span>
      )}
      {isAt && <span class="timeline-head" style={{ left: `${shareOf(atMs, view) * 100}%` }} />}
    </div>
  );
}
