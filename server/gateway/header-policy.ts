/**
 * Pure: which headers pass the gateway, and how. Those of one connection stay on it (RFC 9110 section 7.6.1); what tells
 * of the machine behind, or would act in its name on our origin, is taken out; `Location` is `proxy-answer.ts`'.
 */
import type { HiddenAddress } from './hidden-address.ts';

/** Names and values in turn, as Node takes and gives them. */
export type RawHeaders = readonly string[];

const OF_ONE_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
];
/** Written anew for each request. */
const REWRITTEN_REQUEST = [
  ...['host', 'content-length', 'expect', 'via', 'forwarded', 'x-real-ip', 'cookie'],
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-server'],
];
/** They name software and machines, speak for a whole origin, or give orders to a web server in front of us. */
const KEPT_BACK_RESPONSE = [
  ...['server', 'via', 'x-powered-by', 'alt-svc', 'nel', 'report-to', 'reporting-endpoints', 'sourcemap'],
  ...['strict-transport-security', 'public-key-pins', 'service-worker-allowed', 'clear-site-data', 'x-sendfile'],
  ...[
    'content-security-policy',
    'content-security-policy-report-only',
    'x-content-type-options',
    'location',
    'content-location',
    'refresh',
  ],
];
const DROPPED_REQUEST = new Set([...OF_ONE_CONNECTION, ...REWRITTEN_REQUEST]);
const DROPPED_RESPONSE = new Set([...OF_ONE_CONNECTION, ...KEPT_BACK_RESPONSE]);
/** Values that cannot hold an address, and must never be lost. */
const WITHOUT_ADDRESSES = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'content-range', 'accept-ranges', 'transfer-encoding'],
  ...['date', 'last-modified', 'expires', 'age', 'etag', 'cache-control', 'vary'],
]);
/** Our own cookies begin so. */
const OWN_COOKIE = /^(__Host-|__Secure-)?sightline/i;
const NOT_IN_TRAILERS = new Set([
  ...[...OF_ONE_CONNECTION, ...REWRITTEN_REQUEST, ...KEPT_BACK_RESPONSE, 'set-cookie', 'authorization'],
  ...['content-type', 'content-encoding', 'content-range', 'cache-control', 'max-forwards', 'range'],
]);

export interface ClientSide {
  readonly address: string;
  readonly host: string;
  readonly proto: 'http' | 'https';
  /** This relay's name in `Via`. */
  readonly via: string;
}

/** Pure: the headers that go on, without those that frame a body. */
export function forwardedRequestHeaders(
  raw: RawHeaders,
  client: ClientSide,
  ours: readonly (readonly [string, string])[],
  dropped: readonly string[] = [],
): string[] {
  const drop = new Set([...connectionListed(raw), ...dropped]);
  for (const [name] of ours) drop.add(name.toLowerCase());
  const headers: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    const lower = name.toLowerCase();
    if (!DROPPED_REQUEST.has(lower) && !drop.has(lower) && !name.includes('_')) headers.push(name, raw[at + 1]!);
  }
  const cookie = foreignCookies(raw);
  if (cookie !== '') headers.push('Cookie', cookie);
  // Trailers are the one thing that TE may ask of the next machine through us.
  if (/(^|[\s,])trailers\b/i.test(valuesOf(raw, 'te').join())) headers.push('TE', 'trailers');
  const via = valuesOf(raw, 'via').join(', ');
  headers.push('Via', `${via === '' ? '' : `${via}, `}1.1 ${client.via}`);
  headers.push('X-Forwarded-For', client.address, 'X-Forwarded-Host', client.host, 'X-Forwarded-Proto', client.proto);
  for (const [name, value] of ours) headers.push(name, value);
  return headers;
}

export interface AnswerSide {
  readonly hidden: HiddenAddress;
  /** The `Origin` of the request, which an answer may repeat. */
  readonly origin: string | undefined;
  /** Path of the target, without a slash at its end, and what it is called here. */
  readonly basePath: string;
  readonly ownBasePath: string;
}

/** Pure: the headers that come back. */
export function returnedHeaders(raw: RawHeaders, side: AnswerSide, dropped: readonly string[] = []): string[] {
  const drop = new Set([...connectionListed(raw), ...dropped]);
  const headers: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    const lower = name.toLowerCase();
    if (DROPPED_RESPONSE.has(lower) || drop.has(lower) || lower.startsWith('x-accel-')) continue;
    const told = lower === 'set-cookie' ? ownCookie(raw[at + 1]!, side) : raw[at + 1]!;
    if (told === null) continue;
    const mayTell = WITHOUT_ADDRESSES.has(lower) || (lower.startsWith('access-control-') && told === side.origin);
    if (mayTell || !side.hidden.isIn(told)) headers.push(name, told);
  }
  return headers;
}

/** Pure: trailers that may pass in either direction (RFC 9110 section 6.5.1). */
export function passedTrailers(raw: RawHeaders, hidden: HiddenAddress | null): [string, string][] {
  return pairs(raw).filter(
    ([name, value]) => !NOT_IN_TRAILERS.has(name.toLowerCase()) && !(hidden?.isIn(value) ?? false),
  );
}

/** Pure: every value of a header. */
export function valuesOf(raw: RawHeaders, wanted: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]!.length === wanted.length && raw[at]!.toLowerCase() === wanted) values.push(raw[at + 1]!);
  }
  return values;
}

function pairs(raw: RawHeaders): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!]);
}

function connectionListed(raw: RawHeaders): string[] {
  return valuesOf(raw, 'connection').flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase()));
}

function foreignCookies(raw: RawHeaders): string {
  const all = valuesOf(raw, 'cookie').flatMap((value) => value.split(/;\s*/));
  return all.filter((cookie) => cookie !== '' && !OWN_COOKIE.test(cookie)).join('; ');
}

/** Null for one that would pass as our own. */
function ownCookie(value: string, { basePath, ownBasePath }: AnswerSide): string | null {
  if (OWN_COOKIE.test(value.trim())) return null;
  const [pair, ...attributes] = value.split(';');
  const kept = attributes.flatMap((attribute) => {
    const [name, text = ''] = attribute.trim().split('=', 2);
    if (name!.toLowerCase() === 'domain') return [];
    if (name!.toLowerCase() !== 'path') return [attribute];
    const within = text === basePath || text.startsWith(`${basePath}/`);
    return [` Path=${ownBasePath}${within ? text.slice(basePath.length) : '/'}`];
  });
  return [pair, ...kept].join(';');
}
