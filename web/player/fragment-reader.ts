/**
 * What the page must know of fragmented MP4 (ISO/IEC 14496-12) before the browser gets it: tracks of an init segment, and
 * of fragments their times, pictures and arrival times. Pure: bytes to records. The media itself stays untouched.
 */

/** The bytes are not the boxes they should be. */
export class NotMp4Error extends Error {
  override readonly name = 'NotMp4Error';
}

export interface TrackInfo {
  readonly kind: 'video' | 'audio' | 'other';
  /** Ticks per second. */
  readonly timescale: number;
}

/** By track id. */
export type TrackTable = ReadonlyMap<number, TrackInfo>;

/** When the relay had a picture: prft, section 8.16.5. */
export interface ReferenceMark {
  readonly trackId: number;
  /** On the stream's clock. */
  readonly ptsMs: number;
  /** Relay's wall clock, Unix ms. */
  readonly arrivedAtMs: number;
}

export interface FragmentFacts {
  /** A player can begin here: its first picture is a keyframe, or there is no video track. */
  readonly independent: boolean;
  readonly videoFrames: number;
  readonly audioFrames: number;
  /** Presentation time of the first sample of the picture (of the sound where there is none), on the stream's clock. */
  readonly firstPtsMs: number | null;
  /** Decode time of the newest picture, on the stream's clock. */
  readonly lastVideoMs: number | null;
  /** The same of the newest sound. */
  readonly lastAudioMs: number | null;
  readonly marks: readonly ReferenceMark[];
}

interface Box {
  readonly type: string;
  /** Of what follows the box's header, within the whole buffer. */
  readonly start: number;
  readonly end: number;
}

/** From 1900 to 1970 (RFC 5905 section 6), and the length of an NTP era. */
const NTP_EPOCH_S = 2_208_988_800;
const NTP_ERA_S = 2 ** 32;
const TFHD = { baseDataOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 } as const;
const TRUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
} as const;
/** `sample_is_non_sync_sample` of the sample flags (section 8.8.3.1). */
const NON_SYNC = 0x0001_0000;

/** Pure: the tracks of an init segment (ftyp, moov). Throws `NotMp4Error`. */
export function readInit(bytes: Uint8Array): TrackTable {
  return guarded(() => tracksOf(viewOf(bytes)));
}

/** Pure: whether the bytes begin like an init segment. */
export function isInit(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && name(viewOf(bytes), 4) === 'ftyp';
}

/** Pure: what one or more whole fragments hold. Boxes that it does not know are left alone. Throws `NotMp4Error`. */
export function readFragment(bytes: Uint8Array, tracks: TrackTable): FragmentFacts {
  return guarded(() => factsOf(viewOf(bytes), tracks));
}

/** A field beyond the end of the bytes is a box that is not what it says. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new NotMp4Error('a box cut short') : error;
  }
}

function tracksOf(view: DataView): TrackTable {
  const tracks = new Map<number, TrackInfo>();
  const moov = boxes(view, 0, view.byteLength).find(({ type }) => type === 'moov');
  if (moov === undefined) throw new NotMp4Error('no moov');
  for (const trak of inside(view, moov, 'trak')) {
    const header = inside(view, trak, 'tkhd')[0];
    const media = inside(view, trak, 'mdia')[0];
    const mediaHeader = media && inside(view, media, 'mdhd')[0];
    const handler = media && inside(view, media, 'hdlr')[0];
    if (!header || !mediaHeader || !handler) throw new NotMp4Error('a track without its headers');
    // Version 1 has 64-bit times before both fields.
    const id = view.getUint32(header.start + (view.getUint8(header.start) === 1 ? 20 : 12));
    const timescale = view.getUint32(mediaHeader.start + (view.getUint8(mediaHeader.start) === 1 ? 20 : 12));
    const type = name(view, handler.start + 8);
    tracks.set(id, { kind: type === 'vide' ? 'video' : type === 'soun' ? 'audio' : 'other', timescale });
  }
  return tracks;
}

function factsOf(view: DataView, tracks: TrackTable): FragmentFacts {
  const hasVideo = [...tracks.values()].some(({ kind }) => kind === 'video');
  const marks: ReferenceMark[] = [];
  const runs: Run[] = [];
  for (const box of boxes(view, 0, view.byteLength)) {
    if (box.type === 'prft') {
      const mark = readReference(view, box, tracks);
      if (mark !== null) marks.push(mark);
    } else if (box.type === 'moof') {
      for (const traf of inside(view, box, 'traf')) runs.push(...readTrackFragment(view, traf, tracks));
    }
  }
  const video = runs.filter(({ kind }) => kind === 'video');
  const audio = runs.filter(({ kind }) => kind === 'audio');
  const lead = hasVideo ? video : audio;
  const count = (of: readonly Run[]) => of.reduce((sum, { samples }) => sum + samples, 0);
  return {
    independent: hasVideo ? video[0]?.keyframe === true : audio.length > 0,
    videoFrames: count(video),
    audioFrames: count(audio),
    firstPtsMs: lead[0]?.firstPtsMs ?? null,
    lastVideoMs: video.at(-1)?.lastDecodeMs ?? null,
    lastAudioMs: audio.at(-1)?.lastDecodeMs ?? null,
    marks,
  };
}

interface Run {
  readonly kind: TrackInfo['kind'];
  readonly samples: number;
  readonly keyframe: boolean;
  readonly firstPtsMs: number;
  readonly lastDecodeMs: number;
}

function readReference(view: DataView, { start }: Box, tracks: TrackTable): ReferenceMark | null {
  const trackId = view.getUint32(start + 4);
  const track = tracks.get(trackId);
  if (track === undefined) return null;
  const ntpS = view.getUint32(start + 8);
  const ticks = view.getUint8(start) === 0 ? view.getUint32(start + 16) : u64(view, start + 16);
  // Seconds below the epoch are those of the era that begins in 2036.
  const unixS = (ntpS < NTP_EPOCH_S ? ntpS + NTP_ERA_S : ntpS) - NTP_EPOCH_S;
  const arrivedAtMs = unixS * 1000 + Math.round((view.getUint32(start + 12) / 2 ** 32) * 1000);
  return { trackId, ptsMs: (ticks * 1000) / track.timescale, arrivedAtMs };
}

/** tfhd, tfdt and trun, sections 8.8.7, 8.8.12 and 8.8.8. */
function readTrackFragment(view: DataView, traf: Box, tracks: TrackTable): Run[] {
  const header = inside(view, traf, 'tfhd')[0];
  const time = inside(view, traf, 'tfdt')[0];
  if (!header || !time) throw new NotMp4Error('a traf without tfhd or tfdt');
  const track = tracks.get(view.getUint32(header.start + 4));
  if (track === undefined) return [];
  const flags = view.getUint32(header.start) & 0xff_ffff;
  let at = header.start + 8 + (flags & TFHD.baseDataOffset ? 8 : 0) + (flags & TFHD.description ? 4 : 0);
  const defaultTicks = flags & TFHD.duration ? view.getUint32(at) : 0;
  at += (flags & TFHD.duration ? 4 : 0) + (flags & TFHD.size ? 4 : 0);
  const defaultFlags = flags & TFHD.flags ? view.getUint32(at) : 0;
  let decodeTicks = view.getUint8(time.start) === 1 ? u64(view, time.start + 4) : view.getUint32(time.start + 4);
  return inside(view, traf, 'trun').flatMap((box) => {
    const run = readRun(view, box, { ...track, decodeTicks, defaultTicks, defaultFlags });
    decodeTicks = run?.endTicks ?? decodeTicks;
    return run === null ? [] : [run];
  });
}

