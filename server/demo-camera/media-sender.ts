/**
 * What one playing session sends: samples in, RTP and sender reports out, with the session's faults and its own drops.
 * Sessions and their messages are `rtsp-session.ts`, shared pictures are `scene.ts`.
 */
import { type Fault, isFaultActive } from './faults.ts';
import { RTP_HEADER_BYTES, RtpTrack } from './rtp.ts';
import { packetiseAac } from './rtp-aac.ts';
import { type ParameterSets, packetiseNal } from './rtp-h264.ts';
import type { RtpTransport } from './rtp-transport.ts';
import type { Sample } from './scene.ts';
import type { Track } from './sdp.ts';

/** Fits into an Ethernet frame with every header that may come before it. */
const MAX_PACKET_BYTES = 1400;
const MAX_PAYLOAD_BYTES = MAX_PACKET_BYTES - RTP_HEADER_BYTES;
const REPORT_INTERVAL_MS = 5000;
/** A client that reads slower than this builds up gets whole GOPs left out, so that its memory here is bounded. */
export const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

export interface SenderTrack {
  readonly track: Track;
  readonly transport: RtpTransport;
}

/** Where a track stands: its next packet's number and time. */
export interface TrackInfo {
  readonly track: Track;
  readonly sequence: number;
  readonly timestamp: number;
}

interface Lane extends SenderTrack {
  readonly rtp: RtpTrack;
  reportedAtMs: number | null;
}

/** Where a picture comes from: the scene itself, or the other size of the `resolution` fault. */
export type SampleSource = 'main' | 'other';

export class MediaSender {
  readonly #fault: Fault | null;
  readonly #playedAtMs: number;
  readonly #lanes: readonly Lane[];
  readonly #parameterSets: (source: SampleSource) => ParameterSets | null;
  #begun = false;
  #needsKeyframe = true;
  #videoSource: SampleSource = 'main';
  #videoTimeMs = 0;
  #videoShiftMs = 0;

  constructor(options: {
    readonly tracks: readonly SenderTrack[];
    readonly fault: Fault | null;
    readonly playedAtMs: number;
    /** What goes before each keyframe; null while not known. */
    readonly parameterSets: (source: SampleSource) => ParameterSets | null;
  }) {
    this.#fault = options.fault;
    this.#playedAtMs = options.playedAtMs;
    this.#parameterSets = options.parameterSets;
    this.#lanes = options.tracks.map(({ track, transport }) => {
      const { payloadType, clockRateHz } = track;
      const rtp = new RtpTrack({ payloadType, clockRateHz });
      return { track, transport, rtp, reportedAtMs: null };
    });
  }

  /** Per track what RTP-Info says (RFC 2326 section 12.33) to a client that comes now. */
  info(nowMs: number): TrackInfo[] {
    return this.#lanes.map(({ track, rtp }) => ({
      track,
      sequence: rtp.nextSequence,
      timestamp: this.#begun ? rtp.timestampAt(nowMs) : rtp.baseTimestamp,
    }));
  }

  send(sample: Sample, source: SampleSource, nowMs: number): void {
    const elapsedMs = nowMs - this.#playedAtMs;
    const lane = this.#lanes.find(({ track }) => track.kind === sample.track);
    if (!lane) return;
    if (isFaultActive(this.#fault, 'stall', elapsedMs)) {
      this.#needsKeyframe = true;
      return;
    }
    if (sample.track === 'video') this.#sendVideo(lane, sample, source, nowMs, elapsedMs);
    else this.#sendAudio(lane, sample, nowMs, elapsedMs);
  }

  #sendVideo(lane: Lane, sample: Sample, source: SampleSource, nowMs: number, elapsedMs: number): void {
    if (isFaultActive(this.#fault, 'video-dies', elapsedMs)) {
      this.#needsKeyframe = true;
      return;
    }
    const wanted: SampleSource = isFaultActive(this.#fault, 'resolution', elapsedMs) ? 'other' : 'main';
    // The change is made at a keyframe of the wanted source; until then the one that runs goes on.
    if (source === wanted && source !== this.#videoSource && sample.keyframe) {
      this.#videoSource = source;
      this.#needsKeyframe = true;
      // The two encoders' clocks differ by how long each took to start; time must not go back for that.
      this.#videoShiftMs = Math.max(0, this.#videoTimeMs + 1 - sample.timeMs);
    }
    if (source !== this.#videoSource) return;
    if (lane.transport.backlogBytes > MAX_BACKLOG_BYTES) this.#needsKeyframe = true;
    else if (sample.keyframe) this.#needsKeyframe = false;
    if (this.#needsKeyframe) return;
    const sets = sample.keyframe ? this.#parameterSets(source) : null;
    const units = sets ? [sets.sps, sets.pps, ...sample.units] : sample.units;
    const payloads = units.flatMap((unit) => packetiseNal(unit, MAX_PAYLOAD_BYTES));
    const timeMs = sample.timeMs + this.#videoShiftMs;
    this.#videoTimeMs = timeMs;
    this.#begin(sample);
    this.#report(lane, nowMs);
    lane.transport.sendRtp(
      payloads.map((payload, index) => lane.rtp.packet(payload, timeMs, index === payloads.length - 1)),
    );
  }

  #sendAudio(lane: Lane, sample: Sample, nowMs: number, elapsedMs: number): void {
    if (this.#fault?.name === 'no-audio' || isFaultActive(this.#fault, 'audio-dies', elapsedMs)) return;
    if (lane.transport.backlogBytes > MAX_BACKLOG_BYTES) return;
    // Sound begins with the picture, as a file would.
    const hasPicture = this.#lanes.some(({ track }) => track.kind === 'video');
    if (!this.#begun && hasPicture && !isFaultActive(this.#fault, 'video-dies', elapsedMs)) return;
    this.#begin(sample);
    this.#report(lane, nowMs);
    lane.transport.sendRtp([lane.rtp.packet(packetiseAac(sample.units[0]!), sample.timeMs, true)]);
  }

  /**
   * The first packet has the very time that RTP-Info promised: ffmpeg loses the time of a stream's first picture and
   * takes it for zero, which would be a gap up to the second one.
   */
  #begin(sample: Sample): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const { rtp } of this.#lanes) rtp.begin(sample.timeMs);
  }

  /** But for a fault, the first one goes before the first packet: clients that tie sound to picture by it need not jump later. */
  #report(lane: Lane, nowMs: number): void {
    if (this.#fault?.name === 'late-reports' && nowMs - this.#playedAtMs < this.#fault.afterMs) return;
    if (lane.reportedAtMs !== null && nowMs - lane.reportedAtMs < REPORT_INTERVAL_MS) return;
    lane.reportedAtMs = nowMs;
    lane.transport.sendRtcp(lane.rtp.senderReport(nowMs));
  }
}
