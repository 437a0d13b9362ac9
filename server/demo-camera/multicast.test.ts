import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { header } from '../rtsp/message.ts';
import { cameras, client, eventually, reopen, useDemoCameras } from './demo-cameras.fixture.ts';
import { groupAddress } from './group-address.ts';
import type { RtspClient } from './rtsp-client.fixture.ts';

useDemoCameras();

/** Listens to a group on loopback; the sequence numbers and sources (SSRC) of what comes. */
async function listen(address: string, port: number): Promise<{ sequence: number; ssrc: number }[]> {
  const packets: { sequence: number; ssrc: number }[] = [];
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  onTestFinished(() => void socket.close());
  socket.on('message', (bytes) => packets.push({ sequence: bytes.readUInt16BE(2), ssrc: bytes.readUInt32BE(8) }));
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.addMembership(address, '127.0.0.1');
  return packets;
}

const GROUP = [['Transport', 'RTP/AVP;multicast']] as const;

async function play(viewer: RtspClient): Promise<string> {
  const { body } = await viewer.request('DESCRIBE');
  const uri = /a=control:(\S*track1\S*)/.exec(body.toString())![1]!;
  const answer = await viewer.request('SETUP', GROUP, uri);
  expect(answer.status).toBe(200);
  viewer.session = header(answer, 'Session')!.split(';')[0]!;
  expect((await viewer.request('PLAY')).status).toBe(200);
  return `${body}${header(answer, 'Transport')}`;
}

describe('a demo camera that sends to a group', () => {
  it('sends once, however many clients have joined, and no more when the last has left', async () => {
    const name = 'yard?transport=multicast';
    const { address, port } = groupAddress(name, cameras.port);
    const packets = await listen(address, port);
    const [first, second] = [client(`demo:${name}`), client(`demo:${name}`)];
    const answer = await play(first);
    expect(answer).toContain(`c=IN IP4 ${address}/1\r\n`);
    expect(answer).toContain(`m=video ${port} RTP/AVP`);
    expect(answer).toContain(`RTP/AVP;multicast;destination=${address};port=${port}-${port + 1};ttl=1`);
    await eventually(() => packets.length > 10);
    await play(second);
    const before = packets.length;
    first.close();
    await eventually(() => packets.length > before + 20 && cameras.sessions('yard').now === 1);
    expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
    const steps = packets.slice(1).map(({ sequence }, index) => (sequence - packets[index]!.sequence) & 0xffff);
    expect(steps.every((step) => step === 1)).toBe(true);
    expect((await second.request('TEARDOWN')).status).toBe(200);
    const after = packets.length;
    await eventually(() => cameras.sessions('yard').now === 0);
    expect(packets.length).toBeLessThan(after + 5);
    // Another client gets a sender of its own again.
    await play(client(`demo:${name}`));
    await eventually(() => new Set(packets.map(({ ssrc }) => ssrc)).size === 2);
  });

  it('offers nothing else, and no group where it listens at an IPv6 address', async () => {
    const only = client('demo:yard?transport=multicast');
    const uri = `${only.camera.url.replace('?', '/track1?')}`;
    for (const asked of ['RTP/AVP/TCP;unicast;interleaved=0-1', 'RTP/AVP;unicast;client_port=5000-5001']) {
      expect((await only.request('SETUP', [['Transport', asked]], uri)).status).toBe(461);
    }
    await reopen({ host: '::1' });
    const six = client('demo:yard?transport=multicast');
    expect((await six.request('SETUP', GROUP, six.camera.url.replace('?', '/track1?'))).status).toBe(461);
  });
});
