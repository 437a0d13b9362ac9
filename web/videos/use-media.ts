/** What a `<video>` is doing, as state of a component. */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface MediaState {
  readonly paused: boolean;
  /** Wants to play and has no picture. */
  readonly waiting: boolean;
  readonly atMs: number;
  /** 0 while unknown. */
  readonly durationMs: number;
  /** End of what has been loaded around the place shown. */
  readonly loadedToMs: number;
  readonly volume: number;
  readonly muted: boolean;
  readonly rate: number;
  /** There is a picture. */
  readonly ready: boolean;
}

const NOTHING: MediaState = {
  paused: true,
  waiting: false,
  atMs: 0,
  durationMs: 0,
  loadedToMs: 0,
  volume: 1,
  muted: false,
  rate: 1,
  ready: false,
};

const EVENTS = [
  'play',
  'pause',
  'playing',
  'waiting',
  'timeupdate',
  'seeking',
  'seeked',
  'durationchange',
  'progress',
  'volumechange',
  'ratechange',
  'loadeddata',
  'emptied',
  'canplay',
  'ended',
] as const;

function read(video: HTMLVideoElement): MediaState {
  const { buffered, currentTime } = video;
  let loadedToS = currentTime;
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1) loadedToS = Math.max(loadedToS, buffered.end(index));
  }
  return {
    paused: video.paused,
    waiting: video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && (!video.paused || video.seeking) && !video.ended,
    atMs: currentTime * 1000,
    durationMs: Number.isFinite(video.duration) ? video.duration * 1000 : 0,
    loadedToMs: loadedToS * 1000,
    volume: video.volume,
    muted: video.muted,
    rate: video.playbackRate,
    ready: video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA,
  };
}

export function useMedia(ref: RefObject<HTMLVideoElement | null>): MediaState {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    const update = () => setState(read(video));
    update();
    for (const event of EVENTS) video.addEventListener(event, update);
    return () => {
      for (const event of EVENTS) video.removeEventListener(event, update);
    };
  }, [ref]);
  return state;
}
