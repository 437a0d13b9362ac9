import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { CameraRegistry } from '../camera/camera-registry.ts';
import { EventsHub } from './events.ts';

/** An open socket whose peer reads nothing while `isDeaf`: what is sent waits. */
class Socket extends EventEmitter {
  readonly OPEN = WebSocket.OPEN;
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  isDeaf = false;
  sent = 0;
  closedWith: number | null = null;

  send(text: string): void {
    this.sent += 1;
    if (this.isDeaf) this.bufferedAmount += text.length;
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = WebSocket.CLOSING;
    // Or the time after which it would be cut off keeps running.
    this.emit('close');
  }
}

const asSocket = (socket: Socket) => socket as unknown as WebSocket;
const ping = Buffer.from(JSON.stringify({ type: 'ping', sentAtMs: 1 }));

function hub(): EventsHub {
  const events = new EventsHub(new CameraRegistry(), '0.0.0');
  onTestFinished(() => events.close());
  return events;
}

describe('the event stream', () => {
  it('answers whoever asks and reads, however often', () => {
    const socket = new Socket();
    hub().add(asSocket(socket), () => true);
    for (let i = 0; i < 50_000; i++) socket.emit('message', ping, false);
    expect(socket.sent).toBe(2 + 50_000);
    expect(socket.closedWith).toBeNull();
  });

  it('lets go of one who asks without end and reads no answer', () => {
    const socket = new Socket();
    hub().add(asSocket(socket), () => true);
    socket.isDeaf = true;
    for (let i = 0; i < 50_000 && socket.closedWith === null; i++) socket.emit('message', ping, false);
    expect(socket.closedWith).toBe(1013);
    expect(socket.bufferedAmount).toBeLessThan(1_100_000);
  });

  it('takes nobody in any more when the relay ends: nothing would end him', () => {
    const events = hub();
    events.close();
    expect(() => events.add(asSocket(new Socket()), () => true)).toThrowError(
      expect.objectContaining({ code: 'going-away' }),
    );
  });
});
