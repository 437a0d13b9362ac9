import { describe, expect, it } from 'vitest';
import { PictureWatch } from './picture-watch.ts';

/** As much of a video element as is looked at. */
class FakeVideo extends EventTarget {
  #callback: VideoFrameRequestCallback | null = null;

  requestVideoFrameCallback(callback: VideoFrameRequestCallback): number {
    this.#callback = callback;
    return 1;
  }

  show(mediaTime: number): void {
    this.#callback?.(0, { mediaTime, presentedFrames: 1 } as VideoFrameCallbackMetadata);
  }
}

function watching() {
  const video = new FakeVideo();
  const pictures = new PictureWatch(video as unknown as HTMLVideoElement, () => {});
  pictures.begin();
  return { video, pictures };
}

describe('PictureWatch', () => {
  it('learns how far a camera’s pictures lie apart', () => {
    const { video, pictures } = watching();
    for (let n = 0; n < 100; n++) video.show(n * 0.1);
    expect(pictures.frameIntervalMs).toBeCloseTo(100, 0);
  });

  it('takes no jump to the live edge for the camera’s pace', () => {
    const { video, pictures } = watching();
    for (let n = 0; n < 50; n++) video.show(n * 0.04);
    video.dispatchEvent(new Event('seeking'));
    video.show(5);
    expect(pictures.frameIntervalMs).toBeCloseTo(40, 0);
    video.show(5.08);
    expect(pictures.frameIntervalMs).toBeGreaterThan(43);
  });

  it('listens no more after its end', () => {
    const { video, pictures } = watching();
    pictures.close();
    video.show(1);
    expect(pictures.started).toBe(false);
  });
});
