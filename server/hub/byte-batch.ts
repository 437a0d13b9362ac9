/** What a `ByteViewer` is given to send, whatever the format: FLV tags (`tag-batch.ts`), or fragments of MP4. */

/** `Form` is how a viewer wants its bytes; viewers with the same wishes share one, so that bytes are made once. */
export interface ByteBatch<Form> {
  /** What a decoder needs before this. Another object means that it changed. */
  readonly headers: object;
  /** Tags or samples in it. */
  readonly count: number;
  /** Below 0 without one: a viewer cannot come in here. */
  readonly keyframeIndex: number;
  /** How many stand before the place to come in. */
  readonly entryIndex: number;
  /** As it goes on the wire after the batch before; empty when the form leaves nothing of it. */
  bytes(form: Form): Buffer;
  /** As a connection's first bytes. */
  joinBytes(form: Form): Buffer;
  /** What must stand before `bytes` when the headers are not those that the viewer has. */
  headerBytes(form: Form): Buffer;
  /** The rest from the place to come in. */
  fromKeyframe(): ByteBatch<Form>;
}
