/**
 * Finds the address of a camera that a request names, and lets through only one that is on the list. The address that
 * was checked is the one that is connected to: a name that resolves otherwise the next time changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RelayError } from '../errors.ts';
import { type AllowList, plainAddress } from './allow-list.ts';
import type { CameraUrl } from './camera-url.ts';

/** Every address of a name, in the order of preference. Rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const LOOKUP_TIMEOUT_MS = 5_000;

/**
 * The address to connect to.
 * @throws RelayError `not-allowed`; `dns` for a listed name that does not resolve
 */
export async function checkTarget(
  target: Pick<CameraUrl, 'host' | 'port'>,
  allow: AllowList,
  resolve: Resolve = systemResolve,
): Promise<string> {
  const { host, port } = target;
  if (allow.isEmpty) throw new RelayError('not-allowed', 'Cameras that are not configured are switched off here.');
  // One sentence for all: whoever asks learns nothing of what there is on this network.
  const refused = new RelayError('not-allowed', 'This camera is not on the list of those that may be asked for.');
  if (!allow.mayResolve(host, port)) throw refused;
  const addresses = isIP(host) ? [host] : await resolveWithin(host, resolve, refused);
  const address = addresses.map(plainAddress).find((each) => isIP(each) && allow.mayConnect(host, each, port));
  if (address === undefined) throw refused;
  return address;
}

async function resolveWithin(host: string, resolve: Resolve, refused: RelayError): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(refused), LOOKUP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([resolve(host), late]);
  } catch {
    throw new RelayError('dns', 'The camera’s name cannot be resolved.');
  } finally {
    clearTimeout(timer);
  }
}

async function systemResolve(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}