interface RunDefaults extends TrackInfo {
  readonly decodeTicks: number;
  readonly defaultTicks: number;
  readonly defaultFlags: number;
}

function readRun(view: DataView, box: Box, defaults: RunDefaults): (Run & { endTicks: number }) | null {
  const { kind, timescale, decodeTicks, defaultTicks } = defaults;
  const flags = view.getUint32(box.start) & 0xff_ffff;
  const samples = view.getUint32(box.start + 4);
  if (samples === 0) return null;
  let at = box.start + 8 + (flags & TRUN.dataOffset ? 4 : 0);
  const firstFlags = flags & TRUN.firstFlags ? view.getUint32(at) : null;
  at += firstFlags === null ? 0 : 4;
  const bytesEach = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.composition].filter((each) => flags & each).length * 4;
  if (at + samples * bytesEach > box.end) throw new NotMp4Error('a trun shorter than its samples');
  const flagsAt = at + (flags & TRUN.duration ? 4 : 0) + (flags & TRUN.size ? 4 : 0);
  const sampleFlags = firstFlags ?? (flags & TRUN.flags ? view.getUint32(flagsAt) : defaults.defaultFlags);
  const composition = flags & TRUN.composition ? view.getInt32(flagsAt + (flags & TRUN.flags ? 4 : 0)) : 0;
  let lastTicks = decodeTicks + (samples - 1) * defaultTicks;
  let endTicks = lastTicks + defaultTicks;
  if (flags & TRUN.duration) {
    endTicks = decodeTicks;
    for (let i = 0; i < samples; i++, at += bytesEach) {
      lastTicks = endTicks;
      endTicks += view.getUint32(at);
    }
  }
  return {
    kind,
    samples,
    keyframe: (sampleFlags & NON_SYNC) === 0,
    firstPtsMs: ((decodeTicks + composition) * 1000) / timescale,
    lastDecodeMs: (lastTicks * 1000) / timescale,
    endTicks,
  };
}

function boxes(view: DataView, start: number, end: number): Box[] {
  const found: Box[] = [];
  for (let at = start; at < end; ) {
    if (end - at < 8) throw new NotMp4Error('a box header cut short');
    const size32 = view.getUint32(at);
    const headerBytes = size32 === 1 ? 16 : 8;
    if (end - at < headerBytes) throw new NotMp4Error('a box header cut short');
    const size = size32 === 1 ? u64(view, at + 8) : size32 === 0 ? end - at : size32;
    if (size < headerBytes || at + size > end) throw new NotMp4Error(`a box of ${size} bytes where ${end - at} are`);
    found.push({ type: name(view, at + 4), start: at + headerBytes, end: at + size });
    at += size;
  }
  return found;
}

function inside(view: DataView, box: Box, type: string): Box[] {
  return boxes(view, box.start, box.end).filter((each) => each.type === type);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
