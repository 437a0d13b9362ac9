/**
 * hls.js as an engine; the only file that knows it, loaded when it is needed. It keeps playback at the live edge by the
 * playlist's hold-back; why it ended is told in the same codes as every other engine's end. Playlists with an end are
 * played by it too: periods of recordings.
 */
import Hls, { type ErrorData, ErrorDetails, ErrorTypes, Events, type Fragment, type LevelDetails } from 'hls.js/light';
import { CLOSE } from '../../server/protocol.ts';
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import { streamUrl } from './engine-policy.ts';
import { isLastPicture } from './hls-edge-policy.ts';
import { closeCodeOf, parseProblem } from './transport.ts';

/** Newest fragments whose arrival times are told anew with each playlist: their place is corrected as they are parsed. */
const MARKED_FRAGMENTS = 3;
/** As with the other engines: fast enough to catch up, too slow to be noticed. */
const MAX_RATE = 1.1;
/** Further behind than this is not live any more, and it seeks. */
const MAX_BEHIND_TARGET_DURATIONS = 4;
/** Kept behind the picture shown. */
const BACK_BUFFER_S = 8;

/** Its live position leads no picture back. */
class LiveHls extends Hls {
  /** Where hls.js moves playback that has run dry past the playlist's end: it would show the last second once more. */
  override get liveSyncPosition(): number | null {
    const isDry = isLastPicture(this.media?.currentTime ?? 0, this.latestLevelDetails?.edge ?? null);
    return isDry ? null : super.liveSyncPosition;
  }
}

export const isSupported: EngineModule['isSupported'] = () => Hls.isSupported();

export const createEngine: EngineModule['createEngine'] = (options) => new HlsEngine(options);

class HlsEngine implements Engine {
  readonly keepsLiveEdge = true;
  readonly #options: EngineOptions;
  readonly #hls: Hls;
  #bytes = 0;
  #over = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const url = streamUrl(options.url, options.audio);
    this.#hls = new LiveHls({
      lowLatencyMode: true,
      maxLiveSyncPlaybackRate: MAX_RATE,
      // A stall costs a little delay; the default would cost a second each, for good.
      liveSyncOnStallIncrease: 0.25,
      backBufferLength: BACK_BUFFER_S,
      // The page's content security policy allows no worker made of a blob, and fragmented MP4 needs none.
      enableWorker: false,
    });
    // Not among the options above: there it would have to come with a delay that overrides the playlist's hold-back.
    this.#hls.config.liveMaxLatencyDurationCount = MAX_BEHIND_TARGET_DURATIONS;
    this.#hls.on(Events.LEVEL_UPDATED, (_event, { details }) => this.#onPlaylist(details));
    this.#hls.on(Events.FRAG_LOADED, (_event, { payload }) => this.#onBytes(payload.byteLength));
    this.#hls.on(Events.ERROR, (_event, data) => {
      if (data.fatal) this.#end(endOf(data));
    });
    this.#hls.loadSource(url.href);
    this.#hls.attachMedia(options.video);
  }

  get counters() {
    return { bytes: this.#bytes, videoFrames: 0, audioFrames: 0, lastVideoMs: -1, lastAudioMs: -1 };
  }

  destroy(): void {
    this.#over = true;
    this.#hls.destroy();
  }

  #onBytes(count: number): void {
    if (this.#over) return;
    this.#bytes += count;
    this.#options.onData();
  }

  /** EXT-X-PROGRAM-DATE-TIME is the time at which the relay had the first picture of a segment. */
  #onPlaylist({ fragments, fragmentHint }: LevelDetails): void {
    if (this.#over) return;
    const newest: readonly (Fragment | undefined)[] = [...fragments.slice(-MARKED_FRAGMENTS), fragmentHint];
    for (const fragment of newest) {
      const arrivedAtMs = fragment?.programDateTime ?? null;
      if (fragment && arrivedAtMs !== null) this.#options.onArrival({ mediaMs: fragment.start * 1000, arrivedAtMs });
    }
  }

  #end(end: EngineEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onEnd(end);
  }
}

/** Fetched ahead of the picture shown, and kept behind it for small steps back. */
const PERIOD_BUFFER_S = 30;
/** A browser that stumbles over a piece often plays on after its buffers were set up anew; not for ever. */
const MAX_RECOVERIES = 3;

export interface PeriodOptions {
  readonly video: HTMLVideoElement;
  readonly url: URL;
  /** Where playing begins, seconds of the playlist. */
  readonly startS: number;
  /** Called at most once; the picture stays as it is. */
  readonly onEnd: (end: EngineEnd) => void;
}

/** Plays a playlist that has an end, with all of it to seek in. The returned function takes it off the element. */
export function playPeriod({ video, url, startS, onEnd }: PeriodOptions): () => void {
  const hls = new Hls({
    startPosition: startS,
    maxBufferLength: PERIOD_BUFFER_S,
    backBufferLength: PERIOD_BUFFER_S,
    enableWorker: false,
  });
  let recoveries = 0;
  let over = false;
  hls.on(Events.ERROR, (_event, data) => {
    if (!data.fatal || over) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && !UNSUPPORTED.has(data.details) && recoveries++ < MAX_RECOVERIES) {
      hls.recoverMediaError();
      return;
    }
    over = true;
    onEnd(endOf(data));
  });
  hls.loadSource(url.href);
  hls.attachMedia(video);
  return () => {
    over = true;
    hls.destroy();
  };
}

const UNSUPPORTED: ReadonlySet<ErrorDetails> = new Set([
  ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
  ErrorDetails.BUFFER_ADD_CODEC_ERROR,
  ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
]);

/** Pure: a fatal error as an end. */
function endOf({ type, details, response, networkDetails, error }: ErrorData): EngineEnd {
  if (type !== ErrorTypes.NETWORK_ERROR) {
    const code = UNSUPPORTED.has(details) ? LOCAL_END.unsupported : LOCAL_END.media;
    return { code, reason: { code: 'internal', message: `${details}: ${error.message}` } };
  }
  const status = response?.code ?? 0;
  if (status < 400) return { code: LOCAL_END.lost, reason: null };
  const reason = parseProblem(textOf(networkDetails));
  const code = closeCodeOf(status, reason?.code ?? null);
  // A segment that is gone, or a playlist after its stream ended, does not mean that there is no such camera.
  const gone = code === CLOSE.noSuchCamera && details !== ErrorDetails.MANIFEST_LOAD_ERROR;
  return { code: gone ? LOCAL_END.lost : code, reason: gone ? null : reason };
}

/** The body of an answer, where it was asked for as text. */
function textOf(request: unknown): string {
  return request instanceof XMLHttpRequest && request.responseType === '' ? request.responseText : '';
}
