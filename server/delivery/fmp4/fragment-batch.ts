/** One fragment on its way to many viewers: serialised once per transport. What goes into it is `fragment-hub.ts`. */
import type { ByteBatch } from '../../hub/byte-batch.ts';
import type { Fragment } from '../../mp4/fragment-writer.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Fmp4Message } from '../../protocol.ts';
import { webSocketMessage } from '../shared-framing.ts';

/**
 * `http`: plain bytes, to be framed by the transport. `websocket`: whole messages, framed already, because text stands
 * between the bytes: `init` before each init segment, `mark` before each fragment that begins with a keyframe.
 */
export type FragmentForm = 'http' | 'websocket';

export class FragmentBatch implements ByteBatch<FragmentForm> {
  readonly headers: InitSegment;
  readonly count: number;
  readonly entryIndex = 0;
  readonly keyframeIndex: number;
  readonly #fragment: Fragment;
  readonly #opensInit: boolean;
  readonly #bytes = new Map<FragmentForm, Buffer>();
  readonly #joins = new Map<FragmentForm, Buffer>();

  /** @param opensInit the fragment before it had another init segment */
  constructor(fragment: Fragment, { samples, opensInit }: { samples: number; opensInit: boolean }) {
    this.headers = fragment.init;
    this.count = samples;
    this.keyframeIndex = fragment.independent ? 0 : -1;
    this.#fragment = fragment;
    this.#opensInit = opensInit;
  }

  bytes(form: FragmentForm): Buffer {
    let bytes = this.#bytes.get(form);
    if (bytes === undefined) {
      bytes = this.#opensInit ? this.joinBytes(form) : fragmentBytes(this.#fragment, form);
      this.#bytes.set(form, bytes);
    }
    return bytes;
  }

  joinBytes(form: FragmentForm): Buffer {
    let bytes = this.#joins.get(form);
    if (bytes === undefined) {
      bytes = Buffer.concat([initBytes(this.headers, form), fragmentBytes(this.#fragment, form)]);
      this.#joins.set(form, bytes);
    }
    return bytes;
  }

  /** Nothing when `bytes` begins with the init segment by itself. */
  headerBytes(form: FragmentForm): Buffer {
    return this.#opensInit ? Buffer.alloc(0) : initBytes(this.headers, form);
  }

  fromKeyframe(): FragmentBatch {
    return this;
  }
}

function initBytes(init: InitSegment, form: FragmentForm): Buffer {
  if (form === 'http') return init.bytes;
  const { version, mimeType, codecs, video, audio } = init;
  const size = video === null ? {} : { width: video.width, height: video.height };
  const hello: Fmp4Message = { type: 'init', version, mime: mimeType, codecs, ...size, audio: audio !== null };
  return Buffer.concat([textMessage(hello), webSocketMessage(init.bytes)]);
}

function fragmentBytes(fragment: Fragment, form: FragmentForm): Buffer {
  if (form === 'http') return fragment.bytes;
  const message = webSocketMessage(fragment.bytes);
  if (!fragment.independent) return message;
  const { ptsMs, arrivedAtMs } = fragment;
  return Buffer.concat([textMessage({ type: 'mark', ptsMs, arrivedAtMs }), message]);
}

function textMessage(message: Fmp4Message): Buffer {
  return webSocketMessage(Buffer.from(JSON.stringify(message)), 'text');
}
