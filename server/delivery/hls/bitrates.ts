/** Bits per second of what was cut, and of what is only beginning: pure. */
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, durationMs, leads, opens } from '../fmp4/sample-times.ts';
import type { Segment } from './segment-window.ts';

/** Pure: bits per second; 0 of nothing but stills. */
export function bitrateOf(segments: readonly Segment[]): number {
  const moving = segments.filter(({ still }) => still !== true);
  const ms = moving.reduce((sum, segment) => sum + segment.durationMs, 0);
  return ms === 0 ? 0 : (moving.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * 8000) / ms;
}

/** Of target durations: over runs of segments that last so long the peak is measured (RFC 8216 section 4.1). */
const PEAK_RUN = { least: 0.5, most: 1.5 } as const;

/**
 * Pure: bits per second of the busiest run of segments; 0 as long as there is none that counts. What broke off behind its
 * keyframe alone is none: it would keep players from choosing the stream.
 */
export function peakBitrateOf(segments: readonly Segment[], targetMs: number): number {
  const moving = segments.filter(({ still }) => still !== true);
  let peak = 0;
  for (const from of moving.keys()) {
    let [ms, bytes] = [0, 0];
    for (let to = from; to < moving.length; to++) {
      ms += moving[to]!.durationMs;
      bytes += moving[to]!.sizeBytes;
      if (ms > PEAK_RUN.most * targetMs) break;
      if (ms >= PEAK_RUN.least * targetMs) peak = Math.max(peak, (bytes * 8000) / ms);
    }
  }
  return peak;
}

/**
 * Pure: bits per second of a segment that goes on as the samples begin. The keyframe that opens them is most of their
 * bytes, and one of few in the segment: what they come to by themselves would keep players from choosing them.
 */
export function guessBitrate(samples: readonly Sample[], segmentMs: number): number {
  const leading = samples.filter(leads);
  const lastsMs = leading.reduce((sum, sample) => sum + durationMs(sample), 0);
  const [first, last] = [leading[0], leading.at(-1)];
  if (first === undefined || last === undefined || lastsMs === 0) return 0;
  const spanMs = Math.max(lastsMs, decodeMs(last) - decodeMs(first));
  const keyframeBytes = opens(first) ? first.data.length : 0;
  const restBytes = samples.reduce((sum, { data }) => sum + data.length, 0) - keyframeBytes;
  return (keyframeBytes * 8000) / Math.max(segmentMs, spanMs) + (restBytes * 8000) / spanMs;
}
