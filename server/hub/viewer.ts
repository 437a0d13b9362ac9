/**
 * What a stream asks of anything that is attached to it: a socket, a muxer, a recorder, another node. The stream
 * never knows what a viewer is made of.
 */
import type { RelayError } from '../errors.ts';
import type { TagBatch, WireForm } from './tag-batch.ts';

/** `fast`: a picture at once from the cached GOP. `live`: wait for the next keyframe, for the lowest delay. */
export type JoinMode = 'fast' | 'live';

export interface Viewer {
  /** Unique in the relay; stands in every log line about this viewer. */
  readonly id: string;
  readonly join: JoinMode;
  readonly audio: boolean;
  /**
   * Called once, with the first tags: `batch.headers`, then tags that begin with a keyframe (in a stream without
   * video: with any tag). From here on the viewer has a picture.
   */
  begin(batch: TagBatch, form: WireForm): void;
  /** Called with every batch after `begin`. Must not block and must bound what it keeps. */
  push(batch: TagBatch): void;
  /** Called once when the stream lets go of the viewer, before or after `begin`. The viewer is detached already. */
  end(error: RelayError): void;
}
