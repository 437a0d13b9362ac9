/**
 * Which engine plays a camera: from what the browser can do, what the camera sends, what the viewer picked and what has
 * failed. Pure; asking the browser is `capabilities.ts`, remembering failures `engine-choice.ts`.
 */

/** `flv` and `hls` bring a library, `mse` is ours, `native` is the browser's own HLS. In order of preference. */
export const ENGINES = ['flv', 'mse', 'hls', 'native'] as const;
export type EngineName = (typeof ENGINES)[number];
/** The same where the browser decodes H.265, which flv.js does not know. */
const ENGINES_FOR_H265: readonly EngineName[] = ['mse', 'flv', 'hls', 'native'];

export interface Capabilities {
  readonly mediaSource: boolean;
  /** Where Media Source Extensions come only in this form: iPhones. */
  readonly managedMediaSource: boolean;
  /** Decoders, behind either of the two where there is one. */
  readonly h264: boolean;
  readonly h265: boolean;
  /** HLS addresses in a video element. */
  readonly nativeHls: boolean;
}

export interface EngineQuestion {
  readonly capabilities: Capabilities;
  /** As `VideoInfo.codec`; null while unknown. */
  readonly codec: string | null;
  /** Something on the way forbids WebSockets. */
  readonly webSocketsBlocked: boolean;
}

/**
 * Pure: the engines that can play it, best first; empty when none can. The relay makes H.264 of a camera's H.265 for
 * whoever does not say that he plays that, so H.265 rules nothing out; but where there is a decoder the camera's own
 * pictures come first.
 */
export function possibleEngines({ capabilities, codec, webSocketsBlocked }: EngineQuestion): readonly EngineName[] {
  const { mediaSource, managedMediaSource, h264, h265, nativeHls } = capabilities;
  const direct = codec === 'hevc' && h265;
  const decodes = h264 || direct;
  const feeds = decodes && (mediaSource || managedMediaSource);
  const can: Readonly<Record<EngineName, boolean>> = {
    // It knows neither H.265 nor ManagedMediaSource.
    flv: mediaSource && h264,
    mse: feeds && !webSocketsBlocked,
    hls: feeds,
    native: nativeHls && decodes,
  };
  return (direct ? ENGINES_FOR_H265 : ENGINES).filter((name) => can[name]);
}

export interface EngineWish {
  readonly possible: readonly EngineName[];
  /** What the viewer picked; null for the best. */
  readonly picked: EngineName | null;
  /** The camera has the view to itself. */
  readonly alone: boolean;
  readonly failed: readonly EngineName[];
}

/**
 * Pure: the engine to start; null when none is possible. One that failed is passed over as long as there is another;
 * when all have failed, the best is tried again.
 */
export function engineToStart({ possible, picked, alone, failed }: EngineWish): EngineName | null {
  const wish = picked !== null && possible.includes(picked) && (alone || !isHls(picked)) ? picked : null;
  const order = wish === null ? possible : [wish, ...possible.filter((name) => name !== wish)];
  return order.find((name) => !failed.includes(name)) ?? order[0] ?? null;
}

/** Over HTTP/1.1 a few HLS players use up the six connections of a host: no wall is built of them by choice. */
function isHls(name: EngineName): boolean {
  return name === 'hls' || name === 'native';
}

/** Which of a camera's streams is wanted. */
export type StreamName = 'main' | 'sub';

/** Pure: the main stream for a camera that has the view to itself, the smaller one among others where there is one. */
export function streamToWatch({ alone, hasSub }: { readonly alone: boolean; readonly hasSub: boolean }): StreamName {
  return hasSub && !alone ? 'sub' : 'main';
}

export interface StreamRequest {
  readonly stream?: StreamName;
  /** The browser decodes H.265; the relay sends it to nobody who does not say so. */
  readonly h265?: boolean;
}

/** Pure: what an engine asks the relay for, below the page's base. */
export function streamPath(engine: EngineName, cameraId: string, request: StreamRequest = {}): string {
  const { stream = 'main', h265 = false } = request;
  const id = encodeURIComponent(cameraId);
  const path = engine === 'flv' ? `live/${id}.flv` : engine === 'mse' ? `live/${id}.mp4` : `live/${id}/index.m3u8`;
  const asked = [
    // A playlist would name both streams, and the engine's own choice begins with the smaller one.
    ...(stream === 'sub' || isHls(engine) ? [`stream=${stream}`] : []),
    ...(h265 && engine !== 'flv' ? ['codecs=avc1,hvc1'] : []),
  ];
  return asked.length === 0 ? path : `${path}?${asked.join('&')}`;
}

/** Pure: the address an engine asks for, with or without the camera's sound. */
export function streamUrl(url: URL, audio: boolean): URL {
  const asked = new URL(url);
  if (!audio) asked.searchParams.set('audio', '0');
  return asked;
}

/** Pure: a name from an address or a store; null for anything else. */
export function parseEngine(text: string | null): EngineName | null {
  return ENGINES.find((name) => name === text) ?? null;
}
