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
await showEmbed(id);
