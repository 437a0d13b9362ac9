/** Samples as a muxer would make them, without media in them: enough where nobody decodes. */
import { type InitSegment, makeInit } from '../../mp4/init-segment.ts';
import { type Sample, VIDEO_TICKS_PER_MS } from '../../mp4/sample.ts';

type Settling = { -readonly [Name in keyof Sample]: Sample[Name] };

const AUDIO_RATE_HZ = 48_000;
const FIRST_GUESS_MS = 40;
/** When the fixture's cameras show their first picture, Unix ms. */
export const BEGIN_AT_MS = Date.UTC(2026, 4, 3, 12);

export function testInit({ version = 1, audio = true, width = 640 } = {}): InitSegment {
  return makeInit(version, {
    video: {
      codec: 'h264',
      codecString: 'avc1.64001e',
      width,
      height: 360,
      nalLengthBytes: 4,
      vps: [],
      sps: [],
      pps: [],
      record: Buffer.from([1, 0x64, 0, 0x1e, 0xff, 0xe0, 0, version]),
    },
    audio: audio
      ? {
          codec: 'aac',
          codecString: 'mp4a.40.2',
          sampleRateHz: AUDIO_RATE_HZ,
          channels: 2,
          objectType: 2,
          samplesPerFrame: 1024,
          record: Buffer.from([0x11, 0x90]),
        }
      : null,
  });
}

/** Durations are guessed and then corrected, as the muxer does it. */
export class TestCamera {
  init = testInit();
  sourceNumber = 0;
  #last: Settling | null = null;
  #stepMs = FIRST_GUESS_MS;

  picture(atMs: number, { keyframe = false, bytes = 100 } = {}): Sample {
    const decodeTicks = Math.round(atMs * VIDEO_TICKS_PER_MS);
    const last = this.#last;
    if (last !== null) {
      this.#stepMs = (decodeTicks - last.decodeTicks) / VIDEO_TICKS_PER_MS;
      last.durationTicks = decodeTicks - last.decodeTicks;
      last.durationKnown = true;
    }
    const sample: Settling = {
      ...this.#common(atMs, bytes),
      track: 'video',
      decodeTicks,
      durationTicks: this.#stepMs * VIDEO_TICKS_PER_MS,
      keyframe,
    };
    this.#last = sample;
    return sample;
  }

  sound(atMs: number): Sample {
    const decodeTicks = Math.round((atMs * AUDIO_RATE_HZ) / 1000);
    return { ...this.#common(atMs, 20), track: 'audio', decodeTicks, durationTicks: 1024, keyframe: true };
  }

  /** Pictures from `fromMs` on, `stepMs` apart, a keyframe first and then every `intervalMs`. */
  pictures(fromMs: number, lengthMs: number, { stepMs = 40, intervalMs = 2_000, bytes = 100 } = {}): Sample[] {
    const perInterval = Math.round(intervalMs / stepMs);
    return Array.from({ length: Math.round(lengthMs / stepMs) }, (_, index) =>
      this.picture(fromMs + index * stepMs, { keyframe: index % perInterval === 0, bytes }),
    );
  }

  #common(atMs: number, bytes: number) {
    return {
      init: this.init,
      sourceNumber: this.sourceNumber,
      data: Buffer.alloc(bytes, 1),
      compositionTicks: 0,
      durationKnown: false,
      ptsMs: atMs,
      arrivedAtMs: BEGIN_AT_MS + atMs,
    };
  }
}
