/** What stands on the picture of a recorded day while none plays: where to go on, why it stopped, that there is none. */
import { errorText } from './api.ts';
import { OnPicture } from './notices.tsx';
import type { PlaybackState } from './recording-playback.ts';
import { useVideosTexts } from './texts.ts';

interface DayNoticeProps {
  readonly state: PlaybackState;
  /** Where the viewer was last time, until that is answered; null when there is nothing to ask. */
  readonly goOnMs: number | null;
  /** The moment on the picture. */
  readonly atMs: number | null;
  /** The day is known to hold nothing. */
  readonly nothing: boolean;
  readonly camera: string;
  readonly timeZone: string;
  readonly onPlay: (ms: number) => void;
  readonly onFromStart: () => void;
  readonly onRetry: (ms: number) => void;
}

export function DayNotice(props: DayNoticeProps) {
  const { state, goOnMs, atMs, nothing, camera, timeZone, onPlay, onFromStart, onRetry } = props;
  const { t, formats } = useVideosTexts();
  if (goOnMs !== null && state.phase === 'ready') {
    return (
      <OnPicture>
        <p>{t.goOnTitle(formats.dateTime(goOnMs, timeZone))}</p>
        <div class="vplayer-answers">
          <button type="button" class="button is-main" data-testid="go-on" onClick={() => onPlay(goOnMs)}>
            {t.goOn}
          </button>
          <button type="button" class="button is-framed" onClick={onFromStart}>
            {t.fromStart}
          </button>
        </div>
      </OnPicture>
    );
  }
  if (state.phase === 'failed') {
    return (
      <OnPicture grave>
        <p>{state.error === 'media' ? t.mediaError : errorText(state.error, t)}</p>
        {atMs !== null && (
          <button type="button" class="button is-framed" onClick={() => onRetry(atMs)}>
            {t.tryAgain}
          </button>
        )}
      </OnPicture>
    );
  }
  if (state.phase === 'ended') {
    return (
      <OnPicture>
        <p>{t.endOfRecordings}</p>
        <a class="button is-framed" href={`#/camera/${encodeURIComponent(camera)}`}>
          {t.live}
        </a>
      </OnPicture>
    );
  }
  return nothing && state.phase === 'idle' ? (
    <OnPicture>
      <p>{t.nothingThatDay}</p>
    </OnPicture>
  ) : null;
}
