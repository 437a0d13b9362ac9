/** Where browsers heed Cross-Origin-Opener-Policy. Which headers are sent at all is `security-headers.ts`. */
import { isLoopbackHost } from '../config/checks.ts';

/**
 * Pure: whether the page's origin is potentially trustworthy (W3C Secure Contexts, section 3.1). Elsewhere a browser
 * ignores the header, and writes a warning into the console at each visit.
 * @param isEncrypted TLS, or a proxy that may have it in front
 * @param host of the request, with its port
 */
export function heedsOpenerPolicy(isEncrypted: boolean, host = ''): boolean {
  const name = host.replace(/:\d*$/, '');
  return isEncrypted || isLoopbackHost(name) || /\.localhost$/i.test(name);
}
