/**
 * The file that a recorder is writing, and the samples that are to be its next fragment. Whether a sample belongs to it
 * is decided by `cut-policy.ts`; writing is `recording-file.ts`.
 */
import { decodeMs, opens } from '../../delivery/fmp4/sample-times.ts';
import type { Sample } from '../../mp4/sample.ts';
import { type CutSituation, cutFragment } from './cut-policy.ts';
import type { RecordingFile } from './recording-file.ts';

/** What is pending when it is let go without a `flush` is lost. The recorder closes the file. */
export class OpenRecording {
  readonly file: RecordingFile;
  readonly #first: Sample;
  #pending: Sample[] = [];
  #pendingBytes = 0;

  /** @param first the sample that opens the file; it is not pushed */
  constructor(file: RecordingFile, first: Sample) {
    this.file = file;
    this.#first = first;
  }

  /** How this sample stands to the file. */
  fit(sample: Sample): CutSituation['file'] {
    const first = this.#first;
    const lengthMs = decodeMs(sample) - decodeMs(first);
    return {
      sameInit: first.init === sample.init,
      sameSource: first.sourceNumber === sample.sourceNumber,
      lengthMs,
      driftMs: sample.arrivedAtMs - first.arrivedAtMs - lengthMs,
    };
  }

  /** Takes a sample; what was pending before it is written when a fragment ends here. */
  push(sample: Sample): void {
    const [first = sample] = this.#pending;
    const pending = { ms: decodeMs(sample) - decodeMs(first), bytes: this.#pendingBytes };
    if (cutFragment(pending, opens(sample))) this.flush();
    this.#pending.push(sample);
    this.#pendingBytes += sample.data.length;
  }

  /** Writes what is pending, if there is anything. */
  flush(): void {
    const samples = this.#pending;
    this.drop();
    if (samples.length > 0) this.file.append(samples);
  }

  /** Forgets what is pending: the disk does not take it. */
  drop(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
