/** Asks the browser what it can play; once, since the answer does not change while a page lives. */
import type { Capabilities } from './engine-policy.ts';

/** A level that every decoder of the kind should know: what a camera really sends is only known when it comes. */
const H264 = 'video/mp4; codecs="avc1.4d401f"';
const H265 = 'video/mp4; codecs="hvc1.1.6.L120.90"';
const HLS = 'application/vnd.apple.mpegurl';

type MediaSourceClass = typeof MediaSource;

let answer: Capabilities | null = null;

/** MediaSource, or what iPhones have in its place; null where there is neither. */
export function mediaSourceClass(): MediaSourceClass | null {
  const { ManagedMediaSource } = globalThis as { ManagedMediaSource?: MediaSourceClass };
  return globalThis.MediaSource ?? ManagedMediaSource ?? null;
}

export function capabilities(): Capabilities {
  answer ??= ask();
  return answer;
}

function ask(): Capabilities {
  const source = mediaSourceClass();
  const video = document.createElement('video');
  const decodes = (type: string) => (source === null ? video.canPlayType(type) !== '' : source.isTypeSupported(type));
  return {
    mediaSource: 'MediaSource' in globalThis,
    managedMediaSource: 'ManagedMediaSource' in globalThis,
    h264: decodes(H264),
    h265: decodes(H265),
    nativeHls: video.canPlayType(HLS) !== '',
  };
}
