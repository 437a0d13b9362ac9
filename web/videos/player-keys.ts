/** The player's keys, for as long as a player is on the page. */
import { useEffect, useRef } from 'preact/hooks';

export interface PlayerActions {
  readonly onToggle: () => void;
  readonly onSeekBy: (ms: number) => void;
  readonly onFrame: (direction: 1 | -1) => void;
  readonly onRate: (direction: 1 | -1) => void;
  readonly onVolume: (change: number) => void;
  readonly onMute: () => void;
  readonly onFullscreen: () => void;
  readonly onPictureInPicture: () => void;
}

const STEP_MS = 5_000;
const BIG_STEP_MS = 10_000;
const VOLUME_STEP = 0.1;

/** Pure: what a key does; null when it is not the player's. */
export function actionOf(key: string, actions: PlayerActions): (() => void) | null {
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case ' ':
    case 'k':
      return actions.onToggle;
    case 'ArrowLeft':
      return () => actions.onSeekBy(-STEP_MS);
    case 'ArrowRight':
      return () => actions.onSeekBy(STEP_MS);
    case 'j':
      return () => actions.onSeekBy(-BIG_STEP_MS);
    case 'l':
      return () => actions.onSeekBy(BIG_STEP_MS);
    case ',':
      return () => actions.onFrame(-1);
    case '.':
      return () => actions.onFrame(1);
    case '<':
      return () => actions.onRate(-1);
    case '>':
      return () => actions.onRate(1);
    case 'ArrowUp':
      return () => actions.onVolume(VOLUME_STEP);
    case 'ArrowDown':
      return () => actions.onVolume(-VOLUME_STEP);
    case 'm':
      return actions.onMute;
    case 'f':
      return actions.onFullscreen;
    case 'p':
      return actions.onPictureInPicture;
    default:
      return null;
  }
}

/** Whether the key belongs to what has the focus: text to a field, a press to a button, scrolling to a list. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('select, textarea, input:not([type="range"])')) return true;
  if (key.startsWith('Arrow')) return target.closest('[data-own-arrows]') !== null;
  return key === ' ' && target.matches('button, a, summary');
}

export function usePlayerKeys(actions: PlayerActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTaken(event.target, event.key) || document.querySelector('dialog[open]') !== null) return;
      const action = actionOf(event.key, latest.current);
      if (action === null) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
