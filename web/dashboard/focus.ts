/** Where the keyboard is among the tiles of the dashboard. Which key does what is `keyboard.ts`. */
import { useEffect, useRef } from 'preact/hooks';
import { type Arrow, tileByArrow } from './grid-layout.ts';

/** Moves the keyboard to the next tile in that direction; to the first when it is on none. */
export function focusByArrow(arrow: Arrow, shown: readonly string[], columns: number): void {
  const focused = document.activeElement?.closest<HTMLElement>('.tile')?.dataset.camera;
  const from = focused === undefined ? -1 : shown.indexOf(focused);
  const to = from === -1 ? 0 : tileByArrow(arrow, from, shown.length, columns);
  focusTile(shown[to]);
}

function focusTile(id: string | undefined): void {
  if (id === undefined) return;
  const link = document.querySelector<HTMLElement>(`.tile[data-camera="${CSS.escape(id)}"] .open`);
  link?.focus();
  link?.scrollIntoView({ block: 'nearest' });
}

/** An opened camera begins at the way back; back in the grid, the keyboard is on the camera that was open. */
export function useFocusOnReturn(openId: string | null): void {
  const before = useRef(openId);
  useEffect(() => {
    if (openId === null && before.current !== null) focusTile(before.current);
    if (openId !== null && before.current === null) document.querySelector<HTMLElement>('.back')?.focus();
    before.current = openId;
  }, [openId]);
}
