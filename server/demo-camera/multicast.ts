/**
 * What demo cameras send to groups: one sender for each camera, however many clients have joined. It runs from the first
 * client's PLAY to the last one's end. Which group it is stands in `group-address.ts`.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { DemoAddress } from './address.ts';
import { type GroupAddress, groupAddress, groupPort, MULTICAST_TTL } from './group-address.ts';
import { MediaSender, type TrackInfo } from './media-sender.ts';
import type { RtpTransport } from './rtp-transport.ts';
import type { Scene, SceneFormat } from './scene.ts';
import { TRACKS, type Track } from './sdp.ts';

/** One client's part in a group; the client's session releases it. */
export interface GroupSeat {
  /** The answer's Transport value for a track. */
  transportOf(track: Track): string;
  /** Begins to send, unless it is sent already. The group leases the scene for itself. */
  play(address: DemoAddress, scene: Scene, format: SceneFormat): TrackInfo[];
  /** Idempotent; the last one's ends the group's sender. */
  leave(): Promise<void>;
}

/** The groups of one server; empty when every client has left. */
export class MulticastGroups {
  readonly #host: string;
  readonly #groups = new Map<string, Group>();

  /** @param host an IPv4 address of this machine: what is sent to groups leaves by its interface alone */
  constructor(host: string) {
    this.#host = host;
  }

  /** Rejects when no socket can be had. */
  async join(camera: string, serverPort: number): Promise<GroupSeat> {
    let group = this.#groups.get(camera);
    if (group === undefined) {
      group = new Group(groupAddress(camera, serverPort), this.#host);
      this.#groups.set(camera, group);
    }
    const joined = group;
    joined.seats += 1;
    let seated = true;
    const leave = async () => {
      if (!seated) return;
      seated = false;
      joined.seats -= 1;
      if (joined.seats > 0) return;
      if (this.#groups.get(camera) === joined) this.#groups.delete(camera);
      await joined.close();
    };
    try {
      await joined.opened;
    } catch (error) {
      await leave();
      throw error;
    }
    return {
      transportOf: (track) => joined.transportOf(track),
      play: (address, scene, format) => joined.play(address, scene, format),
      leave,
    };
  }
}

class Group {
  seats = 0;
  /** Rejects when the socket cannot be had. */
  readonly opened: Promise<void>;
  readonly #address: GroupAddress;
  readonly #socket: Socket = createSocket('udp4');
  #sender: MediaSender | null = null;
  #release: () => void = () => {};

  constructor(address: GroupAddress, host: string) {
    this.#address = address;
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(0, host, () => {
        try {
          this.#socket.setMulticastInterface(host);
          this.#socket.setMulticastTTL(MULTICAST_TTL);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    // Nobody answers a group; a client that is gone is noticed by its connection.
    this.#socket.on('error', () => {});
  }

  transportOf(track: Track): string {
    const port = groupPort(this.#address, track);
    return `RTP/AVP;multicast;destination=${this.#address.address};port=${port}-${port + 1};ttl=${MULTICAST_TTL}`;
  }

  play(address: DemoAddress, scene: Scene, format: SceneFormat): TrackInfo[] {
    const nowMs = Date.now();
    if (this.#sender !== null) return this.#sender.info(nowMs);
    const sender = new MediaSender({
      tracks: TRACKS.filter(({ kind }) => kind === 'video' || format.audioConfig !== null).map((track) => ({
        track,
        transport: this.#transport(track),
      })),
      fault: address.fault,
      playedAtMs: nowMs,
      parameterSets: () => format.parameterSets,
    });
    this.#sender = sender;
    const info = sender.info(nowMs);
    this.#release = scene.lease({
      onSample: (sample) => sender.send(sample, 'main', Date.now()),
      // The clients' sessions hear of it as well, and end.
      onEnded: () => {},
    });
    return info;
  }

  async close(): Promise<void> {
    this.#release();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #transport(track: Track): RtpTransport {
    const { address } = this.#address;
    const port = groupPort(this.#address, track);
    const send = (packet: Buffer, to: number) => this.#socket.send(packet, to, address, () => {});
    return {
      description: this.transportOf(track),
      backlogBytes: 0,
      sendRtp: (packets) => {
        for (const packet of packets) send(packet, port);
      },
      sendRtcp: (packet) => send(packet, port + 1),
      close: async () => {},
    };
  }
}
