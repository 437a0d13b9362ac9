/** Addresses of the relay, wherever a proxy shows it. */

/** Pure: an address below the page's base, whatever path a proxy gave it. */
export function relayUrl(path: string, base: string = document.baseURI): URL {
  const url = new URL(path, base);
  url.hash = '';
  return url;
}
