/** A response without end over HTTP, for every format that is one: the bytes of a viewer's source as they come. */
import type { Request, Response } from 'express';
import { RelayError } from '../errors.ts';
import { writeStraight } from './connection.ts';
import { framedOnce, httpChunk } from './shared-framing.ts';
import type { ViewerRegistry, ViewerRequest } from './viewer-registry.ts';

/** A peer that vanished without a word is noticed by TCP keep-alive. */
const KEEP_ALIVE_MS = 30_000;

const sharedChunk = framedOnce(httpChunk);

export interface HttpExchange {
  readonly request: Request;
  readonly response: Response;
  /** Of the answer, once it begins. */
  readonly headers: Readonly<Record<string, string>>;
}

export type StreamRequest<Form> = Omit<ViewerRequest<Form>, 'transport' | 'address' | 'sink'>;

/** Pure. */
export function streamHeaders(contentType: string): Readonly<Record<string, string>> {
  return {
    'Content-Type': contentType,
    'Cache-Control': 'no-store',
    // nginx would otherwise gather the picture in its buffers.
    'X-Accel-Buffering': 'no',
  };
}

/**
 * Serves one GET until either side ends it. The status is sent with the first bytes, so a camera that never shows a
 * picture is a problem document and not an empty film. An end in the middle cuts the connection: the player must not
 * take it for the end of a complete file. While the answer to an earlier request is still on the connection (RFC 9112
 * section 9.3.2), nobody watches yet.
 * @param fail answers with a problem document
 * @throws RelayError `overloaded`
 */
export function serveHttpStream<Form>(
  exchange: HttpExchange,
  wanted: StreamRequest<Form>,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const { response } = exchange;
  if (response.socket !== null) {
    attach(exchange, wanted, viewers, fail);
    return;
  }
  response.once('socket', () => {
    try {
      attach(exchange, wanted, viewers, fail);
    } catch (thrown) {
      fail(RelayError.from(thrown));
    }
  });
}

function attach<Form>(
  { request, response, headers }: HttpExchange,
  wanted: StreamRequest<Form>,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const connection = request.socket;
  connection.setNoDelay(true);
  connection.setKeepAlive(true, KEEP_ALIVE_MS);
  // HTTP/1.0 knows no chunks; there the end of the connection is the end of the body.
  const chunked = request.httpVersion !== '1.0';
  let begun = false;
  const attendance = viewers.join({
    ...wanted,
    transport: 'http',
    address: request.ip ?? '',
    sink: {
      write: (bytes, drained) => {
        if (!begun) begin(response, headers, chunked);
        begun = true;
        // In one piece even for one viewer: Node would write a chunk as three.
        return writeStraight(connection, chunked ? sharedChunk(bytes) : bytes, drained);
      },
      end: (error) => {
        if (response.headersSent) response.destroy();
        else fail(error);
      },
    },
  });
  response.once('close', attendance.leave);
}

/** Puts the head on the wire. What several viewers get follows past the response object, framed once for all. */
function begin(response: Response, headers: Readonly<Record<string, string>>, chunked: boolean): void {
  response.writeHead(200, chunked ? { ...headers, 'Transfer-Encoding': 'chunked' } : headers);
  response.flushHeaders();
}
