import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import { MAX_BACKLOG_BYTES, MediaSender } from './media-sender.ts';
import type { RtpTransport } from './rtp-transport.ts';
import type { Sample } from './scene.ts';
import { TRACKS } from './sdp.ts';

class FakeTransport implements RtpTransport {
  readonly description = '';
  readonly sent: Buffer[] = [];
  readonly reports: Buffer[] = [];
  backlogBytes = 0;

  sendRtp(packets: readonly Buffer[]): void {
    this.sent.push(...packets);
  }

  sendRtcp(packet: Buffer): void {
    this.reports.push(packet);
  }

  async close(): Promise<void> {}
}

const parameterSets = { sps: Buffer.from([0x67, 1]), pps: Buffer.from([0x68, 2]) };
const picture = (index: number, keyframe: boolean): Sample => ({
  track: 'video',
  keyframe,
  timeMs: 1000 + index * 40,
  units: [Buffer.alloc(2000, keyframe ? 0x65 : 0x41)],
});

function sender(transport: RtpTransport, fault: Fault | null = null): MediaSender {
  const tracks = [{ track: TRACKS[0], transport }];
  return new MediaSender({ tracks, fault, playedAtMs: 900, parameterSets: () => parameterSets });
}

describe('media sender', () => {
  it('begins at a keyframe, at the sequence number and time that RTP-Info says', () => {
    const transport = new FakeTransport();
    const media = sender(transport);
    const [info] = media.info(900);
    media.send(picture(0, false), 'main', 1000);
    expect(transport.sent).toEqual([]);
    media.send(picture(1, true), 'main', 1040);
    media.send(picture(2, false), 'main', 1080);
    expect(transport.sent[0]!.readUInt16BE(2)).toBe(info!.sequence);
    expect(transport.sent.map((packet) => (packet.readUInt32BE(4) - info!.timestamp) >>> 0)).toEqual([
      0, 0, 0, 0, 3600, 3600,
    ]);
    expect(transport.sent.map((packet) => packet[1]! >> 7)).toEqual([0, 0, 0, 1, 0, 1]);
    expect(transport.sent.map((packet) => packet[12]! & 0x1f)).toEqual([7, 8, 28, 28, 28, 28]);
    expect(transport.reports).toHaveLength(1);
  });

  it('leaves pictures out up to the next keyframe while a client does not read', () => {
    const transport = new FakeTransport();
    const media = sender(transport);
    media.send(picture(0, true), 'main', 1000);
    const before = transport.sent.length;
    transport.backlogBytes = MAX_BACKLOG_BYTES + 1;
    media.send(picture(1, false), 'main', 1040);
    media.send(picture(2, true), 'main', 1080);
    transport.backlogBytes = 0;
    media.send(picture(3, false), 'main', 1120);
    expect(transport.sent).toHaveLength(before);
    media.send(picture(4, true), 'main', 1160);
    expect(transport.sent.length).toBeGreaterThan(before);
    expect(transport.sent[before]![12]! & 0x1f).toBe(7);
  });

  it('with late reports sends none before', () => {
    const transport = new FakeTransport();
    const media = sender(transport, { name: 'late-reports', afterMs: 200, forMs: null });
    media.send(picture(0, true), 'main', 1040);
    expect(transport.reports).toHaveLength(0);
    media.send(picture(1, false), 'main', 1120);
    expect(transport.reports).toHaveLength(1);
  });

  it('ties the RTP time to the wall clock in its reports', () => {
    const transport = new FakeTransport();
    const media = sender(transport);
    const { timestamp } = media.info(900)[0]!;
    media.send(picture(0, true), 'main', 1500);
    const [report] = transport.reports;
    expect(report!.readUInt32BE(8) - 2_208_988_800).toBe(1);
    expect(report!.readUInt32BE(12) / 2 ** 32).toBeCloseTo(0.5, 6);
    expect((report!.readUInt32BE(16) - timestamp) >>> 0).toBe(500 * 90);
    // Lengths in 32-bit words add up to the compound.
    expect((report!.readUInt16BE(2) + 1 + report!.readUInt16BE(30) + 1) * 4).toBe(report!.length);
  });
});
