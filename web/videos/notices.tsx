/** What stands where a list or a picture would, when there is none. */
import type { ComponentChildren } from 'preact';
import { WarningIcon } from '../dashboard/icons.tsx';
import { errorText } from './api.ts';
import { useVideosTexts } from './texts.ts';

export function Loading() {
  const { t } = useVideosTexts();
  return (
    <div class="vnotice" role="status">
      <span class="spinner" />
      <p>{t.loading}</p>
    </div>
  );
}

export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useVideosTexts();
  return (
    <div class="vnotice is-failure" role="alert" data-testid="videos-error">
      <WarningIcon />
      <p>{errorText(error, t)}</p>
      {onRetry !== undefined && (
        <button type="button" class="button is-framed" onClick={onRetry}>
          {t.tryAgain}
        </button>
      )}
    </div>
  );
}

/** On the picture of a player. */
export function OnPicture({
  children,
  grave = false,
}: {
  readonly children: ComponentChildren;
  readonly grave?: boolean;
}) {
  return (
    <div class="vplayer-notice" role={grave ? 'alert' : 'status'} data-testid="player-notice">
      {children}
    </div>
  );
}
