import { describe, expect, it } from 'vitest';
import { BEGIN_AT_MS, testInit } from '../../delivery/fmp4/samples.fixture.ts';
import { RelayError } from '../../errors.ts';
import { exportable } from './export-parts.ts';
import { fileName } from './file-names.ts';
import type { Stretch } from './vod-playlist.ts';

const withSound = testInit().bytes;
const wider = testInit({ version: 2, width: 1280 }).bytes;
const silent = testInit({ audio: false }).bytes;

/** A file of so many seconds since the beginning. */
function stretch(init: Buffer, fromS: number, toS: number): Stretch {
  const startedAtMs = BEGIN_AT_MS + fromS * 1000;
  const durationMs = (toS - fromS) * 1000;
  const name = fileName('yard', startedAtMs);
  const file = { camera: 'yard', name, path: name, startedAtMs, endedAtMs: startedAtMs + durationMs, durationMs };
  const references = [{ offset: 0, bytes: 1, startMs: 0, endMs: durationMs, soundMs: null }];
  return { file: { ...file, bytes: 1, codecs: '', width: 0, height: 0, reason: null }, init, references };
}
const range = (fromS: number, toS: number) => ({ fromMs: BEGIN_AT_MS + fromS * 1000, toMs: BEGIN_AT_MS + toS * 1000 });
const isoAt = (seconds: number) => new Date(BEGIN_AT_MS + seconds * 1000).toISOString();

describe('what one MP4 can hold of a period', () => {
  it('is all of it as long as only the picture’s size changes', () => {
    const all = [stretch(withSound, 0, 10), stretch(wider, 10, 20)];
    expect(exportable(all, range(0, 20))).toEqual(all);
    expect(exportable([], range(0, 20))).toEqual([]);
  });

  it('is refused over a change of sound, saying when it was and what to do', () => {
    const all = [stretch(withSound, 0, 10), stretch(silent, 10, 20), stretch(silent, 20, 30)];
    let refusal: unknown;
    try {
      exportable(all, range(0, 30));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(RelayError);
    expect(refusal).toMatchObject({ code: 'mixed-recording', status: 409, at: isoAt(10) });
    expect((refusal as RelayError).message).toBe(
      `The camera changed from H.264 with AAC to H.264 at ${isoAt(10)}, and one MP4 cannot hold both: ` +
        'export up to that time, and from it on, one by one.',
    );
  });

  it('is what follows that advice, though arrival times waver where one file ends', () => {
    const all = [stretch(withSound, 0, 10.08), stretch(silent, 10, 20)];
    expect(exportable(all, range(0, 10.05))).toEqual([all[0]]);
    expect(exportable(all, range(10, 20))).toEqual([all[1]]);
    // On a clock without fractions of a second.
    expect(exportable(all, range(9.5, 20))).toEqual([all[1]]);
  });

  it('is not quietly without something in the middle', () => {
    const all = [stretch(withSound, 0, 10), stretch(silent, 10, 10.5), stretch(withSound, 10.5, 20)];
    expect(() => exportable(all, range(0, 20))).toThrow(isoAt(10));
  });
});
