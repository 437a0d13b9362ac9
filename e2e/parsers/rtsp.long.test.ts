/** RTSP as it comes from anybody: the demo cameras' server, and what cameras answer, fuzzed for a minute each. */
import { connect } from 'node:net';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { DemoCameras } from '../../server/demo-camera/demo-cameras.ts';
import { RtspParser } from '../../server/rtsp/message.ts';
import { parseSdp } from '../../server/rtsp/sdp.ts';
import { fuzzFor, garbage, onlyRelayErrors, pieceSize, pieces } from '../support/fuzzing.ts';

describe('RTSP', () => {
  const WORDS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'ANNOUNCE', '$', 'X'];
  const value = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '1',
      '-1',
      '99999999999999999999',
      'RTP/AVP/TCP;unicast;interleaved=0-1',
      'RTP/AVP;unicast;client_port=1-2',
    ),
    fc.constantFrom(
      'RTP/AVP/TCP;interleaved=255-256',
      'RTP/AVP;client_port=0-0;destination=10.0.0.1',
      'npt=0-',
      'Digest username="x"',
      ','.repeat(500),
    ),
  );
  const names = [
    'CSeq',
    'Transport',
    'Session',
    'Range',
    'Authorization',
    'Content-Length',
    'Content-Type',
    'Require',
    'Accept',
    '',
  ];
  const message = (port: number) =>
    fc
      .record({
        method: fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 })),
        uri: fc.oneof(
          fc.constantFrom(
            '*',
            `rtsp://127.0.0.1:${port}/yard`,
            `rtsp://127.0.0.1:${port}/yard/track1`,
            'rtsp://[',
            '/',
          ),
          fc.string({ maxLength: 30 }),
        ),
        headers: fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 }),
        body: fc.string({ maxLength: 30 }),
      })
      .map(({ method, uri, headers, body }) => {
        const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`);
        return Buffer.from(`${method} ${uri} RTSP/1.0\r\nCSeq: 1\r\n${lines.join('')}\r\n${body}`);
      });

  it('the demo cameras’ server', async () => {
    const cameras = new DemoCameras({ ffmpegPath: 'ffmpeg', log: pino({ level: 'silent' }) });
    await cameras.start();
    try {
      const { port } = cameras;
      const bytes = fc.array(fc.oneof({ weight: 5, arbitrary: message(port) }, { weight: 1, arbitrary: garbage }), {
        maxLength: 5,
      });
      const count = await fuzzFor(bytes, async (messages) => {
        await say(port, Buffer.concat(messages), 30);
        expect(await say(port, Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n'), 5_000, 'CSeq: 7')).toContain(
          '200 OK',
        );
      });
      expect(count).toBeGreaterThan(100);
    } finally {
      await cameras.close();
    }
  });

  it('messages of cameras, and their descriptions', async () => {
    const sdp = fc
      .array(
        fc.constantFrom(
          'v=0',
          'm=video 0 RTP/AVP 96',
          'a=rtpmap:96 H264/90000',
          'a=fmtp:96 sprop-parameter-sets=,',
          'a=control:',
          'b=AS:9999999999',
          'c=IN IP4 x',
          'm=',
          'a=',
          '=',
          'a=range:npt=-',
        ),
      )
      .map((lines) => lines.join('\r\n'));
    const wire = fc.oneof(
      message(554),
      garbage,
      garbage.map((bytes) => Buffer.concat([Buffer.from([0x24, 0, 0xff, 0xff]), bytes])),
    );
    await fuzzFor(
      fc.tuple(fc.array(wire, { maxLength: 4 }), pieceSize, fc.oneof(sdp, fc.string({ maxLength: 200 }))),
      ([items, step, text]) => {
        const parser = new RtspParser();
        onlyRelayErrors(() => {
          for (const piece of pieces(Buffer.concat(items), step)) parser.push(piece);
        });
        onlyRelayErrors(() => parseSdp(text));
      },
    );
  });
});

/** Sends bytes and gathers what comes until `end` is among it, the connection ends, or the time is up. */
function say(port: number, bytes: Buffer, listenMs: number, end?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), listenMs);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (end !== undefined && text.includes(end)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}
