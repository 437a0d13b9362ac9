/**
 * Pure: which resource a request target names, and what of it goes on to the machine behind. The target is read as it
 * came, since every decoding and normalising on the way would change what that machine is asked for.
 */
import { RelayError } from '../errors.ts';

/** How a request is answered: sent to the machine, or served from it. */
export type Passage = 'redirect' | 'proxy';

export interface GatewayAddress {
  /** Which of the two URLs was asked. */
  readonly entrance: Passage;
  /** A name of the right form; whether there is such a resource is not known here. */
  readonly resource: string;
  /** What follows the name: empty, or from its slash on, encoded as it came. */
  readonly path: string;
  /** Empty, or from the question mark on, without the parameters that are ours. */
  readonly search: string;
  /** What `?via=` asks for, as it was written. */
  readonly via: string | null;
}

const TARGET = /^\/(redirect|proxy)\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})((?:\/[^?]*)?)(\?.*)?$/s;
/** Some machines decode more than once. */
const MAX_DECODINGS = 3;

/** Pure: null when the target is none of the gateway's. The base path of the relay must have been taken off. */
export function gatewayAddress(target: string): GatewayAddress | null {
  const [, entrance, resource, path, search = ''] = TARGET.exec(target) ?? [];
  if (resource === undefined) return null;
  return {
    entrance: entrance as Passage,
    resource,
    path: inAscii(path!),
    search: withoutParameters(inAscii(search), ['via']),
    via: firstValue(search, 'via'),
  };
}

/**
 * Pure: refuses what could leave the target's base path there: `..` in every spelling (`%2e`, `%2f` and `%5c` between,
 * encoded again, with the parameters of a segment), and what is no part of a path.
 * @throws RelayError `bad-request`
 */
export function refuseEscape(path: string): void {
  if (path.includes('#')) throw new RelayError('bad-request', 'The path holds a "#".');
  let text = path;
  for (let round = 0; round <= MAX_DECODINGS; round++) {
    const climbs = text.split(/[/\\]/).some((segment) => segment.split(';', 1)[0] === '..');
    if (climbs) throw new RelayError('bad-request', 'The path leads out of the resource.');
    text = decodedOnce(text);
  }
}

/** Pure: a query (empty or with its question mark) without some parameters; the others stay byte for byte. */
export function withoutParameters(search: string, names: readonly string[]): string {
  if (search === '') return '';
  const parts = search.slice(1).split('&');
  const kept = parts.filter((part) => !names.includes(parameterName(part)));
  if (kept.length === parts.length) return search;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function firstValue(search: string, name: string): string | null {
  const part = search
    .slice(1)
    .split('&')
    .find((each) => parameterName(each) === name);
  if (part === undefined) return null;
  return part.includes('=') ? decodedOnce(part.slice(part.indexOf('=') + 1)) : '';
}

function parameterName(part: string): string {
  return decodedOnce(part.split('=', 1)[0]!);
}

/** Byte by byte, so that an escape which is not UTF-8 does no harm. */
function decodedOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A URI is ASCII (RFC 3986); what a sloppy client sent beyond it is escaped, byte for byte. */
function inAscii(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, (char) => {
    const bytes = Buffer.from(char, char.charCodeAt(0) < 0x100 ? 'latin1' : 'utf8');
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}
