/** The frame of the page that shows one camera: there before the page's code, which fills only what lies over it. */

export interface EmbedFrame {
  readonly frame: HTMLElement;
  readonly video: HTMLVideoElement;
  /** Over the video: the last picture while there is no newer one. */
  readonly still: HTMLCanvasElement;
  /** Over both. */
  readonly over: HTMLElement;
}

export function makeEmbedFrame(cameraId: string): EmbedFrame {
  const frame = document.createElement('main');
  frame.className = 'frame embed';
  frame.dataset.testid = 'tile';
  frame.dataset.camera = cameraId;
  const video = document.createElement('video');
  video.className = 'picture';
  video.dataset.testid = 'video';
  video.dataset.camera = cameraId;
  video.muted = true;
  video.playsInline = true;
  video.tabIndex = -1;
  const still = document.createElement('canvas');
  still.className = 'picture still';
  still.hidden = true;
  const over = document.createElement('div');
  over.className = 'embed-over';
  frame.append(video, still, over);
  document.getElementById('app')!.append(frame);
  return { frame, video, still, over };
}
