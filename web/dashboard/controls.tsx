/** The buttons on a picture. In the grid they are for the mouse only; keys do the same on the focused tile. */
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { copyText } from '../clipboard.ts';
import { useI18n } from '../context.ts';
import { CameraIcon, CodeIcon, FullscreenIcon, MutedIcon, PictureInPictureIcon, SoundIcon } from './icons.tsx';
import { lazy } from './lazy.ts';
import {
  canFullscreen,
  canPictureInPicture,
  embedCode,
  saveSnapshot,
  toggleFullscreen,
  togglePictureInPicture,
} from './tile-actions.ts';
import { ChatButton } from './tile-chat.ts';

const RecordButton = lazy(async () => (await import('../videos/record-button.tsx')).RecordButton);

interface ControlsProps {
  readonly cameraId: string;
  readonly title: string;
  readonly open: boolean;
  readonly hasAudio: boolean;
  readonly audible: boolean;
  readonly live: boolean;
  readonly onSound: () => void;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly tile: RefObject<HTMLElement | null>;
}

export function Controls(props: ControlsProps) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const { cameraId, open, audible } = props;
  const tabIndex = open ? 0 : -1;
  const withVideo = (act: (video: HTMLVideoElement) => unknown) => () =>
    props.video.current && act(props.video.current);
  const copyEmbed = async () => {
    setCopied(await copyText(embedCode(cameraId, props.title)));
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="controls">
      {open && <RecordButton cameraId={cameraId} />}
      {open && <ChatButton room={cameraId} />}
      {props.hasAudio && (
        <button
          type="button"
          class={audible ? 'control is-on' : 'control'}
          tabIndex={tabIndex}
          aria-pressed={audible}
          aria-label={audible ? t.mute : t.unmute}
          title={`${audible ? t.mute : t.unmute} (M)`}
          data-testid="sound"
          onClick={props.onSound}
        >
          {audible ? <SoundIcon /> : <MutedIcon />}
        </button>
      )}
      {open && (
        <button
          type="button"
          class="control"
          tabIndex={tabIndex}
          aria-label={copied ? t.copied : t.copyEmbed}
          title={copied ? t.copied : t.copyEmbed}
          onClick={copyEmbed}
        >
          <CodeIcon />
          {copied && <span class="control-note">{t.copied}</span>}
        </button>
      )}
      {props.live && (
        <button
          type="button"
          class="control"
          tabIndex={tabIndex}
          aria-label={t.snapshot}
          title={`${t.snapshot} (S)`}
          data-testid="snapshot"
          onClick={withVideo((video) => saveSnapshot(video, cameraId))}
        >
          <CameraIcon />
        </button>
      )}
      {props.live && canPictureInPicture() && (
        <button
          type="button"
          class="control"
          tabIndex={tabIndex}
          aria-label={t.pictureInPicture}
          title={`${t.pictureInPicture} (P)`}
          onClick={withVideo(togglePictureInPicture)}
        >
          <PictureInPictureIcon />
        </button>
      )}
      {canFullscreen() && (
        <button
          type="button"
          class="control"
          tabIndex={tabIndex}
          aria-label={t.fullscreen}
          title={`${t.fullscreen} (F)`}
          data-testid="fullscreen"
          onClick={() => props.tile.current && toggleFullscreen(props.tile.current)}
        >
          <FullscreenIcon />
        </button>
      )}
    </div>
  );
}
