/** The buttons under a player's picture: one of them, the sound, and where the picture is shown. */
import type { ComponentChildren, RefObject } from 'preact';
import { useI18n } from '../context.ts';
import { FullscreenIcon, MutedIcon, PictureInPictureIcon, SoundIcon } from '../dashboard/icons.tsx';
import { canFullscreen, canPictureInPicture, togglePictureInPicture } from '../dashboard/tile-actions.ts';
import { useVideosTexts } from './texts.ts';
import type { MediaState } from './use-media.ts';

interface ButtonProps {
  readonly label: string;
  readonly shortcut?: string;
  readonly enabled: boolean;
  readonly onClick: () => unknown;
  readonly testId?: string;
  readonly children: ComponentChildren;
}

export function PlayerButton({ label, shortcut, enabled, onClick, testId, children }: ButtonProps) {
  return (
    <button
      type="button"
      class="button icon-only"
      aria-label={label}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      disabled={!enabled}
      data-testid={testId}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

export function ScreenButtons(props: {
  readonly enabled: boolean;
  readonly onFullscreen: () => unknown;
  readonly video: RefObject<HTMLVideoElement | null>;
}) {
  const { t } = useI18n();
  const onPictureInPicture = () => props.video.current !== null && void togglePictureInPicture(props.video.current);
  return (
    <>
      {canPictureInPicture() && (
        <span class="wide-only">
          <PlayerButton label={t.pictureInPicture} shortcut="P" enabled={props.enabled} onClick={onPictureInPicture}>
            <PictureInPictureIcon />
          </PlayerButton>
        </span>
      )}
      {canFullscreen() && (
        <PlayerButton label={t.fullscreen} shortcut="F" enabled onClick={props.onFullscreen}>
          <FullscreenIcon />
        </PlayerButton>
      )}
    </>
  );
}

export function Volume(props: {
  readonly media: MediaState;
  readonly enabled: boolean;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly onMute: () => void;
}) {
  const { t, formats } = useVideosTexts();
  const { media, enabled } = props;
  const level = media.muted ? 0 : media.volume;
  return (
    <span class="vplayer-volume">
      <PlayerButton label={media.muted ? t.unmute : t.mute} shortcut="M" enabled={enabled} onClick={props.onMute}>
        {level === 0 ? <MutedIcon /> : <SoundIcon />}
      </PlayerButton>
      <input
        class="wide-only"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={level}
        disabled={!enabled}
        aria-label={t.volume}
        aria-valuetext={formats.percent(level)}
        data-own-arrows
        onInput={(event) => {
          const element = props.video.current;
          if (element === null) return;
          element.volume = event.currentTarget.valueAsNumber;
          element.muted = event.currentTarget.valueAsNumber === 0;
        }}
      />
    </span>
  );
}
