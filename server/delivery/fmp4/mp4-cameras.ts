/** The relay's sample streams and fragment hubs, one of each per source with and without sound, made when asked for. */
import type { LiveSource } from '../../camera/stream-wish.ts';
import { FragmentHub } from './fragment-hub.ts';
import { SampleStream } from './sample-stream.ts';

export interface Mp4CamerasOptions {
  readonly gopMaxBytes: number;
  readonly mergeMaxMs: number;
}

interface Outputs {
  readonly samples: SampleStream;
  readonly fragments: FragmentHub;
}

/** They run while something takes from them and end with their cameras: nothing here has to be closed. */
export class Mp4Cameras {
  readonly #options: Mp4CamerasOptions;
  readonly #outputs = new Map<LiveSource, Map<boolean, Outputs>>();

  constructor(options: Mp4CamerasOptions) {
    this.#options = options;
  }

  /** @param source a camera (its main stream as it comes), or what its `output` gives for a wish */
  samples(source: LiveSource, audio: boolean): SampleStream {
    return this.#of(source, audio).samples;
  }

  fragments(source: LiveSource, audio: boolean): FragmentHub {
    return this.#of(source, audio).fragments;
  }

  #of(source: LiveSource, audio: boolean): Outputs {
    let ofSource = this.#outputs.get(source);
    if (ofSource === undefined) {
      ofSource = new Map();
      this.#outputs.set(source, ofSource);
    }
    let outputs = ofSource.get(audio);
    if (outputs === undefined) {
      const { gopMaxBytes: maxBytes, mergeMaxMs } = this.#options;
      const samples = new SampleStream({ camera: source, audio, maxBytes });
      outputs = { samples, fragments: new FragmentHub({ source: samples, mergeMaxMs, maxBytes }) };
      ofSource.set(audio, outputs);
    }
    return outputs;
  }
}
