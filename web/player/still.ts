/** Keeps the last picture of a video element on a canvas, so that a tile never turns black while it reconnects. */

const MAX_WIDTH = 1280;

/** Copies the picture on the screen; false when there is none. */
export function copyPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement, maxWidth = MAX_WIDTH): boolean {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return false;
  const scale = Math.min(1, maxWidth / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return false;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return true;
}

/** The picture on the screen in full resolution as a JPEG; null when there is none. */
export async function pictureAsJpeg(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  if (!copyPicture(video, canvas, Number.POSITIVE_INFINITY)) return null;
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
}
