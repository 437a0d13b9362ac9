/** Addresses of the relay, wherever a proxy shows it, and by whatever link the page was opened. */

/** Pure but for its defaults: an address below the page's base, with the secret of the link that opened the page. */
export function relayUrl(path: string, base: string = document.baseURI, grant: string | null = grantOfPage()): URL {
  const url = new URL(path, base);
  url.hash = '';
  if (grant !== null) url.searchParams.set('grant', grant);
  return url;
}

function grantOfPage(): string | null {
  return typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('grant');
}
