/** What a viewer wants of a camera: which of its streams, in which profile, and what it can play. Types and pure functions. */
import type { BusCodec } from '../ffmpeg/codec-policy.ts';
import type { Rhythm } from '../hub/rhythm.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { CameraInfo } from '../protocol.ts';

export type { BusCodec } from '../ffmpeg/codec-policy.ts';
export type StreamName = 'main' | 'sub';

export interface StreamWish {
  /** A camera that has no sub stream gives the main one. */
  readonly stream: StreamName;
  /** `auto`: as the camera sends it where the viewer can play that; `copy`: as it sends it; else a profile's name. */
  readonly profile: string;
  /** What the viewer's engine can play; `[]` is a viewer that did not say, and gets H.264. */
  readonly plays: readonly BusCodec[];
}

/** Something viewers attach to: a camera's stream as it comes, or as a wish has it. */
export interface LiveSource {
  /** The camera's. */
  readonly id: string;
  /** Viewers may change between this and another stream of the camera, so media times are to follow one clock. */
  readonly oneOfMany?: boolean;
  /** How its keyframes come, as far as anybody has seen it; null or left out: that is not known. */
  readonly rhythm?: Rhythm | null;
  /** May call the viewer's `begin` or `end` before it returns. */
  attach(viewer: Viewer): void;
  /** The viewer is gone, by whatever road. Idempotent. */
  detach(viewer: Viewer): void;
}

/** One of a camera's streams as it comes, for those who make pictures of it. */
export interface PictureSource extends LiveSource {
  /** Why there is no picture, when there is none. */
  readonly info: Pick<CameraInfo, 'state' | 'reason' | 'message'>;
}

/** The main stream as the camera sends it: for recorders, snapshots and all who decode everything. */
export const AS_IT_COMES: StreamWish = { stream: 'main', profile: 'copy', plays: ['h264', 'hevc'] };

/** Pure: what a codec is on the bus; null for one that cannot travel there. */
export function busCodec(codec: string | undefined): BusCodec | null {
  return codec === 'h264' || codec === 'hevc' ? codec : null;
}

/** Pure: equal for wishes that are served alike. */
export function wishKey({ stream, profile, plays }: StreamWish): string {
  return `${stream} ${profile} ${plays.includes('hevc') ? 'hevc' : 'h264'}`;
}
