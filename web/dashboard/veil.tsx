/** What lies over a picture that is not live: a sentence, when the next try is, and what can be done. */
import { useI18n, useNow } from '../context.ts';
import { PlayIcon, WarningIcon } from './icons.tsx';
import type { TileStatus } from './tile-status.ts';

interface VeilProps {
  readonly status: TileStatus;
  readonly blocked: boolean;
  readonly onRetry: () => void;
  readonly onPlay: () => void;
}

export function Veil({ status, blocked, onRetry, onPlay }: VeilProps) {
  const { t, countdown } = useI18n();
  const nowMs = useNow(status.retryAtMs !== null);
  if (blocked && status.state !== 'waiting' && status.state !== 'offline') {
    return (
      <div class="veil">
        <button type="button" class="play" onClick={onPlay} aria-label={t.clickToPlay} data-testid="play">
          <PlayIcon />
        </button>
      </div>
    );
  }
  if (status.state === 'live' || status.state === 'idle') return null;
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
