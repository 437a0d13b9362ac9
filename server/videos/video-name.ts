/**
 * Which names are those of videos. Pure, and the first of two walls between a URL and the disk: a name that passes leads
 * nowhere but to a file of that name in one folder. The second, for links, is `video-folder.ts`.
 */

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  ts: 'video/mp2t',
  mts: 'video/mp2t',
  m2ts: 'video/mp2t',
  flv: 'video/x-flv',
  avi: 'video/x-msvideo',
  '3gp': 'video/3gpp',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  ogv: 'video/ogg',
};

/** What most file systems hold. */
const MAX_NAME_BYTES = 255;
/** Devices on Windows, whatever extension follows. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;
const DRIVE = /^[a-z]:/i;
/** Separators of every system, control characters, and halves of characters, which no file name can hold. */
const FORBIDDEN = /[/\\\p{Cc}\p{Cs}]/u;
/** Besides those, what Windows does not allow: a colon names a stream beside the file. */
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/;

/** Pure: the ending in lower case without its dot; empty when there is none. */
export function extensionOf(name: string): string {
  return /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Pure: the media type by the ending; undefined when it is not that of a video. */
export function contentType(name: string): string | undefined {
  const extension = extensionOf(name);
  return Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined;
}

/** Pure: true for a name that may be one of a video in the folder. Hidden files are nobody's business. */
export function isVideoName(name: string, platform: NodeJS.Platform = process.platform): boolean {
  if (name.startsWith('.') || name !== name.trimEnd() || name.endsWith('.')) return false;
  if (FORBIDDEN.test(name) || DRIVE.test(name) || DEVICE.test(name)) return false;
  if (platform === 'win32' && FORBIDDEN_ON_WINDOWS.test(name)) return false;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES && contentType(name) !== undefined;
}

/**
 * Pure: the name under which an upload may be kept, near to the one that it came with; null when its ending is not that
 * of a video. Directions in it (`C:\clips\`, `../`) are dropped.
 */
export function nameForUpload(wanted: string): string | null {
  const last = wanted.split(/[/\\]/).at(-1) ?? '';
  const extension = extensionOf(last.trimEnd());
  const stem = last
    .trimEnd()
    .slice(0, -extension.length - 1)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]+/gu, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const short = shorten(stem === '' ? 'video' : stem, MAX_NAME_BYTES - extension.length - NUMBER_ROOM);
  const name = `${DEVICE.test(`${short}.`) ? '_' : ''}${short}.${extension}`;
  return isVideoName(name, 'win32') ? name : null;
}

/** Room for ` (9999)`, which tells namesakes apart. */
const NUMBER_ROOM = 10;

/** Pure: the name with a number before its ending. */
export function numbered(name: string, number: number): string {
  const extension = extensionOf(name);
  return `${name.slice(0, -extension.length - 1)} (${number}).${extension}`;
}

function shorten(text: string, maxBytes: number): string {
  let short = text;
  while (Buffer.byteLength(short) > maxBytes) short = [...short].slice(0, -1).join('');
  return short;
}

/** Pure: Content-Disposition for a name of any letters (RFC 6266, RFC 8187). */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return plain === name ? `${kind}; filename="${name}"` : `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
