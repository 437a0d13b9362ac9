/** The text of HLS playlists: RFC 8216 and draft-pantos-hls-rfc8216bis. Pure; what is in them is decided elsewhere. */
import type { FileNames } from './file-names.ts';
import type { Segment } from './segment-window.ts';

export interface MediaView {
  readonly targetDurationS: number;
  /** Null: no parts, for consumers that know only whole segments. */
  readonly partTargetMs: number | null;
  /** Complete segments, oldest first. */
  readonly listed: readonly Segment[];
  readonly open: Segment | null;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** The part that comes next. */
  readonly hint: { readonly sequence: number; readonly part: number };
  readonly names: FileNames;
  /** The other variants' playlists, each with its newest part, for EXT-X-RENDITION-REPORT. */
  readonly reports: readonly RenditionReport[];
}

export interface RenditionReport {
  readonly uri: string;
  readonly lastSequence: number;
  readonly lastPart: number | null;
}

/** EXT-X-SKIP needs 9, EXT-X-MAP 6 (section 8). What asks for no delta update is told no more than it has to know. */
const VERSION = { delta: 9, plain: 6 } as const;
/** Of target durations: parts stay listed for so long (section 6.2.2), and the Skip Boundary (section 4.4.3.8). */
const PARTS_KEPT = 3;
const SKIP_BOUNDARY = 6;
const HOLD_BACK = 3;
const PART_HOLD_BACK = 3;

/**
 * Pure: a media playlist; with `skip` a delta update (section 6.2.5.1) where there is something to leave out.
 */
export function mediaPlaylist(view: MediaView, { skip = false }: { readonly skip?: boolean } = {}): string {
  const { listed, open, partTargetMs, targetDurationS } = view;
  const skipped = skip && partTargetMs !== null ? skippable(view) : 0;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${skipped > 0 ? VERSION.delta : VERSION.plain}`,
    // Only as long as it is true: a camera that changed its rhythm may have forced a cut elsewhere.
    ...([...listed, ...(open === null ? [] : [open])].every((each) => each.independent)
      ? ['#EXT-X-INDEPENDENT-SEGMENTS']
      : []),
    `#EXT-X-TARGETDURATION:${targetDurationS}`,
    ...(partTargetMs === null ? [] : lowLatencyHeader(partTargetMs, targetDurationS)),
    `#EXT-X-MEDIA-SEQUENCE:${view.mediaSequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${view.discontinuitySequence}`,
    ...(skipped === 0 ? [] : [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`]),
  ];
  const partsFrom = partTargetMs === null ? listed.length : firstWithParts(view);
  for (let index = skipped; index < listed.length; index++) {
    const segment = listed[index]!;
    lines.push(...segmentHead(view, segment, index === 0 ? null : listed[index - 1]!));
    if (index >= partsFrom) lines.push(...partLines(view, segment));
    lines.push(`#EXTINF:${seconds(segment.durationMs)},`, view.names.segment(segment.sequence));
  }
  if (partTargetMs !== null) lines.push(...openLines(view));
  return `${lines.join('\n')}\n`;
}

function lowLatencyHeader(partTargetMs: number, targetDurationS: number): string[] {
  const control = [
    'CAN-BLOCK-RELOAD=YES',
    `CAN-SKIP-UNTIL=${seconds(SKIP_BOUNDARY * targetDurationS * 1000)}`,
    `HOLD-BACK=${seconds(HOLD_BACK * targetDurationS * 1000)}`,
    `PART-HOLD-BACK=${seconds(PART_HOLD_BACK * partTargetMs)}`,
  ];
  return [`#EXT-X-SERVER-CONTROL:${control.join(',')}`, `#EXT-X-PART-INF:PART-TARGET=${seconds(partTargetMs)}`];
}

/** The parts of the segment that is being made, the hint, and how far the other renditions are. */
function openLines(view: MediaView): string[] {
  const { open, listed, hint, names, reports } = view;
  const lines: string[] = [];
  if (open !== null && open.parts.length > 0) {
    lines.push(...segmentHead(view, open, listed.at(-1) ?? null), ...partLines(view, open));
  }
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${names.part(hint.sequence, hint.part)}"`);
  for (const { uri, lastSequence, lastPart } of reports) {
    const part = lastPart === null ? '' : `,LAST-PART=${lastPart}`;
    lines.push(`#EXT-X-RENDITION-REPORT:URI="${uri}",LAST-MSN=${lastSequence}${part}`);
  }
  return lines;
}

function segmentHead({ names }: MediaView, segment: Segment, before: Segment | null): string[] {
  const lines: string[] = [];
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (segment.init > 0 && segment.init !== before?.init) lines.push(`#EXT-X-MAP:URI="${names.init(segment.init)}"`);
  lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.startedAtMs).toISOString()}`);
  return lines;
}

function partLines({ names }: MediaView, { sequence, parts, still }: Segment): string[] {
  if (still === true) return [];
  return parts.map(({ durationMs, independent }, index) => {
    const flag = independent ? ',INDEPENDENT=YES' : '';
    return `#EXT-X-PART:DURATION=${seconds(durationMs)},URI="${names.part(sequence, index)}"${flag}`;
  });
}

/** Index of the first listed segment whose parts are still told: from three target durations before the end. */
function firstWithParts({ listed, open, targetDurationS }: MediaView): number {
  let fromEndMs = open?.durationMs ?? 0;
  let index = listed.length;
  while (index > 0 && fromEndMs < PARTS_KEPT * targetDurationS * 1000) fromEndMs += listed[--index]!.durationMs;
  return index;
}

/** How many segments a delta update leaves out: those further from the end than the Skip Boundary. */
function skippable({ listed, open, targetDurationS }: MediaView): number {
  let fromEndMs = open?.durationMs ?? 0;
  let count = listed.length;
  while (count > 0 && fromEndMs < SKIP_BOUNDARY * targetDurationS * 1000) fromEndMs += listed[--count]!.durationMs;
  return count;
}

export interface Variant {
  readonly uri: string;
  readonly codecs: string;
  /** Bits per second of the busiest segment, and on the whole. */
  readonly peakBitrate: number;
  readonly averageBitrate: number;
  /** 0 when unknown. */
  readonly width: number;
  readonly height: number;
  /** 0 without a picture. */
  readonly fps: number;
}

/** Pure: one line pair per variant; that segments are independent is said where it can be taken back, in each variant. */
export function multivariantPlaylist(variants: readonly Variant[]): string {
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${VERSION.plain}`];
  for (const { uri, codecs, peakBitrate, averageBitrate, width, height, fps } of variants) {
    const attributes = [
      `BANDWIDTH=${Math.max(1, Math.ceil(peakBitrate))}`,
      `AVERAGE-BANDWIDTH=${Math.max(1, Math.ceil(averageBitrate))}`,
      `CODECS="${codecs}"`,
      ...(width > 0 && height > 0 ? [`RESOLUTION=${width}x${height}`] : []),
      ...(fps > 0 ? [`FRAME-RATE=${fps.toFixed(3)}`] : []),
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, uri);
  }
  return `${lines.join('\n')}\n`;
}

/** Milliseconds as decimal seconds. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3).replace(/\.?0+$/, '') || '0';
}
