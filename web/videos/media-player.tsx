/**
 * The player of recorded video: picture, and the controls under it. What is played and what lies on the picture is the
 * pages' to say; a page may bring a bar of its own in place of the seek bar.
 */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useI18n } from '../context.ts';
import { FullscreenIcon, MutedIcon, PictureInPictureIcon, PlayIcon, SoundIcon } from '../dashboard/icons.tsx';
import {
  canFullscreen,
  canPictureInPicture,
  toggleFullscreen,
  togglePictureInPicture,
} from '../dashboard/tile-actions.ts';
import { FrameStep } from './frame-step.ts';
import { BackTenIcon, ForwardTenIcon, FrameBackIcon, FrameForwardIcon, PauseIcon } from './icons.tsx';
import { usePlayerKeys } from './player-keys.ts';
import { useVideosTexts } from './texts.ts';
import { type MediaState, useMedia } from './use-media.ts';

const RATES = [0.25, 0.5, 1, 1.5, 2, 4, 8] as const;

export interface MediaPlayerProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly label: string;
  /** Frames per second; null when unknown. */
  readonly fps: number | null;
  /** There is something to play, or will be. */
  readonly enabled: boolean;
  /** Moves by so much of what was recorded. */
  readonly onSeekBy: (ms: number) => void;
  /** Instead of the seek bar, and of the position beside the buttons. */
  readonly timeline?: ComponentChildren;
  readonly clock?: string;
  /** Further buttons. */
  readonly actions?: ComponentChildren;
  /** On the picture. */
  readonly children?: ComponentChildren;
  /** Something on the picture asks for an answer: no play button there. */
  readonly asking: boolean;
}

export function MediaPlayer(props: MediaPlayerProps) {
  const { t, formats } = useVideosTexts();
  const { video, enabled } = props;
  const media = useMedia(video);
  const stage = useRef<HTMLDivElement>(null);
  const step = useRef<FrameStep | null>(null);
  useEffect(() => {
    if (video.current === null) return;
    step.current = new FrameStep(video.current, props.fps);
    return () => step.current?.close();
  }, [props.fps]);

  const withVideo = (act: (element: HTMLVideoElement) => unknown) => () => {
    if (enabled && video.current !== null) act(video.current);
  };
  const onToggle = withVideo((element) => {
    if (element.paused) element.play().catch(() => {});
    else element.pause();
  });
  const setRate = (rate: number) =>
    withVideo((element) => {
      // A new source begins with the default.
      element.defaultPlaybackRate = rate;
      element.playbackRate = rate;
    })();
  const onFullscreen = () => stage.current !== null && void toggleFullscreen(stage.current);
  const onMute = withVideo((element) => {
    element.muted = !element.muted;
  });
  usePlayerKeys({
    onToggle,
    onSeekBy: (ms) => enabled && props.onSeekBy(ms),
    onFrame: (direction) => enabled && step.current?.step(direction),
    onRate: (direction) => {
      const at = RATES.findIndex((rate) => rate >= media.rate);
      const next = RATES[at + direction];
      if (next !== undefined) setRate(next);
    },
    onVolume: (change) =>
      withVideo((element) => {
        element.volume = Math.min(1, Math.max(0, element.volume + change));
        element.muted = false;
      })(),
    onMute,
    onFullscreen,
    onPictureInPicture: withVideo((element) => void togglePictureInPicture(element)),
  });

  const seekTo = (ms: number) =>
    withVideo((element) => {
      element.currentTime = ms / 1000;
    })();
  const frameButton = (direction: 1 | -1) => () => enabled && step.current?.step(direction);
  const showBigPlay = enabled && !props.asking && media.ready && media.paused;
  return (
    <div class="vplayer" ref={stage} data-testid="media-player">
      <div class="vplayer-picture">
        {/* biome-ignore lint/a11y/useMediaCaption: recordings of cameras have no captions */}
        <video
          ref={video}
          class="picture"
          aria-label={props.label}
          data-testid="recorded-video"
          playsInline
          tabIndex={-1}
          onClick={onToggle}
        />
        {props.children}
        {showBigPlay && (
          <button type="button" class="play vplayer-play" onClick={onToggle} aria-label={t.play} tabIndex={-1}>
            <PlayIcon />
          </button>
        )}
        <Waiting waiting={enabled && !props.asking && media.waiting} label={t.loading} />
      </div>
      <div class="vplayer-controls">
        {props.timeline ?? <SeekBar media={media} enabled={enabled} onSeek={seekTo} onSeekBy={props.onSeekBy} />}
        <div class="vplayer-buttons">
          <PlayerButton
            label={media.paused ? t.play : t.pause}
            shortcut="K"
            enabled={enabled}
            onClick={onToggle}
            testId="play"
          >
            {media.paused ? <PlayIcon /> : <PauseIcon />}
          </PlayerButton>
          <PlayerButton label={t.back10} shortcut="J" enabled={enabled} onClick={() => props.onSeekBy(-10_000)}>
            <BackTenIcon />
          </PlayerButton>
          <PlayerButton label={t.forward10} shortcut="L" enabled={enabled} onClick={() => props.onSeekBy(10_000)}>
            <ForwardTenIcon />
          </PlayerButton>
          <PlayerButton label={t.previousFrame} shortcut="," enabled={enabled} onClick={frameButton(-1)}>
            <FrameBackIcon />
          </PlayerButton>
          <PlayerButton label={t.nextFrame} shortcut="." enabled={enabled} onClick={frameButton(1)}>
            <FrameForwardIcon />
          </PlayerButton>
          <span class="vplayer-position" data-testid="position" data-at-ms={Math.round(media.atMs)}>
            {props.clock ??
              `${media.paused && media.ready ? formats.precise(media.atMs) : formats.position(media.atMs)} / ${formats.position(media.durationMs)}`}
          </span>
          <span class="vplayer-space" />
          <Volume media={media} enabled={enabled} video={video} onMute={onMute} />
          <select
            class="vplayer-rate"
            aria-label={t.speed}
            title={`${t.speed} (< >)`}
            disabled={!enabled}
            value={String(media.rate)}
            data-testid="speed"
            onChange={(event) => setRate(Number(event.currentTarget.value))}
          >
            {RATES.map((rate) => (
              <option key={rate} value={String(rate)}>
                {rate}×
              </option>
            ))}
          </select>
          {props.actions}
          <ScreenButtons enabled={enabled} onFullscreen={onFullscreen} video={video} />
        </div>
      </div>
    </div>
  );
}

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

function ScreenButtons(props: {
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

function Volume(props: {
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

interface SeekBarProps {
  readonly media: MediaState;
  readonly enabled: boolean;
  readonly onSeek: (ms: number) => void;
  readonly onSeekBy: (ms: number) => void;
}

function SeekBar({ media, enabled, onSeek, onSeekBy }: SeekBarProps) {
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

const WAITING_SHOWN_MS = 400;

/** A short wait would only flash. */
function Waiting({ waiting, label }: { readonly waiting: boolean; readonly label: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!waiting) return setShown(false);
    const timer = setTimeout(() => setShown(true), WAITING_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return (
    <span class="vplayer-waiting" role="status">
      {shown && (
        <>
          <span class="spinner" />
          <span class="off-screen">{label}</span>
        </>
      )}
    </span>
  );
}
