/**
 * Sends a built file as the build packed it (`file.br`, `file.gz` beside `file`), so that no visit waits for a compressor.
 * What was not packed, and whoever takes neither, is the business of the routes behind.
 */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RequestHandler } from 'express';

/** In the order of preference, and the ending of the file that holds it. */
const PACKINGS = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
] as const;

/**
 * For the files of `webDir` below `prefix` (`/assets/`), which is flat; `headers` go with each. Which there are is looked
 * at once.
 */
export function packedAssets(
  webDir: string,
  prefix: string,
  headers: Readonly<Record<string, string>>,
): RequestHandler {
  const folder = join(webDir, prefix);
  const names = new Set(filesIn(folder));
  return (request, response, next) => {
    if (!request.path.startsWith(prefix)) return next();
    const name = request.path.slice(prefix.length);
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    // Asked one by one: browsers name them all alike, and brotli is the smaller.
    const packing = PACKINGS.find(
      ({ encoding, ending }) => names.has(name + ending) && request.acceptsEncodings(encoding) === encoding,
    );
    if (packing === undefined) return next();
    response
      .type(extname(name))
      .vary('Accept-Encoding')
      .set({ ...headers, 'Content-Encoding': packing.encoding })
      .sendFile(join(folder, name + packing.ending), { cacheControl: false });
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A page that is not built says so itself.
    return [];
  }
}
