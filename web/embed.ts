/** Starts the page of one camera, its picture first and then the code that says something about it; or of one video. */
import { makeEmbedFrame } from './dashboard/embed-frame.ts';
import { EarlyPlayer } from './player/early-player.ts';
import { pickedEngine } from './player/picked-engine.ts';
import { prepare } from './player/prepare.ts';

/** Pure: the last part of `…/embed/<camera>` or `…/embed/video/<name>`, and which of the two it is. */
function shownBy(path: string): { readonly isVideo: boolean; readonly name: string } {
  const parts = path.split('/').filter(Boolean);
  return {
    isVideo: parts.at(-2) === 'video' && parts.at(-3) === 'embed',
    name: decodeURIComponent(parts.at(-1) ?? ''),
  };
}

/** The script does not wait for the document's end. */
async function parsed(): Promise<void> {
  if (document.readyState !== 'loading') return;
  await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
}

/** A picture that takes longer than this leaves the browser time to run the page's code before it. */
const PICTURE_FIRST_MS = 200;

const { isVideo, name } = shownBy(location.pathname);
if (isVideo) {
  const { showLinkedVideo } = await import('./videos/linked-video.ts');
  await parsed();
  showLinkedVideo(name);
} else {
  const picked = pickedEngine();
  prepare(picked, name);
  await parsed();
  const made = makeEmbedFrame(name);
  const early = new EarlyPlayer(name, made, picked);
  await early.settled(PICTURE_FIRST_MS);
  const { showEmbed } = await import('./dashboard/embed.tsx');
  await showEmbed(name, made, early);
}
