/** What travels beside the pictures: arrival marks in FLV, text messages of fragmented MP4 over WebSocket. */

/**
 * The FLV script tag before each keyframe. flv.js hands it to the page as script data under this name. It is one of the
 * names the FLV specification knows, because ffmpeg takes any other for a data track.
 */
export const ARRIVAL_SCRIPT = 'onCuePoint';

/**
 * `timestampMs` is the keyframe's decode time on the wire, `ptsMs` its presentation time, `arrivedAtMs` the relay's wall
 * clock (Unix ms) when the keyframe came out of ffmpeg, `heldMs` how long ffmpeg had had it by then.
 */
export interface ArrivalMark {
  readonly timestampMs: number;
  readonly ptsMs: number;
  readonly arrivedAtMs: number;
  readonly heldMs: number;
}

/**
 * Text messages on the WebSocket of `/live/:camera.mp4`, where the binary ones are fragmented MP4, each a whole init
 * segment or whole fragments. `init` comes first, and whenever the camera's configuration changed: the next binary
 * message is that init segment. `mark` says when the picture that the next fragment begins with reached the relay:
 * `ptsMs` on the media's own clock (a player's `currentTime` in ms), `arrivedAtMs` as in `ArrivalMark`.
 */
export type Fmp4Message =
  | {
      readonly type: 'init';
      /** Another one with every new init segment of the connection. */
      readonly version: number;
      /** For `MediaSource.isTypeSupported` and `changeType`: `video/mp4; codecs="avc1.64001f,mp4a.40.2"`. */
      readonly mime: string;
      readonly codecs: string;
      readonly width?: number;
      readonly height?: number;
      readonly audio: boolean;
    }
  | { readonly type: 'mark'; readonly ptsMs: number; readonly arrivedAtMs: number };
