/** What a viewer can do with one picture: full screen, picture in picture, save it. Used by buttons and keys alike. */

import { pictureAsJpeg } from '../player/still.ts';
import { relayUrl } from '../relay-url.ts';

export const canPictureInPicture = (): boolean => document.pictureInPictureEnabled === true;
export const canFullscreen = (): boolean => document.fullscreenEnabled === true;

/** Enters or leaves full screen; a browser that refuses leaves things as they are. */
export async function toggleFullscreen(element: Element): Promise<void> {
  try {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await element.requestFullscreen({ navigationUI: 'hide' });
  } catch {
    // Not allowed in this frame, or not after this kind of event.
  }
}

export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  try {
    if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch {
    // Needs a picture and a click; without them nothing happens.
  }
}

/**
 * Asks the relay to try the camera again now, even where it refused the login: cameras lock accounts, so that takes a
 * person. A relay that does not answer shows elsewhere.
 */
export async function askToRetry(cameraId: string): Promise<void> {
  try {
    await fetch(relayUrl(`api/cameras/${encodeURIComponent(cameraId)}/retry`), { method: 'POST' });
  } catch {
    // The page says itself that the relay cannot be reached.
  }
}

/** Saves the picture on the screen as `<camera>-<date>T<time>.jpg`. */
export async function saveSnapshot(video: HTMLVideoElement, cameraId: string): Promise<void> {
  const blob = await pictureAsJpeg(video);
  if (blob === null) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  link.download = `${cameraId}-${stamp}.jpg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The HTML that shows one camera on another page. */
export function embedCode(cameraId: string, title: string): string {
  const escaped = title.replace(/[&"<]/g, (c) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;' })[c] ?? c);
  const { href } = relayUrl(`embed/${encodeURIComponent(cameraId)}`);
  return `<iframe src="${href}" title="${escaped}" width="640" height="360" allow="autoplay; fullscreen; picture-in-picture" style="border:0"></iframe>`;
}
