/**
 * Brings the bytes of a stream to the page over WebSocket or HTTP, and says in one language why they ended. It does
 * not look into the bytes and does not try again.
 */
import { CLOSE, type CloseReason, type ErrorCode, type Problem } from '../../server/protocol.ts';
import { takeEarly } from './early-socket.ts';
import { type EngineEnd, LOCAL_END } from './engine.ts';

export interface TransportEvents {
  onData(chunk: ArrayBuffer): void;
  /** A text message; only WebSockets have them. */
  onText?(text: string): void;
  /** Once, unless the transport was closed from our side. */
  onEnd(end: EngineEnd): void;
}

/** Ends the transport; idempotent. No event follows. */
export type CloseTransport = () => void;

/** Pure: the JSON of a close reason; null when a proxy or the browser wrote something else. */
export function parseCloseReason(text: string): CloseReason | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { code, message } = value as Partial<CloseReason>;
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : null;
  } catch {
    return null;
  }
}

/** Pure: what a problem document says, in the form of a close reason; null when it is none. */
export function parseProblem(text: string): CloseReason | null {
  try {
    const { code, detail } = (JSON.parse(text) ?? {}) as Partial<Problem>;
    return typeof code === 'string' ? { code, message: typeof detail === 'string' ? detail : '' } : null;
  } catch {
    return null;
  }
}

const CLOSE_OF_STATUS: Readonly<Record<number, number>> = {
  400: CLOSE.badRequest,
  401: CLOSE.notSignedIn,
  403: CLOSE.notAllowed,
  404: CLOSE.noSuchCamera,
  504: CLOSE.cameraTimeout,
};

/** Pure: the close code that says over a WebSocket what a problem document says over HTTP. */
export function closeCodeOf(status: number, code: ErrorCode | null): number {
  if (code === 'codec') return CLOSE.codec;
  if (code === 'too-slow' || code === 'overloaded') return CLOSE.tooSlow;
  if (code === 'going-away') return CLOSE.goingAway;
  return CLOSE_OF_STATUS[status] ?? (status === 503 ? CLOSE.cameraUnreachable : CLOSE.internal);
}

/** Pure: the WebSocket address of a stream. */
export function webSocketAddress(url: URL): URL {
  const address = new URL(url);
  address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return address;
}

export function openWebSocket(url: URL, events: TransportEvents): CloseTransport {
  const address = webSocketAddress(url);
  const early = takeEarly(address);
  const socket = early?.socket ?? new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const deliver = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) events.onData(data);
    else if (typeof data === 'string') events.onText?.(data);
  };
  socket.onmessage = deliver;
  socket.onclose = ({ code, reason }) => events.onEnd({ code, reason: parseCloseReason(reason) });
  if (early !== null) {
    // As with a socket of its own, nothing comes before this function has returned.
    queueMicrotask(() => {
      for (const message of early.messages) if (socket.onmessage !== null) deliver(message);
    });
  }
  return () => {
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  };
}

export function openHttp(url: URL, events: TransportEvents): CloseTransport {
  const abort = new AbortController();
  const end = (code: number, reason: CloseReason | null) => {
    if (!abort.signal.aborted) events.onEnd({ code, reason });
  };
  const run = async () => {
    const response = await fetch(url, { signal: abort.signal, cache: 'no-store' });
    if (!response.ok || response.body === null) {
      const reason = parseProblem(await response.text());
      end(closeCodeOf(response.status, reason?.code ?? null), reason);
      return;
    }
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) break;
      const whole = value.byteLength === value.buffer.byteLength;
      events.onData(whole ? value.buffer : value.slice().buffer);
    }
    end(LOCAL_END.lost, null);
  };
  run().catch(() => end(LOCAL_END.lost, null));
  return () => abort.abort();
}
