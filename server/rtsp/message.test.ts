import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  header,
  headerValues,
  RtspParser,
  serialiseInterleaved,
  serialiseRequest,
  serialiseResponse,
} from './message.ts';

const conversation = Buffer.concat([
  serialiseRequest({ method: 'OPTIONS', uri: 'rtsp://h/yard?a=1', headers: [['CSeq', '1']] }),
  serialiseInterleaved(0, Buffer.from('RTSP/1.0 200 OK\r\n\r\n$$$')),
  serialiseResponse({
    status: 401,
    headers: [
      ['CSeq', '2'],
      ['WWW-Authenticate', 'Digest realm="a"'],
      ['www-authenticate', 'Basic realm="b"'],
    ],
  }),
  serialiseInterleaved(1, Buffer.alloc(0)),
  Buffer.from('\r\n'),
  serialiseResponse({ status: 200, headers: [['CSeq', '3']], body: 'v=0\r\n\r\n$\r\n' }),
  Buffer.from('GET_PARAMETER rtsp://h/ RTSP/1.0\nCSeq: 4\nX: a\n\tb\n\n'),
]);

describe('RTSP parser', () => {
  it('reads requests, responses and interleaved frames', () => {
    const items = new RtspParser().push(conversation);
    expect(items.map(({ kind }) => kind)).toEqual([
      'request',
      'interleaved',
      'response',
      'interleaved',
      'response',
      'request',
    ]);
    expect(items[0]).toMatchObject({ method: 'OPTIONS', uri: 'rtsp://h/yard?a=1', version: '1.0' });
    expect(items[1]).toMatchObject({ channel: 0, payload: Buffer.from('RTSP/1.0 200 OK\r\n\r\n$$$') });
    const refused = items[2]!;
    if (refused.kind !== 'response') throw new Error('no response');
    expect(refused).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(header(refused, 'cseq')).toBe('2');
    expect(headerValues(refused, 'WWW-Authenticate')).toHaveLength(2);
    expect(items[4]).toMatchObject({ body: Buffer.from('v=0\r\n\r\n$\r\n') });
    const last = items[5]!;
    if (last.kind !== 'request') throw new Error('no request');
    expect(header(last, 'X')).toBe('a b');
  });

  it('reads the same wherever the bytes are split', () => {
    const whole = new RtspParser().push(conversation);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: conversation.length })), (cuts) => {
        const parser = new RtspParser();
        const edges = [0, ...cuts.sort((a, b) => a - b), conversation.length];
        const items = edges.slice(1).flatMap((end, index) => parser.push(conversation.subarray(edges[index]!, end)));
        expect(items).toEqual(whole);
      }),
    );
    const parser = new RtspParser();
    expect([...conversation].flatMap((byte) => parser.push(Buffer.from([byte])))).toEqual(whole);
  });

  it.each([
    ['no start line', 'HELLO\r\n\r\n'],
    ['a header without a name', 'OPTIONS * RTSP/1.0\r\n: x\r\n\r\n'],
    ['a continued header without a header', 'OPTIONS * RTSP/1.0\r\n x\r\n\r\n'],
    ['a negative length', 'OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a body over the limit', 'OPTIONS * RTSP/1.0\r\nContent-Length: 65537\r\n\r\n'],
    ['headers over the limit', `OPTIONS * RTSP/1.0\r\nX: ${'x'.repeat(16_384)}`],
  ])('refuses %s for good', (_, text) => {
    const parser = new RtspParser();
    expect(() => parser.push(Buffer.from(text))).toThrowError(expect.objectContaining({ code: 'corrupt' }));
    expect(() => parser.push(Buffer.from('OPTIONS * RTSP/1.0\r\n\r\n'))).toThrow();
  });

  it('never throws anything untyped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new RtspParser().push(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt' });
        }
      }),
    );
  });

  it('does not write a line break into a header', () => {
    expect(() => serialiseResponse({ status: 200, headers: [['A', 'b\r\nC: d']] })).toThrow();
  });
});
