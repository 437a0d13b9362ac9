/** What lies over a picture that is not live: a sentence, when the next try is, and what can be done. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useI18n, useNow } from '../context.ts';
import { PlayIcon, WarningIcon } from './icons.tsx';
import type { TileStatus } from './tile-status.ts';

interface VeilProps {
  readonly status: TileStatus;
  readonly blocked: boolean;
  /** Something is to be seen below: the last picture, or a poster. */
  readonly overPicture: boolean;
  readonly onRetry: () => void;
  readonly onPlay: () => void;
}

/**
 * A start is spoken of only when it lasts: most are over before, and would flash; and while a sign turns the browser
 * paints the page time and again, which holds the first picture up.
 */
const QUIET_START_MS = 300;
/** Turning sound on, or a short gap. */
const QUIET_OVER_PICTURE_MS = 700;

export function Veil({ status, blocked, overPicture, onRetry, onPlay }: VeilProps) {
  const { t, countdown } = useI18n();
  const nowMs = useNow(status.retryAtMs !== null);
  const isQuiet = useQuietStart(status, overPicture ? QUIET_OVER_PICTURE_MS : QUIET_START_MS);
  if (blocked && status.state !== 'waiting' && status.state !== 'offline') {
    return (
      <div class="veil">
        <button type="button" class="play" onClick={onPlay} aria-label={t.clickToPlay} data-testid="play">
          <PlayIcon />
        </button>
      </div>
    );
  }
  if (status.state === 'live' || status.state === 'idle' || isQuiet) return null;
  const dueMs = status.retryAtMs === null ? null : status.retryAtMs - nowMs;
  return (
    <div class="veil">
      <span class="veil-sign">{status.state === 'starting' ? <span class="spinner" /> : <WarningIcon />}</span>
      <p class="veil-sentence" data-testid="reason">
        {status.sentence}
      </p>
      {status.advice !== null && (
        <p class="veil-advice" data-testid="advice">
          {status.advice}
        </p>
      )}
      {status.state !== 'starting' && (dueMs !== null || status.canRetry) && (
        <p class="veil-next">
          {dueMs !== null && <span>{dueMs > 0 ? t.nextTryIn(countdown(dueMs)) : t.tryingNow}</span>}
          {status.canRetry && (
            <button type="button" class="link" onClick={onRetry}>
              {t.tryNow}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

/** True for the first `quietMs` of a start, unless something was said right before it. */
function useQuietStart({ state }: TileStatus, quietMs: number): boolean {
  const isStarting = state === 'starting';
  const [outlasted, setOutlasted] = useState(false);
  const spoke = useRef(false);
  useEffect(() => {
    if (!isStarting) return;
    const timer = setTimeout(() => setOutlasted(true), quietMs);
    return () => {
      clearTimeout(timer);
      setOutlasted(false);
    };
  }, [isStarting, quietMs]);
  const isQuiet = isStarting && !outlasted && !spoke.current;
  spoke.current = state === 'waiting' || state === 'offline' || (isStarting && !isQuiet);
  return isQuiet;
}
