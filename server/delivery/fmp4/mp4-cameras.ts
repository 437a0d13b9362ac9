/** The relay's sample streams and fragment hubs, one of each per camera with and without sound, made when asked for. */
import type { Camera } from '../../camera/camera.ts';
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
  readonly #outputs = new Map<Camera, Map<boolean, Outputs>>();

  constructor(options: Mp4CamerasOptions) {
    this.#options = options;
  }

  samples(camera: Camera, audio: boolean): SampleStream {
    return this.#of(camera, audio).samples;
  }

  fragments(camera: Camera, audio: boolean): FragmentHub {
    return this.#of(camera, audio).fragments;
  }

  #of(camera: Camera, audio: boolean): Outputs {
    let ofCamera = this.#outputs.get(camera);
    if (ofCamera === undefined) {
      ofCamera = new Map();
      this.#outputs.set(camera, ofCamera);
    }
    let outputs = ofCamera.get(audio);
    if (outputs === undefined) {
      const { gopMaxBytes: maxBytes, mergeMaxMs } = this.#options;
      const samples = new SampleStream({ camera, audio, maxBytes });
      outputs = { samples, fragments: new FragmentHub({ source: samples, mergeMaxMs, maxBytes }) };
      ofCamera.set(audio, outputs);
    }
    return outputs;
  }
}
