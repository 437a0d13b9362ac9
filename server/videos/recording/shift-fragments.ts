/** Moves fragments in time, so that pieces of several files make one sequence. Pure. */
import { boxType } from '../../mp4/box-reader.ts';

const HEADER_BYTES = 8;
/** Behind size and type; both boxes as the relay writes them, in version 1. */
const TFHD_TRACK_AT = 4;
const TFDT_TIME_AT = 4;
const PRFT_TRACK_AT = 4;
const PRFT_TIME_AT = 16;

/**
 * Changes `bytes` in place: whole fragments of the relay's own make, moved by so many ms. Times below 0 become 0.
 * `timescales`: ticks per second by track id.
 */
export function shiftFragments(bytes: Buffer, shiftMs: number, timescales: ReadonlyMap<number, number>): void {
  const move = (at: number, trackId: number) => {
    const ticks = Math.round((shiftMs * (timescales.get(trackId) ?? 0)) / 1000);
    const moved = bytes.readBigUInt64BE(at) + BigInt(ticks);
    bytes.writeBigUInt64BE(moved < 0n ? 0n : moved, at);
  };
  let trackId = 0;
  const walk = (from: number, to: number) => {
    for (let at = from; at + HEADER_BYTES <= to; ) {
      const size = bytes.readUInt32BE(at);
      if (size < HEADER_BYTES || at + size > to) return;
      const content = at + HEADER_BYTES;
      switch (boxType(bytes, at + 4)) {
        case 'moof':
        case 'traf':
          walk(content, at + size);
          break;
        case 'tfhd':
          trackId = bytes.readUInt32BE(content + TFHD_TRACK_AT);
          break;
        case 'tfdt':
          move(content + TFDT_TIME_AT, trackId);
          break;
        case 'prft':
          move(content + PRFT_TIME_AT, bytes.readUInt32BE(content + PRFT_TRACK_AT));
          break;
      }
      at += size;
    }
  };
  walk(0, bytes.length);
}
