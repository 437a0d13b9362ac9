/**
 * What of a period one MP4 can hold: the camera may have changed its codec or its sound within it. Pure; putting the
 * movie together is `export.ts`.
 */
import { RelayError } from '../../errors.ts';
import { type RecordedTracks, readTracks } from './recorded-tracks.ts';
import type { TimeRange } from './recording-requests.ts';
import type { Stretch } from './vod-playlist.ts';

interface Part {
  readonly tracks: RecordedTracks;
  readonly stretches: Stretch[];
}

/** Less than this of another format at an edge is none that was meant: arrival times waver where one ends. */
const SLIVER_MS = 1_000;
const CODEC_NAMES = { h264: 'H.264', hevc: 'H.265', aac: 'AAC' } as const;

/**
 * Pure: the stretches that belong together, oldest first as they come.
 * @throws RelayError `mixed-recording` that says what changed, when, and what to do; its `at` parts the period in two
 */
export function exportable(stretches: readonly Stretch[], range: TimeRange): readonly Stretch[] {
  const parts = partsOf(stretches);
  while (parts.length > 1 && lengthMs(parts[0]!, range) < SLIVER_MS) parts.shift();
  while (parts.length > 1 && lengthMs(parts.at(-1)!, range) < SLIVER_MS) parts.pop();
  const [first, second] = parts;
  if (first === undefined) return [];
  if (second === undefined) return first.stretches;
  const at = new Date(second.stretches[0]!.file.startedAtMs).toISOString();
  const [before, after] = [nameOf(first), nameOf(second)];
  throw new RelayError(
    'mixed-recording',
    `The camera changed ${before === after ? 'the form of its sound or picture' : `from ${before} to ${after}`} at ${at}, ` +
      'and one MP4 cannot hold both: export up to that time, and from it on, one by one.',
    { at },
  );
}

/** Neighbours that one track can hold; only a picture's size may change on the way. */
function partsOf(stretches: readonly Stretch[]): Part[] {
  const parts: Part[] = [];
  for (const stretch of stretches) {
    const tracks = readTracks(stretch.init);
    const last = parts.at(-1);
    if (last?.tracks.form === tracks.form) last.stretches.push(stretch);
    else parts.push({ tracks, stretches: [stretch] });
  }
  return parts;
}

function lengthMs({ stretches }: Part, { fromMs, toMs }: TimeRange): number {
  return stretches.reduce((sum, { file }) => {
    return sum + Math.max(0, Math.min(toMs, file.endedAtMs) - Math.max(fromMs, file.startedAtMs));
  }, 0);
}

function nameOf({ tracks }: Part): string {
  return tracks.all.map(({ codec }) => CODEC_NAMES[codec]).join(' with ');
}
