/** The keys that a day of recordings has beside the player's own. */
import { useEffect, useRef } from 'preact/hooks';

/** I and O mark a period, + and − zoom, wherever the focus is but in a field. */
export function useMarkKeys(onMark: (which: 'from' | 'to') => void, onZoom: (direction: 1 | -1) => void): void {
  const latest = useRef({ onMark, onZoom });
  latest.current = { onMark, onZoom };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, select, textarea')) return;
      if (event.key === 'i' || event.key === 'o') latest.current.onMark(event.key === 'i' ? 'from' : 'to');
      else if (event.key === '+' || event.key === '=') latest.current.onZoom(1);
      else if (event.key === '-') latest.current.onZoom(-1);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
