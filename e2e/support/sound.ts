/** Listens to what a video element plays. */
import type { Page } from 'playwright/test';
import { videoOf } from './picture-log.ts';

const LISTEN_MS = 700;
/** Quieter than this is silence. */
const AUDIBLE_DECIBELS = -60;

/** The loudest frequency in what the element plays now, in Hz; NaN when it is silent. */
export async function loudestHz(page: Page, id: string): Promise<number> {
  return page.locator(videoOf(id)).evaluate(
    async (element, { listenMs, audibleDecibels }) => {
      const video = element as HTMLVideoElement & { captureStream(): MediaStream };
      const context = new AudioContext();
      try {
        await context.resume();
        const stream = video.captureStream();
        if (stream.getAudioTracks().length === 0) return Number.NaN;
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        context.createMediaStreamSource(stream).connect(analyser);
        await new Promise((resolve) => setTimeout(resolve, listenMs));
        const levels = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(levels);
        const loudest = levels.indexOf(Math.max(...levels));
        if (levels[loudest]! < audibleDecibels) return Number.NaN;
        return (loudest * context.sampleRate) / analyser.fftSize;
      } finally {
        await context.close();
      }
    },
    { listenMs: LISTEN_MS, audibleDecibels: AUDIBLE_DECIBELS },
  );
}
