/** Starts the page of one camera, its stream first and then the code that shows it; or of one video. */
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

const { isVideo, name } = shownBy(location.pathname);
if (!isVideo) prepare(pickedEngine(), name);
const show = isVideo
  ? (await import('./videos/linked-video.ts')).showLinkedVideo
  : (await import('./dashboard/embed.tsx')).showEmbed;
// The script does not wait for the document's end.
if (document.readyState === 'loading') {
  await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
}
await show(name);
