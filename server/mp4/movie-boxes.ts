/**
 * The boxes of an init segment: ftyp and a moov that holds no samples (ISO/IEC 14496-12 sections 4.3 and 8). When a
 * new one is due is `muxer.ts`; the boxes of fragments are `fragment-boxes.ts`.
 */
import type { AudioConfig } from '../flv/audio-config.ts';
import { BoxWriter } from './box-writer.ts';
import { TRACK_ID, type TrackName, VIDEO_TIMESCALE } from './sample.ts';
import { type Mp4VideoConfig, SAMPLE_ENTRY_BYTES, writeAudioEntry, writeVideoEntry } from './sample-entry.ts';

export interface MovieTracks {
  readonly video: Mp4VideoConfig | null;
  readonly audio: AudioConfig | null;
}

/** `iso6` for signed composition offsets in trun and `default-base-is-moof`. */
const BRANDS = ['iso6', 'iso5', 'mp41'] as const;
const MOVIE_TIMESCALE = 1000;
/** 'und', three letters of five bits (section 8.4.2.3). */
const LANGUAGE_UNDEFINED = 0x55c4;
const TRACK_FLAGS = { enabled: 1, inMovie: 2 } as const;
const SELF_CONTAINED = 1;
const FULL_VOLUME = 0x0100;
const UNITY_MATRIX = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/** More than all boxes around the two sample entries. */
const FIXED_BYTES = 1_600;

/** Pure: ftyp and moov. */
export function writeInit(tracks: MovieTracks): Buffer {
  const recordBytes = (tracks.video?.record.length ?? 0) + (tracks.audio?.record.length ?? 0);
  const w = new BoxWriter(FIXED_BYTES + 2 * SAMPLE_ENTRY_BYTES + recordBytes);
  w.box('ftyp', () => {
    w.text(BRANDS[0]);
    w.u32(0);
    for (const brand of BRANDS) w.text(brand);
  });
  w.box('moov', () => {
    writeMovieHeader(w);
    const { video, audio } = tracks;
    if (video) {
      writeTrack(w, 'video', VIDEO_TIMESCALE, video, () => writeVideoEntry(w, video));
    }
    if (audio) {
      writeTrack(w, 'audio', audio.sampleRateHz, { width: 0, height: 0 }, () => writeAudioEntry(w, audio));
    }
    w.box('mvex', () => {
      if (video) writeTrackExtends(w, 'video');
      if (audio) writeTrackExtends(w, 'audio');
    });
  });
  return w.finish();
}

/** mvhd, section 8.2.2. The duration is not known: 0. */
function writeMovieHeader(w: BoxWriter): void {
  w.fullBox('mvhd', 0, 0, () => {
    w.zeros(8);
    w.u32(MOVIE_TIMESCALE);
    w.u32(0);
    w.u32(0x1_0000);
    w.u16(FULL_VOLUME);
    w.zeros(10);
    for (const value of UNITY_MATRIX) w.u32(value);
    w.zeros(24);
    w.u32(Math.max(...Object.values(TRACK_ID)) + 1);
  });
}

function writeTrack(
  w: BoxWriter,
  name: TrackName,
  timescale: number,
  size: { readonly width: number; readonly height: number },
  entry: () => void,
): void {
  w.box('trak', () => {
    w.fullBox('tkhd', 0, TRACK_FLAGS.enabled | TRACK_FLAGS.inMovie, () => {
      w.zeros(8);
      w.u32(TRACK_ID[name]);
      w.zeros(16);
      w.u16(0);
      w.u16(name === 'audio' ? 1 : 0);
      w.u16(name === 'audio' ? FULL_VOLUME : 0);
      w.u16(0);
      for (const value of UNITY_MATRIX) w.u32(value);
      w.u32(size.width * 0x1_0000);
      w.u32(size.height * 0x1_0000);
    });
    w.box('mdia', () => {
      w.fullBox('mdhd', 0, 0, () => {
        w.zeros(8);
        w.u32(timescale);
        w.u32(0);
        w.u16(LANGUAGE_UNDEFINED);
        w.u16(0);
      });
      writeHandler(w, name);
      w.box('minf', () => {
        if (name === 'video') w.fullBox('vmhd', 0, 1, () => w.zeros(8));
        else w.fullBox('smhd', 0, 0, () => w.zeros(4));
        w.box('dinf', () => writeDataReference(w));
        w.box('stbl', () => writeEmptySampleTable(w, entry));
      });
    });
  });
}

function writeHandler(w: BoxWriter, name: TrackName): void {
  w.fullBox('hdlr', 0, 0, () => {
    w.u32(0);
    w.text(name === 'video' ? 'vide' : 'soun');
    w.zeros(12);
    w.text(name);
    w.u8(0);
  });
}

function writeDataReference(w: BoxWriter): void {
  w.fullBox('dref', 0, 0, () => {
    w.u32(1);
    w.fullBox('url ', 0, SELF_CONTAINED, () => {});
  });
}

function writeEmptySampleTable(w: BoxWriter, entry: () => void): void {
  w.fullBox('stsd', 0, 0, () => {
    w.u32(1);
    entry();
  });
  for (const type of ['stts', 'stsc', 'stco']) w.fullBox(type, 0, 0, () => w.u32(0));
  w.fullBox('stsz', 0, 0, () => w.zeros(8));
}

/** trex, section 8.8.3. Every fragment brings its own defaults. */
function writeTrackExtends(w: BoxWriter, name: TrackName): void {
  w.fullBox('trex', 0, 0, () => {
    w.u32(TRACK_ID[name]);
    w.u32(1);
    w.zeros(12);
  });
}
