import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpChunk, webSocketMessage } from '../../../server/delivery/shared-framing.ts';
import { flvHeader, serialiseTag, TAG_TYPE } from '../../../server/flv/tag.ts';
import { FlvWalker, TagOrder } from './flv-walker.ts';
import { type Transport, TransportReader } from './transport-reader.ts';

const HEADS = {
  websocket: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
  http: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
};

function frame(timestampMs: number, keyframe = false): Buffer {
  return serialiseTag(
    TAG_TYPE.video,
    timestampMs,
    Buffer.from([keyframe ? 0x17 : 0x27, 1, 0, 0, 0, ...new Array(200)]),
  );
}

function streamOf(transport: Transport, tags: readonly Buffer[]): Buffer {
  const pack = transport === 'websocket' ? webSocketMessage : httpChunk;
  return Buffer.concat([
    Buffer.from(HEADS[transport]),
    ...[flvHeader({ audio: false, video: true }), ...tags].map((payload) => pack(payload)),
  ]);
}

function read(bytes: Buffer, transport: Transport, order: TagOrder, cuts: readonly number[]): FlvWalker {
  const walker = new FlvWalker(order);
  const reader = new TransportReader(transport, (span, start, end) => walker.feed(span, start, end));
  const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    const piece = bytes.subarray(at, end);
    reader.feed(piece, piece.length);
    at = end;
  }
  expect(reader.failure).toBeNull();
  return walker;
}

describe('the load client', () => {
  const tags = [frame(0, true), ...Array.from({ length: 30 }, (_, index) => frame(40 * (index + 1)))];

  it('reads the same tags at whatever boundaries the bytes come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Transport>('websocket', 'http'),
        fc.array(fc.nat(), { maxLength: 60 }),
        (transport, cuts) => {
          const walker = read(streamOf(transport, tags), transport, new TagOrder(), cuts);
          expect(walker).toMatchObject({ tags: tags.length, gaps: 0, broken: null, hasKeyframe: true });
        },
      ),
    );
  });

  it('notices a tag that one viewer got and another did not', () => {
    const order = new TagOrder();
    read(streamOf('http', tags), 'http', order, []);
    expect(read(streamOf('http', tags.toSpliced(7, 1)), 'http', order, []).gaps).toBe(1);
    expect(read(streamOf('http', tags), 'http', order, []).gaps).toBe(0);
  });

  it('notices bytes that are missing inside a tag', () => {
    const cut = Buffer.concat([tags[0]!.subarray(0, 100), tags[1]!]);
    expect(read(streamOf('websocket', [cut, ...tags.slice(2)]), 'websocket', new TagOrder(), []).broken).not.toBeNull();
  });
});
