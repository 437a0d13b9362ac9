/** Where a connection's batches come from: the camera itself for FLV, a muxer's fan-out for fragmented MP4. */
import type { ByteViewer } from '../hub/byte-viewer.ts';

export interface ViewerSource<Form> {
  /** May call the viewer's `begin`, or `end`, before it returns. */
  attach(viewer: ByteViewer<Form>): void;
  /** The viewer is gone, by whatever road. Idempotent. */
  detach(viewer: ByteViewer<Form>): void;
}
