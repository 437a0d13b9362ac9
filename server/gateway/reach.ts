/** Whether a resource's machine is on a private network, asking DNS where its name does not tell. */
import { lookup } from 'node:dns/promises';
import { isPrivateAddress, isPrivateHost } from './private-address.ts';

const REMEMBER_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 1_000;

export class Reach {
  readonly #known = new Map<string, { readonly isPrivate: Promise<boolean>; readonly untilMs: number }>();

  /** Never rejects: a name that is not resolved in time is taken for private, so that the relay fetches it itself. */
  isPrivate(host: string): Promise<boolean> | boolean {
    const told = isPrivateHost(host);
    if (told !== null) return told;
    const known = this.#known.get(host);
    const nowMs = performance.now();
    if (known !== undefined && known.untilMs > nowMs) return known.isPrivate;
    const isPrivate = resolvesPrivately(host);
    this.#known.set(host, { isPrivate, untilMs: nowMs + REMEMBER_MS });
    return isPrivate;
  }
}

async function resolvesPrivately(host: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LOOKUP_TIMEOUT_MS);
  });
  try {
    const addresses = await Promise.race([lookup(host, { all: true }), late]);
    return addresses === null || addresses.some(({ address }) => isPrivateAddress(address));
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}
