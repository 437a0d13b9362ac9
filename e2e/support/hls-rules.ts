/**
 * Holds full media playlists against RFC 8216 and draft-pantos-hls-rfc8216bis, rule by rule: each alone, and each
 * beside the one that was read before it.
 */
import type { ReadPart, ReadPlaylist, ReadSegment } from './hls-playlist.ts';

export interface Rule {
  readonly name: string;
  /** Sections of draft-pantos-hls-rfc8216bis. */
  readonly section: string;
  /** Sentences about what breaks the rule. `before` is null for the first playlist. */
  readonly check: (now: ReadPlaylist, before: ReadPlaylist | null) => readonly string[];
}

/** Times are written in milliseconds. */
const ROUNDING_S = 0.0011;
const LEAST_PART = 0.85;

const alone = (name: string, section: string, check: (now: ReadPlaylist) => readonly string[]): Rule => ({
  name,
  section,
  check: (now) => check(now),
});
const paired = (
  name: string,
  section: string,
  check: (now: ReadPlaylist, before: ReadPlaylist) => readonly string[],
): Rule => ({ name, section, check: (now, before) => (before === null ? [] : check(now, before)) });
const unless = (holds: boolean, sentence: string) => (holds ? [] : [sentence]);

export const RULES: readonly Rule[] = [
  alone('EXTINF, rounded, is at most the target duration', '4.4.3.1', ({ segments, targetDurationS }) =>
    segments
      .filter(({ durationS }) => Math.round(durationS) > targetDurationS)
      .map(({ uri, durationS }) => `${uri} lasts ${durationS} s`),
  ),
  alone('there is a segment to play', '6.2.2', ({ segments }) => unless(segments.length > 0, 'no segment')),
  alone('fragmented MP4 has its init segment told before it', '4.4.4.5', ({ segments }) =>
    segments.filter(({ uri, map }) => uri.endsWith('.m4s') && map === null).map(({ uri }) => `${uri} has no map`),
  ),
  alone('another init segment stands behind a discontinuity', '4.4.4.3', ({ segments }) =>
    neighbours(segments)
      .filter(([first, second]) => first.map !== second.map && !second.discontinuity)
      .map(([, second]) => `${second.uri} has ${second.map}`),
  ),
  alone('EXT-X-MAP and EXT-X-SKIP have the version they need', '8', ({ version, skipped }) =>
    unless(version >= (skipped > 0 ? 9 : 6), `version ${version}`),
  ),
  alone('no two files have one name', '6.2.1', ({ segments, openParts }) => {
    const names = [...segments.map(({ uri }) => uri), ...partsOf(segments, openParts).map(({ uri }) => uri)];
    return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} twice`);
  }),
  alone('the dates of segments rise', '4.4.4.6', ({ segments }) =>
    neighbours(segments)
      .filter(([first, second]) => (second.pdtMs ?? Number.NaN) <= (first.pdtMs ?? 0) || second.pdtMs === null)
      .map(([, second]) => `${second.uri} is of ${second.pdtMs}`),
  ),
  alone('HOLD-BACK is at least three target durations', '4.4.3.8', ({ holdBackS, targetDurationS }) =>
    unless(holdBackS === null || holdBackS >= 3 * targetDurationS, `HOLD-BACK ${holdBackS}`),
  ),
  alone('the skip boundary is at least six target durations', '4.4.3.8', ({ canSkipUntilS, targetDurationS }) =>
    unless(canSkipUntilS === null || canSkipUntilS >= 6 * targetDurationS, `CAN-SKIP-UNTIL ${canSkipUntilS}`),
  ),
  alone('PART-HOLD-BACK is there with parts, and three part targets', '4.4.3.8', ({ partTargetS, partHoldBackS }) =>
    unless(
      partTargetS === null || (partHoldBackS !== null && partHoldBackS >= 3 * partTargetS - ROUNDING_S),
      `PART-HOLD-BACK ${partHoldBackS}`,
    ),
  ),
  alone('parts come with PART-INF and blocking reload', '4.4.3.7', (now) =>
    unless(
      partsOf(now.segments, now.openParts).length === 0 || (now.partTargetS !== null && now.canBlockReload),
      'parts without',
    ),
  ),
  alone('no part is longer than the part target', '4.4.4.9', ({ segments, openParts, partTargetS }) =>
    partsOf(segments, openParts)
      .filter(({ durationS }) => durationS > (partTargetS ?? 0) + ROUNDING_S)
      .map(({ uri, durationS }) => `${uri} lasts ${durationS} s`),
  ),
  alone('no part but a segment’s last is under 85 % of the part target', '4.4.4.9', (now) =>
    [...now.segments.map(({ parts }) => parts.slice(0, -1)), now.openParts.slice(0, -1)]
      .flat()
      .filter(({ durationS }) => durationS < LEAST_PART * (now.partTargetS ?? 0) - ROUNDING_S)
      .map(({ uri, durationS }) => `${uri} lasts ${durationS} s`),
  ),
  alone('the parts of a segment make up its duration', '4.4.4.9', ({ segments }) =>
    segments
      .filter(({ parts }) => parts.length > 0)
      .filter(({ parts, durationS }) => {
        const sumS = parts.reduce((sum, part) => sum + part.durationS, 0);
        return Math.abs(sumS - durationS) > ROUNDING_S * (parts.length + 1);
      })
      .map(({ uri }) => `${uri} lasts otherwise than its parts`),
  ),
  alone(
    'an independent segment’s first part is independent',
    '4.4.4.9',
    ({ segments, openParts, independentSegments }) =>
      [...segments.map(({ parts }) => parts), openParts]
        .filter((parts) => independentSegments && parts[0]?.independent === false)
        .map((parts) => `${parts[0]!.uri} is not`),
  ),
  alone('parts are told for three target durations before the end', '6.2.2', (now) => {
    let fromEndS = now.openParts.reduce((sum, { durationS }) => sum + durationS, 0);
    const missing: string[] = [];
    for (const segment of now.segments.toReversed()) {
      const { uri, durationS, parts } = segment;
      if (now.partTargetS === null || fromEndS >= 3 * now.targetDurationS) break;
      // The first of all may be one that was never made in parts.
      if (parts.length === 0 && segment !== now.segments[0]) missing.push(`${uri} has no parts`);
      fromEndS += durationS;
    }
    return missing;
  }),
  alone('the hint names what is not there yet', '4.4.5.3', ({ segments, openParts, hint }) =>
    partsOf(segments, openParts)
      .filter(({ uri }) => uri === hint)
      .map(({ uri }) => `${uri} is there`),
  ),
  paired('the target duration never changes', '6.2.1', (now, before) =>
    unless(now.targetDurationS === before.targetDurationS, `${before.targetDurationS} to ${now.targetDurationS}`),
  ),
  paired('the part target never changes', '4.4.3.7', (now, before) =>
    unless(now.partTargetS === before.partTargetS, `${before.partTargetS} to ${now.partTargetS}`),
  ),
  paired('the media sequence never goes back', '6.2.2', (now, before) =>
    unless(now.mediaSequence >= before.mediaSequence, `${before.mediaSequence} to ${now.mediaSequence}`),
  ),
  paired('what was told of a segment stays', '6.2.1', (now, before) =>
    now.segments.flatMap((segment) => {
      const earlier = before.segments.find(({ sequence }) => sequence === segment.sequence) ?? segment;
      return unless(essence(earlier) === essence(segment), `${essence(earlier)} to ${essence(segment)}`);
    }),
  ),
  paired('segments leave at the beginning only', '6.2.2', (now, before) => {
    const told = new Set(now.segments.map(({ sequence }) => sequence));
    return before.segments
      .filter(({ sequence }) => sequence >= now.mediaSequence && !told.has(sequence))
      .map(({ sequence }) => `${sequence} is gone`);
  }),
  paired('nothing leaves that makes the rest shorter than three target durations', '6.2.2', (now, before) => {
    const stayed = now.segments.some(({ sequence }) => sequence < before.mediaSequence + before.segments.length);
    const restS = now.segments.reduce((sum, { durationS }) => sum + durationS, 0);
    const left = now.mediaSequence > before.mediaSequence;
    // One that slept begins anew.
    return unless(!left || !stayed || restS >= 3 * now.targetDurationS - ROUNDING_S, `${restS} s are left`);
  }),
  paired('the discontinuity sequence counts the discontinuities that have left', '6.2.2', (now, before) => {
    const left = before.segments.filter(({ sequence }) => sequence < now.mediaSequence);
    const least = before.discontinuitySequence + left.filter(({ discontinuity }) => discontinuity).length;
    const all = now.mediaSequence <= before.mediaSequence + before.segments.length;
    const holds = all ? now.discontinuitySequence === least : now.discontinuitySequence >= least;
    return unless(holds, `${before.discontinuitySequence} to ${now.discontinuitySequence}, not ${least}`);
  }),
  paired('what was told of a part stays', '6.2.2', (now, before) => {
    const parts = new Map(partsOf(now.segments, now.openParts).map((part) => [part.uri, part]));
    return partsOf(before.segments, before.openParts).flatMap((part) => {
      const later = parts.get(part.uri);
      const same =
        later === undefined || (later.durationS === part.durationS && later.independent === part.independent);
      return unless(same, `${part.uri} changed`);
    });
  }),
  paired('parts of the newest segment stay until it is whole, and become its parts', '6.2.2', (now, before) => {
    const told = before.openParts.map(({ uri }) => uri);
    if (told.length === 0) return [];
    const sequence = before.mediaSequence + before.segments.length;
    const whole = now.segments.find((segment) => segment.sequence === sequence);
    if (whole === undefined && now.mediaSequence > sequence) return [];
    if (whole !== undefined && whole.parts.length === 0) return [];
    const later = (whole?.parts ?? now.openParts).map(({ uri }) => uri);
    return unless(
      told.every((uri, index) => later[index] === uri),
      `${told.join()} to ${later.join()}`,
    );
  }),
  alone('reports name each other rendition once, with its part where there are parts', '4.4.5.4', (now) => {
    const names = now.reports.map(({ uri }) => uri);
    const withoutPart = now.reports.filter(({ lastPart }) => (lastPart === null) === now.canBlockReload);
    return [
      ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} twice`),
      ...names.filter((name) => /^[a-z]+:|^\//.test(name)).map((name) => `${name} is not relative`),
      ...withoutPart.map(({ uri }) => `${uri} says no part`),
    ];
  }),
  paired('what is reported of a rendition never goes back', '4.4.5.4', (now, before) =>
    now.reports.flatMap(({ uri, lastSequence, lastPart }) => {
      const earlier = before.reports.find((report) => report.uri === uri);
      if (earlier === undefined || lastSequence > earlier.lastSequence) return [];
      const holds = lastSequence === earlier.lastSequence && (lastPart ?? 0) >= (earlier.lastPart ?? 0);
      return unless(holds, `${uri}: ${earlier.lastSequence}.${earlier.lastPart} to ${lastSequence}.${lastPart}`);
    }),
  ),
];

/** Every breach of every rule, each as `rule: what`. */
export function breaches(now: ReadPlaylist, before: ReadPlaylist | null): string[] {
  return RULES.flatMap((rule) => rule.check(now, before).map((sentence) => `${rule.name}: ${sentence}`));
}

function essence({ uri, durationS, discontinuity, map, pdtMs }: ReadSegment): string {
  return JSON.stringify({ uri, durationS, discontinuity, map, pdtMs });
}

function partsOf(segments: readonly ReadSegment[], open: readonly ReadPart[]): ReadPart[] {
  return [...segments.flatMap(({ parts }) => parts), ...open];
}

function neighbours<T>(values: readonly T[]): [T, T][] {
  return values.slice(1).map((value, index) => [values[index]!, value]);
}
