/**
 * Tags that leave together. Serialised once per wire form however many viewers take them; who gets a batch is
 * decided in `stream.ts`.
 */
import { flvHeader, type Tag } from '../flv/tag.ts';
import { withTimestamp } from '../flv/wire-time.ts';
import type { ByteBatch } from './byte-batch.ts';
import { concatWithRoom } from './roomy-bytes.ts';

/**
 * How a viewer wants its bytes. Viewers with the same wishes share one object (see `Stream`), so that a batch can
 * remember its bytes by identity.
 */
export interface WireForm {
  /** Subtracted from the stream's clock, so that int32 players that join late see small numbers. */
  readonly offsetMs: number;
  readonly audio: boolean;
}

/** What a decoder needs before the first frame, as it stood at the end of a batch. A new object after every change. */
export interface StreamHeaders {
  readonly tracks: { readonly audio: boolean; readonly video: boolean };
  readonly metadata: Tag | null;
  readonly videoHeader: Tag | null;
  readonly audioHeader: Tag | null;
}

const NOTHING = Buffer.alloc(0);

export class TagBatch implements ByteBatch<WireForm> {
  readonly tags: readonly Tag[];
  readonly headers: StreamHeaders;
  /** Index of the last keyframe; -1 without one. The place where a viewer may come in. */
  readonly keyframeIndex: number;
  readonly #whole = new Map<WireForm, Buffer>();
  /** What was asked for last: nearly all viewers have the same wishes. */
  #lastForm: WireForm | null = null;
  #lastBytes: Buffer = NOTHING;
  readonly #joins = new Map<WireForm, Buffer>();

  constructor(tags: readonly Tag[], headers: StreamHeaders) {
    this.tags = tags;
    this.headers = headers;
    this.keyframeIndex = tags.findLastIndex((tag) => tag.kind === 'keyframe');
  }

  get count(): number {
    return this.tags.length;
  }

  /** The batch as it goes on the wire; empty when the form leaves nothing of it. */
  bytes(form: WireForm): Buffer {
    if (form === this.#lastForm) return this.#lastBytes;
    let bytes = this.#whole.get(form);
    if (bytes === undefined) {
      bytes = serialise(this.tags, form);
      this.#whole.set(form, bytes);
    }
    this.#lastForm = form;
    this.#lastBytes = bytes;
    return bytes;
  }

  /** The batch as a connection's first bytes: the file header, metadata and sequence headers before it. */
  joinBytes(form: WireForm): Buffer {
    let bytes = this.#joins.get(form);
    if (bytes === undefined) {
      bytes = concatWithRoom([fileHeader(this.headers, form), this.headerBytes(form), ...wireParts(this.tags, form)]);
      this.#joins.set(form, bytes);
    }
    return bytes;
  }

  /** Metadata and sequence headers, with the time of the first tag. */
  headerBytes(form: WireForm): Buffer {
    return headerBytes(this.headers, form, this.tags[0]?.timestampMs ?? 0);
  }

  /** The place to come in: the mark that stands before the last keyframe, or the keyframe itself. -1 without one. */
  get entryIndex(): number {
    const at = this.keyframeIndex;
    return at > 0 && this.tags[at - 1]!.kind === 'script' ? at - 1 : at;
  }

  /** The batch from its last keyframe on, without audio that is older than the picture. */
  fromKeyframe(): TagBatch {
    const keyframe = this.tags[this.keyframeIndex];
    if (keyframe === undefined) return this;
    const rest = this.tags.slice(this.entryIndex);
    return new TagBatch(
      rest.filter((tag) => tag.kind !== 'audio' || tag.timestampMs >= keyframe.timestampMs),
      this.headers,
    );
  }
}

/** Pure: the file header a viewer's connection begins with. */
function fileHeader(headers: StreamHeaders, form: WireForm): Buffer {
  return flvHeader({ audio: headers.tracks.audio && form.audio, video: headers.tracks.video });
}

/**
 * Pure: metadata and sequence headers. The latter are stamped with the time of the tag they precede; metadata has time
 * 0, since ffmpeg takes it for a subtitle track otherwise.
 */
function headerBytes(headers: StreamHeaders, form: WireForm, timestampMs: number): Buffer {
  const { metadata, videoHeader, audioHeader } = headers;
  const at = timestampMs - form.offsetMs;
  const configs = [videoHeader, form.audio ? audioHeader : null].filter((tag) => tag !== null);
  return Buffer.concat([
    ...(metadata === null ? [] : [withTimestamp(metadata, 0)]),
    ...configs.map((tag) => withTimestamp(tag, at)),
  ]);
}

function serialise(tags: readonly Tag[], form: WireForm): Buffer {
  const parts = wireParts(tags, form);
  return parts.length === 1 ? parts[0]! : concatWithRoom(parts);
}

function wireParts(tags: readonly Tag[], form: WireForm): Buffer[] {
  const wanted = form.audio ? tags : tags.filter((tag) => tag.kind !== 'audio' && tag.kind !== 'audio-header');
  return wanted.map((tag) =>
    form.offsetMs === 0 ? tag.bytes : withTimestamp(tag, Math.max(0, tag.timestampMs - form.offsetMs)),
  );
}
