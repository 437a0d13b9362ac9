/**
 * The newest keyframe of a camera: from the hub where the camera runs, else by starting it and waiting for one. What it
 * becomes is decided elsewhere.
 */
import { randomBytes } from 'node:crypto';
import type { PictureSource } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import type { TagBatch } from '../../hub/tag-batch.ts';
import type { Viewer } from '../../hub/viewer.ts';
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import { Muxer } from '../../mp4/muxer.ts';

export interface Keyframe {
  /** Another one for each keyframe of a camera. */
  readonly id: string;
  /** Relay wall clock (Unix ms) at which it came in. */
  readonly takenAtMs: number;
  /** A fragmented MP4 of this picture alone. */
  readonly mp4: Buffer;
}

/** A camera that fails says itself why, at about the time at which the waiting ends. */
const REASON_GRACE_MS = 500;

/**
 * Attaches to the camera for as long as it takes, which starts it where necessary; it then runs on for its idle time.
 * @param timeoutMs how long a camera may take to show a picture
 * @throws RelayError the camera's own reason, `timeout`, `no-video`, or `codec`
 */
export function newestKeyframe(
  camera: Pick<PictureSource, 'attach' | 'detach' | 'info'>,
  timeoutMs: number,
): Promise<Keyframe> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      camera.detach(viewer);
      outcome();
    };
    const viewer: Viewer = {
      id: `picture-${randomBytes(4).toString('base64url')}`,
      join: 'fast',
      audio: false,
      begin: (batch) => settle(() => take(batch)),
      push: () => {},
      end: (error) => settle(() => reject(error)),
    };
    const take = (batch: TagBatch) => {
      try {
        resolve(keyframeIn(batch));
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      const { reason, message } = camera.info;
      const error = reason === null ? new RelayError('timeout') : new RelayError(reason, message ?? undefined);
      settle(() => reject(error));
    }, timeoutMs + REASON_GRACE_MS);
    camera.attach(viewer);
  });
}

/** Pure. @throws RelayError `no-video`, `codec` */
function keyframeIn(batch: TagBatch): Keyframe {
  const { tracks, videoHeader } = batch.headers;
  const tag = batch.tags[batch.keyframeIndex];
  if (tag === undefined || videoHeader === null) throw new RelayError('no-video');
  const muxer = new Muxer({ tracks, audio: false });
  muxer.push(videoHeader);
  // Its arrival mark, where there is one, stands before it.
  const samples = batch.tags.slice(batch.entryIndex, batch.keyframeIndex + 1).flatMap((each) => muxer.push(each));
  const sample = samples.find(({ keyframe }) => keyframe);
  if (sample === undefined) throw new RelayError('codec', 'No picture can be made of this camera’s codec.');
  const { init, bytes } = new FragmentWriter().write([sample]);
  return {
    id: `${sample.arrivedAtMs}-${tag.timestampMs}`,
    takenAtMs: sample.arrivedAtMs,
    mp4: Buffer.concat([init.bytes, bytes]),
  };
}
