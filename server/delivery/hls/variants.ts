/** Which variants a camera's multivariant playlist offers, and when it is worth answering. Its text is `playlist.ts`. */
import { sleep } from '../../abort.ts';
import type { Camera } from '../../camera/camera.ts';
import type { StreamName } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import { liveQuery } from '../live-query.ts';
import type { Rendition } from './file-names.ts';
import type { HlsOutputs } from './hls-outputs.ts';
import type { Variant } from './playlist.ts';

/** A variant that is not there so long after the first is left out: it must not hold up the others. */
const SECOND_VARIANT_WAIT_MS = 3_000;

/**
 * The variants to offer: the stream that is asked for, else all there are, the main one first. While the sub stream cannot
 * be had it is none of them.
 * @throws RelayError `bad-request`
 */
export function renditionsOf(camera: Camera, query: URLSearchParams): Rendition[] {
  const { audio, wish } = liveQuery(query);
  const format = query.get('format') ?? 'fmp4';
  if (format !== 'fmp4' && format !== 'ts') {
    throw new RelayError('bad-request', `"format" is ${format.slice(0, 40)}; allowed is fmp4 or ts.`);
  }
  const { profile, plays } = wish;
  camera.output(wish);
  const names: StreamName[] = !camera.givesSub ? ['main'] : query.has('stream') ? [wish.stream] : ['main', 'sub'];
  return names.map((stream) => {
    // Where H.264 is known to come there is one output for all.
    const hevc = profile === 'auto' && plays.includes('hevc') && camera.sends(stream) !== 'h264';
    return { stream, profile, hevc, audio, container: format };
  });
}

/**
 * What the multivariant playlist says of each; starts the streams, and resolves when there is something to play.
 * @throws RelayError why the first cannot be shown, when none can
 */
export async function variantsOf(
  camera: Camera,
  wanted: readonly Rendition[],
  outputs: HlsOutputs,
  signal: AbortSignal,
): Promise<Variant[]> {
  const found = new Map<Rendition, Variant[]>();
  const tries = wanted.map(async (rendition) => {
    found.set(rendition, await withFallback(camera, rendition, outputs, signal));
  });
  await Promise.any(tries).catch(() => tries[0]);
  await Promise.race([Promise.allSettled(tries), sleep(SECOND_VARIANT_WAIT_MS, signal)]);
  // Where it has turned out just now that there is no sub stream, its playlist shows the main one.
  const isTwice = ({ stream }: Rendition) => stream === 'sub' && !camera.givesSub && wanted.length > 1;
  return wanted.filter((rendition) => !isTwice(rendition)).flatMap((rendition) => found.get(rendition) ?? []);
}

/** A camera with rare keyframes is offered transcoded as well, cut where a player can begin. */
async function withFallback(
  camera: Camera,
  rendition: Rendition,
  outputs: HlsOutputs,
  signal: AbortSignal,
): Promise<Variant[]> {
  const output = outputs.of(camera, rendition);
  const variant = await output.variant(signal);
  if (!output.outgrown || rendition.profile !== 'auto') return [variant];
  const transcoded = outputs.of(camera, { ...rendition, profile: 'h264', hevc: false });
  return [
    variant,
    ...(await transcoded.variant(signal).then(
      (other) => [other],
      () => [],
    )),
  ];
}
