/** Messages of `/api/events`. */
import type { CameraInfo } from './camera.ts';

/** Server to page on `/api/events`. `hello` comes first, then `cameras`, then changes. */
export type ServerEvent =
  | { readonly type: 'hello'; readonly version: string; readonly serverTimeMs: number }
  | { readonly type: 'cameras'; readonly cameras: readonly CameraInfo[] }
  | { readonly type: 'camera'; readonly camera: CameraInfo }
  | { readonly type: 'pong'; readonly sentAtMs: number; readonly serverTimeMs: number };

/** Page to server on `/api/events`: a ping carries the page's clock, which the pong returns (clock offset). */
export type ClientEvent = { readonly type: 'ping'; readonly sentAtMs: number };
