/** Long fuzzing: the same property with new seeds until a time is up, over bytes that are nearly right. */
import fc from 'fast-check';
import { RelayError } from '../../server/errors.ts';

/** Bytes that are nothing. */
export const garbage = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));
/** For `pieces`. */
export const pieceSize = fc.constantFrom(1, 3, 17, 1_400, 65_536);

/** For each parser. */
const FOR_MS = 60_000;
/** One input may not take longer: no parser here does more than a few passes over what it is given. */
const MAX_MS = 1_000;

/** Throws what the property throws, with the seed that fast-check names. Resolves with the number of inputs. */
export async function fuzzFor<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
  { forMs = FOR_MS, numRuns = 100 }: { readonly forMs?: number; readonly numRuns?: number } = {},
): Promise<number> {
  const endMs = performance.now() + forMs;
  let count = 0;
  while (performance.now() < endMs) {
    const property = fc.asyncProperty(arbitrary, async (value) => {
      count += 1;
      const startedMs = process.cpuUsage();
      await check(value);
      const used = process.cpuUsage(startedMs);
      const usedMs = (used.user + used.system) / 1_000;
      if (usedMs > MAX_MS) throw new Error(`took ${usedMs} ms`);
    });
    await fc.assert(property, { numRuns, endOnFailure: true });
  }
  return count;
}

/** Calls and lets pass only what says that the input is wrong. */
export function onlyRelayErrors<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof RelayError && error.code !== 'internal') return null;
    throw error;
  }
}

/** Values that lengths and counts like to be wrong about. */
const ODD = fc.constantFrom(0, 1, 7, 8, 9, 127, 128, 255, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff);

/** The bytes with some changed, cut out, put in twice or overwritten by odd numbers; and now and then as they are. */
export function damaged(original: Buffer, maxBytes = original.length): fc.Arbitrary<Buffer> {
  const source = original.subarray(0, maxBytes);
  const place = fc.nat({ max: Math.max(0, source.length - 1) });
  // What frames the rest stands at the beginning.
  const spot = fc.oneof(place, fc.nat({ max: Math.min(1_500, source.length - 1) }));
  const change = fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), at: spot, value: fc.nat({ max: 255 }) }),
    fc.record({ kind: fc.constant('number' as const), at: spot, value: ODD }),
    fc.record({ kind: fc.constant('cut' as const), at: spot, value: fc.nat({ max: 64 }) }),
    fc.record({ kind: fc.constant('again' as const), at: spot, value: fc.nat({ max: 512 }) }),
    fc.record({ kind: fc.constant('end' as const), at: place, value: fc.constant(0) }),
  );
  return fc.array(change, { maxLength: 6 }).map((changes) => {
    let bytes = Buffer.from(source);
    for (const { kind, at, value } of changes) {
      if (kind === 'byte' && at < bytes.length) bytes[at] = value;
      if (kind === 'number' && at + 4 <= bytes.length) bytes.writeUInt32BE(value, at);
      if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + value)]);
      if (kind === 'again') bytes = Buffer.concat([bytes.subarray(0, at + value), bytes.subarray(at)]);
      if (kind === 'end') bytes = Buffer.from(bytes.subarray(0, at));
    }
    return bytes;
  });
}

/** The bytes in pieces, as a network delivers them. */
export function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
