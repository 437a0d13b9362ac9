/** RTP packets and RTCP sender reports (RFC 3550 sections 5.1 and 6.4.1) of one track. What is in them: `rtp-*.ts`. */
import { randomBytes } from 'node:crypto';

export const RTP_HEADER_BYTES = 12;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_UNIX_SECONDS = 2_208_988_800;
const UINT32 = 2 ** 32;
const CNAME = 'sightline-demo';

export interface RtpTrackOptions {
  readonly payloadType: number;
  readonly clockRateHz: number;
}

/** One track's sequence numbers, time and counters. SSRC, first sequence number and time base are random. */
export class RtpTrack {
  readonly ssrc = randomBytes(4).readUInt32BE();
  readonly baseTimestamp = randomBytes(4).readUInt32BE();
  readonly #payloadType: number;
  readonly #clockRateHz: number;
  #originMs = 0;
  #sequence = randomBytes(2).readUInt16BE();
  #packets = 0;
  #payloadBytes = 0;

  constructor(options: RtpTrackOptions) {
    this.#payloadType = options.payloadType;
    this.#clockRateHz = options.clockRateHz;
  }

  /** The number that the next packet will have. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** Says which wall clock (Unix ms) `baseTimestamp` stands for: once, before the first packet or report. */
  begin(originMs: number): void {
    this.#originMs = originMs;
  }

  /** RTP time of a wall clock. */
  timestampAt(timeMs: number): number {
    const ticks = this.baseTimestamp + Math.round(((timeMs - this.#originMs) * this.#clockRateHz) / 1000);
    return ((ticks % UINT32) + UINT32) % UINT32;
  }

  /** The next packet; `marker` is set on the last one of a picture and on every AAC frame. */
  packet(payload: Buffer, timeMs: number, marker: boolean): Buffer {
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + payload.length);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | this.#payloadType;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.timestampAt(timeMs), 4);
    packet.writeUInt32BE(this.ssrc, 8);
    packet.set(payload, RTP_HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets++;
    this.#payloadBytes += payload.length;
    return packet;
  }

  /** A compound of sender report and CNAME that ties RTP time to the wall clock. */
  senderReport(nowMs: number): Buffer {
    const name = Buffer.from(CNAME);
    // SDES items end with at least one zero byte, up to the next 32 bits.
    const itemBytes = Math.ceil((2 + name.length + 1) / 4) * 4;
    const report = Buffer.alloc(28 + 8 + itemBytes);
    report.set([0x80, 200, 0, 6]);
    report.writeUInt32BE(this.ssrc, 4);
    const seconds = Math.floor(nowMs / 1000);
    report.writeUInt32BE((seconds + NTP_UNIX_SECONDS) % UINT32, 8);
    report.writeUInt32BE(Math.floor(((nowMs - seconds * 1000) / 1000) * UINT32), 12);
    report.writeUInt32BE(this.timestampAt(nowMs), 16);
    report.writeUInt32BE(this.#packets % UINT32, 20);
    report.writeUInt32BE(this.#payloadBytes % UINT32, 24);
    report.set([0x81, 202, 0, 1 + itemBytes / 4], 28);
    report.writeUInt32BE(this.ssrc, 32);
    report.set([1, name.length], 36);
    report.set(name, 38);
    return report;
  }
}
