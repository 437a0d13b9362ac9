/**
 * What one client holds of a demo camera, from DESCRIBE to the end of its session: the scene's lease, a transport for each
 * track, the sender that plays. Which request leads to what is `rtsp-session.ts`; what a sender sends, `media-sender.ts`.
 */
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { abortable } from './abortable.ts';
import type { DemoAddress } from './address.ts';
import { MediaSender, type SenderTrack, type TrackInfo } from './media-sender.ts';
import type { GroupSeat, MulticastGroups } from './multicast.ts';
import { beginPlayingFaults } from './playing-faults.ts';
import { InterleavedTransport, type RtpTransport, type TransportProposal, UdpTransport } from './rtp-transport.ts';
import type { Scene, SceneFormat } from './scene.ts';
import type { Scenes } from './scenes.ts';
import type { Track } from './sdp.ts';

export interface SessionMediaOptions {
  readonly socket: Socket;
  readonly scenes: Scenes;
  readonly groups: MulticastGroups;
  readonly log: Logger;
  /** Address of this server, to send UDP from. */
  readonly host: string;
  /** Aborted when the client is gone. */
  readonly ended: AbortSignal;
  /** The client sent something over UDP: it lives. */
  readonly onReport: () => void;
}

/** What plays: tracks as they stand, and what makes media follow the answer to PLAY. */
export interface Playing {
  readonly tracks: readonly TrackInfo[];
  readonly begin: () => void;
}

export class SessionMedia {
  readonly #options: SessionMediaOptions;
  /** What must be undone: leases, counts, timers. Run once, at TEARDOWN or when the connection ends. */
  #releases: (() => void)[] = [];
  #address: DemoAddress | null = null;
  #scene: Scene | null = null;
  #format: SceneFormat | null = null;
  #tracks: SenderTrack[] = [];
  #seat: GroupSeat | null = null;
  #sender: MediaSender | null = null;
  #isPlaying = false;

  constructor(options: SessionMediaOptions) {
    this.#options = options;
  }

  /** The camera whose scene is leased. */
  get camera(): string | null {
    return this.#address?.camera ?? null;
  }

  get trackCount(): number {
    return this.#tracks.length;
  }

  /** From the answer to PLAY to the end of the session. */
  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get playsOverTcp(): boolean {
    return this.#isPlaying && this.#tracks.every(({ transport }) => transport instanceof InterleavedTransport);
  }

  /**
   * Leases the scene, so that it runs by the time of PLAY, and waits for what the SDP needs. Gives back what is held of
   * another camera. Rejects with a RelayError when the scene cannot be had, and when the client has gone.
   */
  async open(address: DemoAddress): Promise<SceneFormat> {
    const { ended, scenes } = this.#options;
    if (this.#address?.camera !== address.camera) await this.release();
    ended.throwIfAborted();
    this.#address = address;
    if (!this.#scene) {
      const scene = scenes.get(address.picture);
      this.#scene = scene;
      this.#releases.push(
        scene.lease({
          onSample: (sample) => this.#sender?.send(sample, 'main', Date.now()),
          onEnded: () => this.#sceneEnded(),
        }),
      );
    }
    this.#format = await abortable(this.#scene.format(), ended);
    return this.#format;
  }

  /** The answer's Transport value; null when the client has gone meanwhile. A track that is set up again moves. */
  async setUp(track: Track, proposal: TransportProposal): Promise<string | null> {
    const again = this.#tracks.find((known) => known.track === track);
    if (again) {
      this.#tracks = this.#tracks.filter((known) => known !== again);
      await again.transport.close();
    }
    const transport = await this.#transport(track, proposal);
    if (this.#options.ended.aborted) {
      await transport.close();
      return null;
    }
    this.#tracks.push({ track, transport });
    return transport.description;
  }

  /** After `setUp`, once. Nothing is sent to this client alone before `begin` is called. */
  play(): Playing {
    const address = this.#address!;
    const { scenes, socket, log } = this.#options;
    const faults = beginPlayingFaults({ address, scenes, socket, sender: () => this.#sender });
    this.#releases.push(() => faults.release());
    this.#releases.push(scenes.countSession(address.picture, address.camera));
    log.debug({ camera: address.camera }, 'demo camera plays');
    if (this.#seat !== null) {
      const tracks = this.#seat.play(address, this.#scene!, this.#format!);
      return { tracks, begin: () => this.#begin(null) };
    }
    const sender = new MediaSender({
      tracks: this.#tracks,
      fault: address.fault,
      playedAtMs: Date.now(),
      parameterSets: (source) =>
        source === 'main' ? this.#format!.parameterSets : (faults.otherFormat()?.parameterSets ?? null),
    });
    return { tracks: sender.info(Date.now()), begin: () => this.#begin(sender) };
  }

  /** Gives everything back and ends what plays. Idempotent; another `open` may follow. */
  async release(): Promise<void> {
    const tracks = this.#tracks;
    const seat = this.#seat;
    this.#tracks = [];
    this.#seat = null;
    this.#sender = null;
    this.#isPlaying = false;
    this.#scene = null;
    this.#address = null;
    for (const release of this.#releases.splice(0)) release();
    await Promise.all([...tracks.map(({ transport }) => transport.close()), seat?.leave()]);
  }

  #begin(sender: MediaSender | null): void {
    if (this.#address === null || this.#options.ended.aborted) return;
    this.#sender = sender;
    this.#isPlaying = true;
  }

  async #transport(track: Track, proposal: TransportProposal): Promise<RtpTransport> {
    const { socket, host, onReport } = this.#options;
    const first = this.#tracks.length * 2;
    switch (proposal.kind) {
      case 'tcp':
        return new InterleavedTransport(socket, proposal.channels ?? [first, first + 1]);
      case 'udp': {
        const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
        return UdpTransport.open({ host, address, ports: proposal.ports, onReport });
      }
      case 'multicast':
        return this.#seatInGroup(track);
    }
  }

  /** The group sends by itself: what stands for it among this client's transports sends nothing. */
  async #seatInGroup(track: Track): Promise<RtpTransport> {
    const { groups, socket, ended } = this.#options;
    if (this.#seat === null) {
      const seat = await groups.join(this.#address!.camera, socket.localPort ?? 0);
      if (ended.aborted) {
        await seat.leave();
        throw new RelayError('going-away');
      }
      this.#seat = seat;
    }
    return {
      description: this.#seat.transportOf(track),
      backlogBytes: 0,
      sendRtp: () => {},
      sendRtcp: () => {},
      close: async () => {},
    };
  }

  /** A session ends with its picture; before there is one, the pending request is answered with the failure. */
  #sceneEnded(): void {
    if (this.#tracks.length > 0) this.#options.socket.destroy();
    this.#scene = null;
  }
}
