/**
 * One of a camera's streams (main or sub): its feed, the transcodes that read it, and which of them a viewer gets. With
 * `sharing: "viewer"` there is a feed per viewer, and what has to be encoded is encoded in its pull.
 */
import { RelayError } from '../errors.ts';
import { type BusCodec, viewerRoad } from '../ffmpeg/codec-policy.ts';
import type { Tag } from '../flv/tag.ts';
import { readVideoConfig } from '../flv/video-config.ts';
import type { Rhythm } from '../hub/rhythm.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { EncoderInfo, TranscodeInfo } from '../protocol.ts';
import { feedInfo, mostTelling } from './camera-info.ts';
import type { Feed } from './feed.ts';
import type { PushIntake } from './pull/push-intake.ts';
import { type Place, StreamOutput } from './stream-output.ts';
import {
  AS_IT_COMES,
  type LiveSource,
  type PictureSource,
  type StreamName,
  type StreamWish,
  wishKey,
} from './stream-wish.ts';
import type { SupplyFailure } from './supply.ts';
import type { TranscodeProfile } from './transcode/transcode.ts';
import type { TranscodeFeed } from './transcode/transcode-feed.ts';

/** What a feed is to be made for. */
export interface FeedWish {
  /** In ms; Infinity keeps it up for good. */
  readonly idleTimeoutMs: number;
  /** H.265 may come as it is. */
  readonly hevcOnBus: boolean;
  /** A profile's options, to be applied by the pull itself; null: none but the camera's own. */
  readonly profile: TranscodeProfile | null;
  readonly onVideoHeader: (header: Tag) => void;
}

export interface CameraStreamOptions {
  readonly cameraId: string;
  readonly name: StreamName;
  readonly shared: boolean;
  /** The camera has another stream. */
  readonly oneOfMany: boolean;
  readonly idleTimeoutMs: number;
  /** What the camera sent when it was seen last; null when it never was. */
  readonly remembered: () => BusCodec | null;
  /** How its keyframes come, or came when it was seen last; null when that is not known. */
  readonly rhythm: () => Rhythm | null;
  /** What encodes in the pull; null when nothing does. */
  readonly encoder: () => EncoderInfo | null;
  readonly newFeed: (wish: FeedWish) => Feed;
  readonly newTranscode: (profile: TranscodeProfile, source: LiveSource) => TranscodeFeed;
  /** The main stream, where viewers of this one are given it in its place; null or left out: they get this one. */
  readonly instead?: () => CameraStream | null;
  /** @throws RelayError `bad-request` for a name that nobody configured */
  readonly profile: (name: string) => TranscodeProfile;
}

/** The transcode for viewers that asked for nothing and cannot play what the camera sends. */
const FALLBACK_PROFILE = 'h264';

export class CameraStream {
  readonly #options: CameraStreamOptions;
  readonly #shared: Feed | null;
  readonly #own = new Map<Viewer, Feed>();
  readonly #ending = new Set<Promise<void>>();
  readonly #outputs = new Map<string, StreamOutput>();
  readonly #transcodes = new Map<string, TranscodeFeed>();
  /** The stream as it comes from the camera. */
  readonly direct: Place;
  /** The same, as those see it who make pictures of it; or the stream that is given in its place. */
  readonly pictures: PictureSource;
  #sends: BusCodec | null = null;
  #endedStarts = 0;
  #emptySinceMs = Date.now();

