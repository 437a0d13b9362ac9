/** Every way in which a secret may be written, so that a test can look for it. Written without the relay's own redactor. */

const MIN_BASE64_LENGTH = 8;

/** Pure: by what the form is called, e.g. `JSON`; forms that equal another are left out. */
export function formsOfSecret(secret: string, user: string): Map<string, string> {
  const json = JSON.stringify(secret).slice(1, -1);
  const encoded = encodeURIComponent(secret);
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const url = new URL('http://host/');
  url.password = secret;
  const pair = `${user}:${secret}`;
  const forms: [string, string][] = [
    ['raw', secret],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON with escaped slashes', json.replaceAll('/', '\\/')],
    ['percent-encoded', encoded],
    ['percent-encoded by RFC 3986', strict],
    ['percent-encoded in lower case', strict.replace(/%../g, (hex) => hex.toLowerCase())],
    ['percent-encoded twice', encodeURIComponent(strict)],
    ['as a form field', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['by the URL class', url.password],
    ['HTML', secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    ...base64Forms('base64', secret),
    ...base64Forms('base64 of user:password', pair),
    ...base64Forms('base64 of the encoded pair', `${encodeURIComponent(user)}:${strict}`),
  ];
  const seen = new Set<string>();
  return new Map(forms.filter(([, text]) => text.length > 0 && !seen.has(text) && seen.add(text)));
}

/** Pure: which forms of the secret stand in the text. */
export function secretsIn(text: string, forms: ReadonlyMap<string, string>): string[] {
  return [...forms].filter(([, form]) => text.includes(form)).map(([name]) => name);
}

/** Pure: the characters that the text alone determines, at each of the three places it may have on the 3-byte grid. */
function base64Forms(name: string, text: string): [string, string][] {
  return [0, 1, 2].flatMap((offset): [string, string][] => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const from = Math.ceil((offset * 8) / 6);
    const core = bytes.toString('base64').slice(from, Math.floor((bytes.length * 8) / 6));
    if (core.length < MIN_BASE64_LENGTH) return [];
    return [
      [`${name} at ${offset}`, core],
      [`URL-safe ${name} at ${offset}`, core.replaceAll('+', '-').replaceAll('/', '_')],
    ];
  });
}
