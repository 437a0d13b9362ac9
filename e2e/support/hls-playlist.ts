/** Reads our media playlists strictly: a tag or attribute that is not known here is an error, as is one out of place. */

export interface ReadPart {
  readonly uri: string;
  readonly durationS: number;
  readonly independent: boolean;
}

export interface ReadSegment {
  readonly sequence: number;
  readonly uri: string;
  readonly durationS: number;
  readonly discontinuity: boolean;
  /** URI of the EXT-X-MAP that applies; null without. */
  readonly map: string | null;
  readonly pdtMs: number | null;
  readonly parts: readonly ReadPart[];
}

export interface ReadPlaylist {
  readonly text: string;
  readonly version: number;
  readonly independentSegments: boolean;
  readonly targetDurationS: number;
  readonly partTargetS: number | null;
  readonly canBlockReload: boolean;
  readonly canSkipUntilS: number | null;
  readonly holdBackS: number | null;
  readonly partHoldBackS: number | null;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  readonly skipped: number;
  /** Those that stand in the text; the first has the number `mediaSequence + skipped`. */
  readonly segments: readonly ReadSegment[];
  /** Of the segment that is being made. */
  readonly openParts: readonly ReadPart[];
  readonly openDiscontinuity: boolean;
  readonly hint: string | null;
  /** How far other renditions are. */
  readonly reports: readonly ReadReport[];
}

export interface ReadReport {
  readonly uri: string;
  readonly lastSequence: number;
  readonly lastPart: number | null;
}

type Attributes = ReadonlyMap<string, string>;