  constructor(options: CameraStreamOptions) {
    const { cameraId: id, idleTimeoutMs } = options;
    this.#options = options;
    const onVideoHeader = (header: Tag) => this.#onVideoHeader(header);
    this.#shared = options.shared
      ? options.newFeed({ idleTimeoutMs, hevcOnBus: true, profile: null, onVideoHeader })
      : null;
    this.direct = {
      id,
      oneOfMany: options.oneOfMany,
      get rhythm() {
        return options.rhythm();
      },
      attach: (viewer) => (this.#shared === null ? this.#attachAlone(viewer, true, null) : this.#shared.attach(viewer)),
      detach: (viewer) => this.#detach(viewer),
      isWaiting: (viewer) => this.#feedOf(viewer)?.stream.isWaiting(viewer) ?? false,
    };
    const output = this.output(AS_IT_COMES);
    const stream = this;
    this.pictures = {
      id: options.name === 'main' ? id : `${id}/${options.name}`,
      oneOfMany: options.oneOfMany,
      attach: (viewer) => output.attach(viewer),
      detach: (viewer) => output.detach(viewer),
      get info() {
        return options.instead?.()?.pictures.info ?? feedInfo(mostTelling(stream.feeds));
      },
    };
  }

  get feeds(): readonly Feed[] {
    return this.#shared === null ? [...this.#own.values()] : [this.#shared];
  }

  /** Where publishers come in; null for a camera that is pulled. */
  get intake(): PushIntake | null {
    return this.#shared?.intake ?? null;
  }

  /** ffmpegs started by feeds that have ended, and since when there has been no feed (Unix ms). */
  get past(): { readonly endedStarts: number; readonly emptySinceMs: number } {
    return { endedStarts: this.#endedStarts, emptySinceMs: this.#emptySinceMs };
  }

  get viewers(): number {
    const transcodes = [...this.#transcodes.values()];
    const direct = this.feeds.reduce((sum, feed) => sum + feed.stream.viewers, 0);
    const inputs = transcodes.filter(({ attached }) => attached).length;
    return transcodes.reduce((sum, { stream }) => sum + stream.viewers, Math.max(0, direct - inputs));
  }

  get transcodes(): readonly TranscodeInfo[] {
    return [...this.#transcodes.values()].map(({ info }) => ({ ...info, stream: this.#options.name }));
  }

  get encoder(): EncoderInfo | null {
    return this.#options.encoder();
  }

  /** What the camera sends on this stream, or sent last; null when that is not known. */
  get sends(): BusCodec | null {
    return this.#sends ?? this.#options.remembered();
  }

  /** Begins to pull a stream that is kept up; the others wait for a viewer. */
  start(): void {
    this.#shared?.start();
  }

  /**
   * Where viewers with this wish attach; one object for equal wishes.
   * @throws RelayError `bad-request` for a profile that does not exist
   */
  output(wish: StreamWish): Place {
    const profile = wish.profile === 'auto' || wish.profile === 'copy' ? null : this.#options.profile(wish.profile);
    // Nothing can be another place than this one.
    if (wish.profile === 'copy' && this.#options.instead === undefined) return this.direct;
    const key = wishKey(wish);
    let output = this.#outputs.get(key);
    if (output === undefined) {
      output = this.#makeOutput(wish, profile);
      this.#outputs.set(key, output);
    }
    return output;
  }

  /**
   * It cannot be had for now: who waits for it is given what `instead` says, who watched it is ended, and comes again. To
   * be said before the waiting ones are told of the failure.
   */
  giveUp(failure: SupplyFailure): void {
    const error = new RelayError(failure.code, failure.message);
    // With a pull for each, one may be refused while another goes on.
    const isLost = (viewer: Viewer) => this.#own.get(viewer)?.pull.status.state !== 'live';
    for (const output of this.#outputs.values()) output.abandon(error, isLost);
  }

  /** Ends every viewer with `going-away` and every ffmpeg; resolves when they are gone. Idempotent. */
  async close(): Promise<void> {
    const goingAway = new RelayError('going-away');
    await Promise.all([
      ...[...this.#transcodes.values()].map((transcode) => transcode.close(goingAway)),
      ...this.feeds.map((feed) => feed.close(goingAway)),
      ...this.#ending,
    ]);
  }

  #makeOutput(wish: StreamWish, profile: TranscodeProfile | null): StreamOutput {
    const { direct } = this;
    const playsHevc = wish.plays.includes('hevc');
    const { rhythm } = this.#options;
    const alone: Place = {
      ...direct,
      get rhythm() {
        return profile === null ? rhythm() : null;
      },
      attach: (viewer) => this.#attachAlone(viewer, playsHevc, profile),
    };
    return new StreamOutput({
      direct,
      choose: () => {
        const other = this.#options.instead?.() ?? null;
        if (other !== null) return other.output({ ...wish, stream: 'main' });
        if (wish.profile === 'copy') return direct;
        if (this.#shared === null) return alone;
        if (profile !== null) return this.#transcode(profile);
        const road = viewerRoad({ sends: this.sends, plays: wish.plays, container: 'flv' });
        return road === 'transcode' ? this.#transcode(this.#options.profile(FALLBACK_PROFILE)) : direct;
      },
    });
  }

  #transcode(profile: TranscodeProfile): TranscodeFeed {
    let feed = this.#transcodes.get(profile.name);
    if (feed === undefined) {
      feed = this.#options.newTranscode(profile, this.direct);
      this.#transcodes.set(profile.name, feed);
    }
    return feed;
  }

  #feedOf(viewer: Viewer): Feed | undefined {
    return this.#shared ?? this.#own.get(viewer);
  }

  #attachAlone(viewer: Viewer, hevcOnBus: boolean, profile: TranscodeProfile | null): void {
    const feed = this.#options.newFeed({ idleTimeoutMs: 0, hevcOnBus, profile, onVideoHeader: () => {} });
    this.#own.set(viewer, feed);
    feed.attach(viewer);
  }

  #detach(viewer: Viewer): void {
    this.#shared?.stream.detach(viewer);
    const feed = this.#own.get(viewer);
    if (feed === undefined) return;
    this.#own.delete(viewer);
    feed.stream.detach(viewer);
    this.#endedStarts += feed.pull.starts;
    this.#emptySinceMs = Date.now();
    const ending = feed.close(new RelayError('going-away'));
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  #onVideoHeader(header: Tag): void {
    const codec = readVideoConfig(header)?.codec;
    if (codec !== 'h264' && codec !== 'hevc') return;
    this.#sends = codec;
    for (const output of this.#outputs.values()) output.review();
  }
}
