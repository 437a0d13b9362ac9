/**
 * What stands between a camera's configuration and ffmpeg: the address of a bare host is found, and the camera is asked
 * whether it lets itself be pulled unless that was known a moment ago. One for the whole relay.
 */
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { sourceKind } from '../../ffmpeg/source-input.ts';
import { openSocket } from '../../rtsp/open-socket.ts';
import { tcpAddressOf } from './source-address.ts';
import { checkSource, type SourceReading } from './source-check.ts';
import type { VendorFinder } from './vendor-finder.ts';
import { isBareHost } from './vendor-paths.ts';

export interface SourcePreparerOptions {
  readonly timeoutMs: number;
  /** Whether the ffmpeg in use can log in by Digest with SHA-256. */
  readonly sha256Login: () => Promise<boolean>;
  readonly vendors: VendorFinder;
}

/** How long an answer stands for the next pull. Periodic checks keep it fresh, so most viewers wait for none. */
const FRESH_MS = 5 * 60_000;

/** Nothing to close: what is under way ends with the caller's signal. */
export class SourcePreparer {
  readonly #options: SourcePreparerOptions;
  /** By the source as configured; another object is another source. */
  readonly #readings = new WeakMap<RtspSource, SourceReading>();

  constructor(options: SourcePreparerOptions) {
    this.#options = options;
  }

  /**
   * What ffmpeg is to pull for a source. RTSP is asked first, because ffmpeg would follow a redirect to anywhere and
   * cannot say what a camera wants of a login; the others speak for themselves.
   * @throws RelayError with the reason why ffmpeg need not be started
   */
  async prepare(source: RtspSource, signal?: AbortSignal): Promise<SourceReading> {
    const known = this.#readings.get(source);
    if (known !== undefined && Date.now() - known.atMs < FRESH_MS) {
      await this.#knock(known.source, signal);
      return known;
    }
    const kind = sourceKind(source.url);
    if (kind === 'rtsp' || isBareHost(source.url)) return this.check(source, signal);
    return { atMs: Date.now(), source, tracks: null, answer: null };
  }

  /** What was known may have gone since, and ffmpeg is slow to notice when one comes back that swallows packets. */
  async #knock({ url }: RtspSource, signal: AbortSignal | undefined): Promise<void> {
    const address = tcpAddressOf(url);
    if (address === null) return;
    const socket = await openSocket({ ...address, timeoutMs: this.#options.timeoutMs, signal });
    socket.destroy();
  }

  /** Asks in any case. @throws RelayError with the camera's reason */
  async check(source: RtspSource, signal?: AbortSignal): Promise<SourceReading> {
    this.#readings.delete(source);
    const { timeoutMs, vendors, sha256Login } = this.#options;
    const options = { timeoutMs, sha256Login, signal };
    const reading = isBareHost(source.url) ? await vendors.find(source, options) : await checkSource(source, options);
    this.#readings.set(source, reading);
    return reading;
  }

  /** A pull failed: the next one asks again. */
  forget(source: RtspSource): void {
    this.#readings.delete(source);
  }
}