/** @throws Error naming the line that is not understood */
export function readMediaPlaylist(text: string): ReadPlaylist {
  const lines = text.split('\n');
  if (lines[0] !== '#EXTM3U') throw new Error('The playlist does not begin with #EXTM3U.');
  if (lines.pop() !== '') throw new Error('The last line has no end.');
  const once = new Map<string, string>();
  const segments: ReadSegment[] = [];
  let map: string | null = null;
  let head = emptyHead();
  let hint: string | null = null;
  const reports: ReadReport[] = [];

  for (const line of lines.slice(1)) {
    if (!line.startsWith('#')) {
      if (head.durationS === null) throw new Error(`No EXTINF before ${line}`);
      const sequence = whole(once, '#EXT-X-MEDIA-SEQUENCE') + segments.length + skippedOf(once);
      segments.push({ ...head, durationS: head.durationS, sequence, uri: line, map });
      head = emptyHead();
      continue;
    }
    const [, tag, value = ''] = /^(#[A-Z-]+)(?::(.*))?$/.exec(line) ?? [];
    switch (tag) {
      case '#EXTINF':
        head.durationS = decimal(value.replace(/,$/, ''));
        break;
      case '#EXT-X-DISCONTINUITY':
        head.discontinuity = true;
        break;
      case '#EXT-X-PROGRAM-DATE-TIME':
        head.pdtMs = Date.parse(value);
        if (new Date(head.pdtMs).toISOString() !== value) throw new Error(`Not a date: ${line}`);
        break;
      case '#EXT-X-MAP':
        map = quoted(attributes(value, ['URI']), 'URI');
        break;
      case '#EXT-X-PART':
        head.parts.push(readPart(attributes(value, ['DURATION', 'URI', 'INDEPENDENT'])));
        break;
      case '#EXT-X-PRELOAD-HINT': {
        const found = attributes(value, ['TYPE', 'URI']);
        if (hint !== null || found.get('TYPE') !== 'PART') throw new Error(`Not understood: ${line}`);
        hint = quoted(found, 'URI');
        break;
      }
      case '#EXT-X-RENDITION-REPORT': {
        const found = attributes(value, ['URI', 'LAST-MSN', 'LAST-PART']);
        const lastPart = found.get('LAST-PART');
        reports.push({
          uri: quoted(found, 'URI'),
          lastSequence: decimal(found.get('LAST-MSN') ?? ''),
          lastPart: lastPart === undefined ? null : decimal(lastPart),
        });
        break;
      }
      case '#EXT-X-VERSION':
      case '#EXT-X-INDEPENDENT-SEGMENTS':
      case '#EXT-X-TARGETDURATION':
      case '#EXT-X-SERVER-CONTROL':
      case '#EXT-X-PART-INF':
      case '#EXT-X-MEDIA-SEQUENCE':
      case '#EXT-X-DISCONTINUITY-SEQUENCE':
      case '#EXT-X-SKIP':
        if (once.has(tag)) throw new Error(`A second ${tag}.`);
        if (segments.length > 0) throw new Error(`${tag} stands behind a segment.`);
        once.set(tag, value);
        break;
      default:
        throw new Error(`Not understood: ${line}`);
    }
  }
  if (head.durationS !== null) throw new Error('An EXTINF without a segment.');

  const control = attributes(once.get('#EXT-X-SERVER-CONTROL') ?? '', [
    'CAN-BLOCK-RELOAD',
    'CAN-SKIP-UNTIL',
    'HOLD-BACK',
    'PART-HOLD-BACK',
  ]);
  const partTarget = attributes(once.get('#EXT-X-PART-INF') ?? '', ['PART-TARGET']).get('PART-TARGET');
  const optional = (name: string) => (control.has(name) ? decimal(control.get(name)!) : null);
  return {
    text,
    version: whole(once, '#EXT-X-VERSION'),
    independentSegments: once.has('#EXT-X-INDEPENDENT-SEGMENTS'),
    targetDurationS: whole(once, '#EXT-X-TARGETDURATION'),
    partTargetS: partTarget === undefined ? null : decimal(partTarget),
    canBlockReload: control.get('CAN-BLOCK-RELOAD') === 'YES',
    canSkipUntilS: optional('CAN-SKIP-UNTIL'),
    holdBackS: optional('HOLD-BACK'),
    partHoldBackS: optional('PART-HOLD-BACK'),
    mediaSequence: whole(once, '#EXT-X-MEDIA-SEQUENCE'),
    discontinuitySequence: whole(once, '#EXT-X-DISCONTINUITY-SEQUENCE'),
    skipped: skippedOf(once),
    segments,
    openParts: head.parts,
    openDiscontinuity: head.discontinuity,
    hint,
    reports,
  };
}

/** A delta update put onto the full playlist before it (section 6.3.7). */
export function mergeDelta(before: ReadPlaylist, delta: ReadPlaylist): ReadPlaylist {
  if (delta.skipped === 0) return delta;
  const from = delta.mediaSequence;
  const kept = before.segments.filter(({ sequence }) => sequence >= from && sequence < from + delta.skipped);
  if (kept.length !== delta.skipped) throw new Error('The delta update leaves out what was never told.');
  const lastMap = kept.at(-1)!.map;
  const told = delta.segments.map((segment) => (segment.map === null ? { ...segment, map: lastMap } : segment));
  return { ...delta, skipped: 0, segments: [...kept, ...told] };
}

function emptyHead() {
  return {
    durationS: null as number | null,
    discontinuity: false,
    pdtMs: null as number | null,
    parts: [] as ReadPart[],
  };
}

function readPart(found: Attributes): ReadPart {
  return {
    uri: quoted(found, 'URI'),
    durationS: decimal(found.get('DURATION') ?? ''),
    independent: found.get('INDEPENDENT') === 'YES',
  };
}

function attributes(text: string, known: readonly string[]): Attributes {
  const found = new Map<string, string>();
  if (text === '') return found;
  for (const pair of text.match(/[A-Z0-9-]+=(?:"[^"]*"|[^",]+)(?:,|$)/g) ?? []) {
    const [, name, value] = /^([A-Z0-9-]+)=(.*?),?$/.exec(pair)!;
    if (!known.includes(name!) || found.has(name!)) throw new Error(`Not understood: ${text}`);
    found.set(name!, value!);
  }
  if ([...found].map(([name, value]) => `${name}=${value}`).join(',') !== text) throw new Error(`Not a list: ${text}`);
  return found;
}

function quoted(found: Attributes, name: string): string {
  const value = /^"([^"]+)"$/.exec(found.get(name) ?? '')?.[1];
  if (value === undefined) throw new Error(`No quoted ${name}.`);
  return value;
}

function decimal(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`Not a decimal number: ${text}`);
  return Number(text);
}

function whole(once: ReadonlyMap<string, string>, tag: string): number {
  const text = once.get(tag);
  if (text === undefined || !/^\d+$/.test(text)) throw new Error(`${tag} is ${text}.`);
  return Number(text);
}

function skippedOf(once: ReadonlyMap<string, string>): number {
  const text = once.get('#EXT-X-SKIP');
  return text === undefined ? 0 : Number(/^SKIPPED-SEGMENTS=(\d+)$/.exec(text)?.[1] ?? Number.NaN);
}
