/** Reads a short body whole, decoded, for what has to be looked through before it is passed on. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { RelayError } from '../errors.ts';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

export interface TextLimits {
  readonly maxBytes: number;
  /** For all of it. */
  readonly timeoutMs: number;
}

/**
 * Resolves with the text, or null when it is longer than `maxBytes`, not UTF-8, or in a coding that is not known; the
 * message is then destroyed. Rejects when the body breaks off, and with RelayError `upstream-timeout` when it is late.
 */
export async function bodyText(message: IncomingMessage, { maxBytes, timeoutMs }: TextLimits): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = new RelayError('upstream-timeout', 'The resource did not answer in time.');
  const timer = setTimeout(() => message.destroy(late), timeoutMs);
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return null;
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  const decoded = await decode(Buffer.concat(chunks), message.headers['content-encoding'] ?? 'identity', maxBytes);
  if (decoded === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(decoded);
  } catch {
    return null;
  }
}

async function decode(body: Buffer, coding: string, maxBytes: number): Promise<Buffer | null> {
  const name = coding.trim().toLowerCase();
  if (name === 'identity' || body.length === 0) return body;
  if (!Object.hasOwn(DECODERS, name)) return null;
  try {
    return await DECODERS[name as keyof typeof DECODERS](body, { maxOutputLength: maxBytes });
  } catch {
    return null;
  }
}
