/** The bar to seek in a file with: what was played, what is loaded, and a slider for the keyboard. */
import { useEffect, useRef } from 'preact/hooks';
import { useVideosTexts } from './texts.ts';
import type { MediaState } from './use-media.ts';

interface SeekBarProps {
  readonly media: MediaState;
  readonly enabled: boolean;
  readonly onSeek: (ms: number) => void;
  readonly onSeekBy: (ms: number) => void;
}

export function SeekBar({ media, enabled, onSeek, onSeekBy }: SeekBarProps) {
  const { t, formats } = useVideosTexts();
  const { atMs, durationMs, loadedToMs } = media;
  const share = (ms: number) => `${durationMs === 0 ? 0 : (Math.min(ms, durationMs) / durationMs) * 100}%`;
  const bar = useRef<HTMLInputElement>(null);
  // Set on the element: CSS asks for it, and the page's policy allows no style attributes.
  useEffect(() => {
    bar.current?.style.setProperty('--played', share(atMs));
    bar.current?.style.setProperty('--loaded', share(loadedToMs));
  }, [atMs, loadedToMs, durationMs]);
  return (
    <input
      ref={bar}
      class="seek-bar"
      type="range"
      min={0}
      max={Math.max(1, Math.round(durationMs))}
      step={1}
      value={Math.round(atMs)}
      disabled={!enabled || durationMs === 0}
      aria-label={t.seek}
      aria-valuetext={t.position(formats.position(atMs), formats.position(durationMs))}
      data-testid="seek"
      onInput={(event) => onSeek(event.currentTarget.valueAsNumber)}
      onKeyDown={(event) => {
        // A step of the input would be a millisecond.
        const steps: Readonly<Record<string, number>> = { PageUp: 60_000, PageDown: -60_000 };
        const byMs = steps[event.key];
        if (byMs !== undefined) onSeekBy(byMs);
        else if (event.key === 'Home') onSeek(0);
        else if (event.key === 'End') onSeek(durationMs);
        else return;
        event.preventDefault();
      }}
    />
  );
}
