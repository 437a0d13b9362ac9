/**
 * The player of recorded video: picture, and the controls under it. What is played and what lies on the picture is the
 * pages' to say; a page may bring a bar of its own in place of the seek bar.
 */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { PlayIcon } from '../dashboard/icons.tsx';
import { toggleFullscreen, togglePictureInPicture } from '../dashboard/tile-actions.ts';
import { FrameStep } from './frame-step.ts';
import { BackTenIcon, ForwardTenIcon, FrameBackIcon, FrameForwardIcon, PauseIcon } from './icons.tsx';
import { PlayerButton, ScreenButtons, Volume } from './player-buttons.tsx';
import { usePlayerKeys } from './player-keys.ts';
import { SeekBar } from './seek-bar.tsx';
import { useVideosTexts } from './texts.ts';
import { useMedia } from './use-media.ts';

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
