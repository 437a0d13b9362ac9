/** The parts of a player that outlive its engines, made and ended together. Each is told about in its own file. */
import { LiveEdge } from './live-edge.ts';
import { PictureWatch } from './picture-watch.ts';
import type { PlayerOptions } from './player-view.ts';
import { Readings } from './readings.ts';
import { Sound } from './sound.ts';

export interface PlayerParts {
  readonly video: HTMLVideoElement;
  readonly pictures: PictureWatch;
  readonly edge: LiveEdge;
  readonly sound: Sound;
  readonly readings: Readings;
  close(): void;
}

export interface PartsEvents {
  /** A picture came on the screen; `first` since an engine began to fill the element. */
  onPicture(first: boolean): void;
  /** Muted or unmuted, by the viewer, a script or the browser. */
  onSound(): void;
  /** Paused by somebody else than the page. */
  onPause(): void;
  /** The browser gave up on what it was given. */
  onMediaError(error: MediaError): void;
}

export function makeParts(
  { video, serverNowMs, onStats }: Pick<PlayerOptions, 'video' | 'serverNowMs' | 'onStats'>,
  events: PartsEvents,
): PlayerParts {
  video.playsInline = true;
  // Without this ManagedMediaSource does not open.
  video.disableRemotePlayback = true;
  video.dataset.engineStarts = '0';
  const listening = new AbortController();
  video.addEventListener('pause', () => events.onPause(), listening);
  video.addEventListener('error', () => video.error !== null && events.onMediaError(video.error), listening);
  const pictures = new PictureWatch(video, events.onPicture);
  const edge = new LiveEdge(video, pictures);
  const sound = new Sound(video, events.onSound);
  const close = () => {
    listening.abort();
    pictures.close();
    edge.close();
    sound.close();
  };
  return { video, pictures, edge, sound, readings: new Readings(video, pictures, serverNowMs, onStats), close };
}
