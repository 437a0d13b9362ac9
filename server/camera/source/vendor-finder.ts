/**
 * Finds out which maker's path a bare host answers on, by trying each once, and remembers it in the data folder. It
 * stops at the first refused login, because cameras lock accounts. The paths are `vendor-paths.ts`.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { RelayError } from '../../errors.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { checkSource, type SourceCheckOptions, type SourceReading } from './source-check.ts';
import { urlHost, VENDORS, type Vendor, type VendorStream, vendorUrl } from './vendor-paths.ts';

export interface VendorFinderOptions {
  readonly dataDir: string;
  readonly log: Logger;
}

const FILE = join('cameras', 'paths.json');
const fileSchema = z.record(z.string(), z.object({ vendor: z.enum(VENDORS), foundAt: z.string() }));
type Found = z.infer<typeof fileSchema>;

/** Nothing to close. */
export class VendorFinder {
  readonly #options: VendorFinderOptions;
  #found: Promise<Found> | null = null;
  /** One search per device: a recorder has many channels. */
  readonly #searches = new Map<string, Promise<Vendor>>();

  constructor(options: VendorFinderOptions) {
    this.#options = options;
  }

  /**
   * The answer of the stream that a bare host's address stands for.
   * @throws RelayError `unauthorized` at the first refused login, `not-found` when no path answers
   */
  async find(source: RtspSource, options: SourceCheckOptions): Promise<SourceReading> {
    const { host, port, wanted } = parseBareHost(source.url);
    const at = (vendor: Vendor) => ({ ...source, url: vendorUrl(host, port, vendor, wanted) });
    const device = `${urlHost(host)}:${port}`;
    const known = (await this.#load())[device]?.vendor;
    if (known !== undefined) return checkSource(at(known), options);
    const search = this.#searches.get(device);
    if (search !== undefined) return checkSource(at(await search), options);
    const { promise, settle, fail } = shared<Vendor>();
    this.#searches.set(device, promise);
    try {
      const { vendor, reading } = await tryVendors(at, options);
      settle(vendor);
      await this.#remember(device, vendor);
      return reading;
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      this.#searches.delete(device);
    }
  }

  #load(): Promise<Found> {
    this.#found ??= readFile(join(this.#options.dataDir, FILE), 'utf8')
      .then((text) => fileSchema.parse(JSON.parse(text)))
      .catch(() => ({}));
    return this.#found;
  }

  async #remember(device: string, vendor: Vendor): Promise<void> {
    const found = { ...(await this.#load()), [device]: { vendor, foundAt: new Date().toISOString() } };
    this.#found = Promise.resolve(found);
    const { dataDir, log } = this.#options;
    log.info({ device, vendor }, 'found the maker’s path of a camera given by its host alone');
    const path = join(dataDir, FILE);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, `${JSON.stringify(found, null, 2)}\n`);
      await rename(`${path}.new`, path);
    } catch (error) {
      log.warn({ err: error }, 'which path a camera answers on could not be written down; it is looked for again');
    }
  }
}

async function tryVendors(
  at: (vendor: Vendor) => RtspSource,
  options: SourceCheckOptions,
): Promise<{ vendor: Vendor; reading: SourceReading }> {
  for (const vendor of VENDORS) {
    try {
      return { vendor, reading: await checkSource(at(vendor), options) };
    } catch (thrown) {
      const error = RelayError.from(thrown);
      if (!mayBeWrongPath(error)) throw error;
    }
  }
  throw new RelayError(
    'not-found',
    'The camera answers on none of the common makers’ paths; write its address into “url”.',
  );
}

/** A refused login or a dead network does not get better by another path. */
function mayBeWrongPath({ code, cause }: RelayError): boolean {
  return code === 'not-found' || code === 'no-video' || code === 'ended' || (code === 'unreachable' && !cause);
}

function parseBareHost(url: string): { host: string; port: number; wanted: VendorStream } {
  const [, bracketed, plain, port, channel, stream] =
    /^find:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d+)\/(\d+)\/(main|sub)$/.exec(url) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new RelayError('config', 'The camera’s host cannot be read.');
  return {
    host,
    port: Number(port),
    wanted: { channel: Number(channel), stream: stream === 'sub' ? 'sub' : 'main' },
  };
}

function shared<T>(): { promise: Promise<T>; settle: (value: T) => void; fail: (error: unknown) => void } {
  let settle: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    settle = onValue;
    fail = onError;
  });
  // Nobody may be waiting for it besides the one who searches, and he has the error already.
  promise.catch(() => {});
  return { promise, settle, fail };
}
