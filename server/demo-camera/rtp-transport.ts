/**
 * How the packets of one track leave: between the RTSP messages of a TCP connection, or from a pair of UDP ports. To a
 * group of clients at once: `multicast.ts`.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { serialiseInterleaved } from '../rtsp/message.ts';
import type { DemoTransport } from './address.ts';

export interface RtpTransport {
  /** Sends the packets of one picture or sound frame, in order; never blocks. */
  sendRtp(packets: readonly Buffer[]): void;
  sendRtcp(packet: Buffer): void;
  /** Bytes that wait for the client; 0 where nothing is kept. */
  readonly backlogBytes: number;
  /** The answer's Transport value, but for the SSRC. */
  readonly description: string;
  /** Idempotent. The TCP connection stays: it is not this transport's. */
  close(): Promise<void>;
}

/** What a client proposed that can be served. */
export type TransportProposal =
  | { readonly kind: 'tcp'; readonly channels: readonly [rtp: number, rtcp: number] | null }
  | { readonly kind: 'udp'; readonly ports: readonly [rtp: number, rtcp: number] }
  | { readonly kind: 'multicast' };

/** Pure: the first proposal of a Transport header (RFC 2326 section 12.39) that a camera can serve, or null. */
export function parseTransport(value: string, offered: DemoTransport): TransportProposal | null {
  for (const proposal of value.split(',')) {
    const [protocol = '', ...parameters] = proposal.split(';').map((part) => part.trim());
    const lower = parameters.map((parameter) => parameter.toLowerCase());
    const pair = (name: string) => readPair(lower.find((parameter) => parameter.startsWith(`${name}=`)));
    if (lower.some((parameter) => /^mode="?record/.test(parameter))) continue;
    const overTcp = /^RTP\/AVP\/TCP$/i.test(protocol);
    if (!overTcp && !/^RTP\/AVP(\/UDP)?$/i.test(protocol)) continue;
    // Where a client says neither, it means multicast; none that is met does, and those that say ports want unicast.
    const kind = lower.includes('multicast') ? 'multicast' : overTcp ? 'tcp' : 'udp';
    if (kind !== offered && (offered !== 'any' || kind === 'multicast')) continue;
    if (kind === 'multicast') return { kind };
    if (kind === 'tcp') {
      const channels = pair('interleaved');
      if (!channels || channels[1] < 256) return { kind: 'tcp', channels };
    } else {
      const ports = pair('client_port');
      if (ports && ports[0] > 0 && ports[1] < 65_536) return { kind: 'udp', ports };
    }
  }
  return null;
}

/** RTP over the RTSP connection (RFC 2326 section 10.12). */
export class InterleavedTransport implements RtpTransport {
  readonly description: string;
  readonly #socket: Socket;
  readonly #channels: readonly [rtp: number, rtcp: number];

  constructor(socket: Socket, channels: readonly [rtp: number, rtcp: number]) {
    this.#socket = socket;
    this.#channels = channels;
    this.description = `RTP/AVP/TCP;unicast;interleaved=${channels.join('-')}`;
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  sendRtp(packets: readonly Buffer[]): void {
    // One write for a whole picture: system calls are what a packet costs.
    this.#write(Buffer.concat(packets.map((packet) => serialiseInterleaved(this.#channels[0], packet))));
  }

  sendRtcp(packet: Buffer): void {
    this.#write(serialiseInterleaved(this.#channels[1], packet));
  }

  async close(): Promise<void> {}

  #write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }
}

/** RTP from a pair of UDP ports, even and odd (RFC 3550 section 11). */
export class UdpTransport implements RtpTransport {
  readonly description: string;
  readonly backlogBytes = 0;
  readonly #rtp: UdpSocket;
  readonly #rtcp: UdpSocket;
  readonly #address: string;
  readonly #ports: readonly [rtp: number, rtcp: number];
  #closing: Promise<void> | null = null;

  private constructor(sockets: readonly [UdpSocket, UdpSocket], options: UdpTransportOptions) {
    [this.#rtp, this.#rtcp] = sockets;
    this.#address = options.address;
    this.#ports = options.ports;
    const serverPorts = [this.#rtp.address().port, this.#rtcp.address().port];
    this.description = `RTP/AVP;unicast;client_port=${options.ports.join('-')};server_port=${serverPorts.join('-')}`;
    for (const socket of sockets) {
      // A client that is gone is noticed by its connection or by the session's timeout.
      socket.on('error', () => {});
    }
    // Some clients open their firewall by sending from the RTP port too.
    for (const socket of sockets) {
      socket.on('message', (_, from) => {
        if (from.address === options.address) options.onReport();
      });
    }
  }

  /** Binds a pair of ports. Rejects when there is none after some tries. */
  static async open(options: UdpTransportOptions): Promise<UdpTransport> {
    let failure: unknown;
    for (let attempt = 0; attempt < 20; attempt++) {
      const port = 20_000 + 2 * Math.floor(Math.random() * 20_000);
      const rtp = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
      const rtcp = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
      try {
        await bind(rtp, port, options.host);
        await bind(rtcp, port + 1, options.host);
        return new UdpTransport([rtp, rtcp], options);
      } catch (error) {
        failure = error;
        await Promise.all([closeUdp(rtp), closeUdp(rtcp)]);
      }
    }
    throw failure;
  }

  sendRtp(packets: readonly Buffer[]): void {
    if (this.#closing) return;
    for (const packet of packets) this.#rtp.send(packet, this.#ports[0], this.#address, () => {});
  }

  sendRtcp(packet: Buffer): void {
    if (!this.#closing) this.#rtcp.send(packet, this.#ports[1], this.#address, () => {});
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([closeUdp(this.#rtp), closeUdp(this.#rtcp)]).then(() => {});
    return this.#closing;
  }
}

export interface UdpTransportOptions {
  /** Address to send from. */
  readonly host: string;
  /** The client's address and ports. */
  readonly address: string;
  readonly ports: readonly [rtp: number, rtcp: number];
  /** The client sent something, a receiver report as a rule: it lives. */
  readonly onReport: () => void;
}

function bind(socket: UdpSocket, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

function closeUdp(socket: UdpSocket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

function readPair(parameter: string | undefined): [number, number] | null {
  const match = /=(\d{1,5})(?:-(\d{1,5}))?$/.exec(parameter ?? '');
  if (!match) return null;
  const first = Number(match[1]);
  return [first, match[2] === undefined ? first + 1 : Number(match[2])];
}
