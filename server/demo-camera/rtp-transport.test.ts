import { describe, expect, it } from 'vitest';
import type { DemoTransport } from './address.ts';
import { parseTransport } from './rtp-transport.ts';

const TCP = 'RTP/AVP/TCP;unicast;interleaved=0-1';
const UDP = 'RTP/AVP/UDP;unicast;client_port=5000-5001';
const GROUP = 'RTP/AVP;multicast';

describe('the transport of a demo camera', () => {
  it.each<[DemoTransport, string, string | undefined]>([
    ['any', TCP, 'tcp'],
    ['any', UDP, 'udp'],
    ['any', GROUP, undefined],
    ['any', `${GROUP},${UDP},${TCP}`, 'udp'],
    ['tcp', `${UDP},${TCP}`, 'tcp'],
    ['tcp', UDP, undefined],
    ['udp', `${TCP},${UDP}`, 'udp'],
    ['udp', TCP, undefined],
    ['multicast', `${TCP},${UDP},${GROUP}`, 'multicast'],
    ['multicast', `${TCP},${UDP}`, undefined],
    ['any', 'RTP/SAVP;unicast;client_port=5000-5001', undefined],
    ['any', 'RTP/AVP;unicast;client_port=0-1', undefined],
    ['any', 'RTP/AVP/TCP;interleaved=256-257', undefined],
    ['any', `${TCP};mode=record`, undefined],
    ['any', '', undefined],
  ])('of one that offers %s, asked for %j, is %s', (offered, asked, kind) => {
    expect(parseTransport(asked, offered)?.kind).toBe(kind);
  });
});
