/** The dashboard's keys. They act on the opened camera, or on the focused tile of the grid. */
import { useEffect, useRef } from 'preact/hooks';
import type { Arrow } from './grid-layout.ts';
import { saveSnapshot, toggleFullscreen, togglePictureInPicture } from './tile-actions.ts';

export interface KeyActions {
  /** Id of the opened camera; null in the grid. */
  readonly openId: string | null;
  /** The videos are shown: their players have keys of their own. */
  readonly inVideos: boolean;
  readonly onBack: () => void;
  readonly onArrow: (arrow: Arrow) => void;
  readonly onSound: (id: string) => void;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
  readonly onWall: () => void;
}

const ARROWS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);

export function useKeyboard(actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event, latest.current);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

function onKey(event: KeyboardEvent, actions: KeyActions): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (document.querySelector('dialog[open]') !== null) return;
  if (target?.matches('input, select, textarea') === true) {
    if (event.key === 'Escape') target.blur();
    return;
  }
  if (actions.inVideos) {
    if (event.key !== 'Escape' || document.fullscreenElement !== null) return;
    event.preventDefault();
    actions.onBack();
    return;
  }
  if (ARROWS.has(event.key)) {
    // A scrolling snippet keeps its arrows.
    if (target?.matches('pre') === true) return;
    event.preventDefault();
    actions.onArrow(event.key as Arrow);
    return;
  }
  const tile = tileOf(target, actions.openId);
  const act = keyAction(event.key, tile, actions);
  if (act === null) return;
  event.preventDefault();
  act();
}

/** What a key does now; null when it is not ours. */
function keyAction(key: string, tile: HTMLElement | null, actions: KeyActions): (() => unknown) | null {
  const video = tile?.querySelector('video') ?? null;
  const id = tile?.dataset.camera ?? null;
  switch (key.toLowerCase()) {
    case 'escape':
      // Full screen takes Escape for itself before it comes here.
      return actions.openId === null ? null : actions.onBack;
    case 'f':
      return tile === null ? actions.onWall : () => toggleFullscreen(tile);
    case 'm':
      return id === null ? null : () => actions.onSound(id);
    case 's':
      return video === null || id === null ? null : () => saveSnapshot(video, id);
    case 'p':
      return video === null ? null : () => togglePictureInPicture(video);
    case '/':
      return actions.onSearch;
    case '?':
      return actions.onHelp;
    default:
      return null;
  }
}

function tileOf(target: HTMLElement | null, openId: string | null): HTMLElement | null {
  if (openId !== null) return document.querySelector<HTMLElement>('.tile.is-open');
  return target?.closest<HTMLElement>('.tile') ?? null;
}
