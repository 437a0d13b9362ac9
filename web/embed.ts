/** Starts the page of one camera: first its stream, then the code that shows it. */
import { pickedEngine } from './player/picked-engine.ts';
import { prepare } from './player/prepare.ts';

/** Pure: the camera in `…/embed/<id>`. */
function cameraOfPath(path: string): string {
  const last = path.split('/').filter(Boolean).pop() ?? '';
  return decodeURIComponent(last);
}

const id = cameraOfPath(location.pathname);
prepare(pickedEngine(), id);
const { showEmbed } = await import('./dashboard/embed.tsx');
// The script does not wait for the document's end.
if (document.readyState === 'loading') {
  await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
}
await showEmbed(id);
