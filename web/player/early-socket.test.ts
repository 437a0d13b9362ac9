import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEarly, takeEarly } from './early-socket.ts';
import { openWebSocket, webSocketAddress } from './transport.ts';

class FakeSocket {
  static readonly made: FakeSocket[] = [];
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  closed = false;
  readonly address: string;
  constructor(address: URL) {
    this.address = address.href;
    FakeSocket.made.push(this);
  }
  close(): void {
    this.closed = true;
  }
}

const url = new URL('http://relay.test/live/yard.flv?audio=0');
const address = webSocketAddress(url);
const bytes = (n: number) => ({ data: new Uint8Array([n]).buffer });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.made.length = 0;
});

afterEach(() => {
  vi.runAllTimers();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function transport() {
  const got: number[] = [];
  const ends: number[] = [];
  const close = openWebSocket(url, {
    onData: (chunk) => void got.push(new Uint8Array(chunk)[0]!),
    onEnd: ({ code }) => void ends.push(code),
  });
  return { got, ends, close };
}

describe('a socket opened early', () => {
  it('is taken over with all it received, in order, and nothing before the transport is there', async () => {
    openEarly(address);
    const [socket] = FakeSocket.made;
    socket!.onmessage?.(bytes(1));
    socket!.onmessage?.(bytes(2));
    const { got } = transport();
    expect(got).toEqual([]);
    await Promise.resolve();
    socket!.onmessage?.(bytes(3));
    expect(got).toEqual([1, 2, 3]);
    expect(FakeSocket.made).toHaveLength(1);
  });

  it('serves once; the next transport opens its own', () => {
    openEarly(address);
    transport();
    transport();
    expect(FakeSocket.made).toHaveLength(2);
  });

  it('serves no other address', () => {
    openEarly(webSocketAddress(new URL('http://relay.test/live/door.flv?audio=0')));
    transport();
    expect(FakeSocket.made.map((made) => made.address)).toEqual([
      'ws://relay.test/live/door.flv?audio=0',
      'ws://relay.test/live/yard.flv?audio=0',
    ]);
  });

  it('tells nothing to a transport that was closed before it could', async () => {
    openEarly(address);
    FakeSocket.made[0]!.onmessage?.(bytes(1));
    const { got, close } = transport();
    close();
    await Promise.resolve();
    expect(got).toEqual([]);
    expect(FakeSocket.made[0]!.closed).toBe(true);
  });

  it('is closed when nobody takes it', () => {
    openEarly(address);
    vi.runAllTimers();
    expect(FakeSocket.made[0]!.closed).toBe(true);
    expect(takeEarly(address)).toBeNull();
  });

  it('is forgotten when it was refused, so that the next one hears why', () => {
    openEarly(address);
    FakeSocket.made[0]!.onclose?.({ code: 4404, reason: '' });
    const { ends } = transport();
    expect(FakeSocket.made).toHaveLength(2);
    FakeSocket.made[1]!.onclose?.({ code: 4404, reason: '' });
    expect(ends).toEqual([4404]);
  });

  it('is opened once however often it is asked for', () => {
    openEarly(address);
    openEarly(address);
    expect(FakeSocket.made).toHaveLength(1);
  });
});
