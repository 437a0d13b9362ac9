/** What the page shows, kept in the address so that it can be bookmarked and the Back button works. */
import { useEffect, useMemo, useState } from 'preact/hooks';

const CAMERA_ROUTE = /^#\/camera\/([^/?#]+)$/;
const VIDEOS_ROUTE = /^#\/(videos|recordings)(?:\/([^/?#]+))?(?:\?at=([^&#]+))?$/;

/** A place of the videos view: the list or one video; or a camera's recordings, at a moment when one is named. */
export type VideosRoute =
  | { readonly view: 'videos'; readonly name: string | null }
  | { readonly view: 'recordings'; readonly camera: string; readonly atMs: number | null };

/** Pure: the place of the videos view named by a location hash; null for the cameras. */
export function videosOfHash(hash: string): VideosRoute | null {
  const [, view, encoded, at] = VIDEOS_ROUTE.exec(hash) ?? [];
  if (view === undefined) return null;
  let name: string | null;
  try {
    name = encoded === undefined ? null : decodeURIComponent(encoded);
  } catch {
    return null;
  }
  if (view === 'videos' || name === null) return { view: 'videos', name: view === 'videos' ? name : null };
  const atMs = Date.parse(at ?? '');
  return { view: 'recordings', camera: name, atMs: Number.isNaN(atMs) ? null : atMs };
}

/** Pure: the hash that names a place of the videos view. */
export function hashOf(route: VideosRoute): string {
  if (route.view === 'videos') return route.name === null ? '#/videos' : `#/videos/${encodeURIComponent(route.name)}`;
  const at = route.atMs === null ? '' : `?at=${new Date(route.atMs).toISOString()}`;
  return `#/recordings/${encodeURIComponent(route.camera)}${at}`;
}

/** Goes to a place by its hash, as a link to it would. */
export function goToHash(hash: string): void {
  location.hash = hash;
}

/** Pure: the camera named by a location hash; null for the grid. */
export function cameraOfHash(hash: string): string | null {
  const id = CAMERA_ROUTE.exec(hash)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return null;
  }
}

/** Opens a camera, or the grid with null. Stepping from camera to camera leaves one entry in the history. */
export function goTo(id: string | null): void {
  const wasOpen = cameraOfHash(location.hash) !== null;
  const hash = id === null ? '#/' : `#/camera/${encodeURIComponent(id)}`;
  const url = `${location.pathname}${location.search}${hash}`;
  if (wasOpen && id !== null) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export const useOpenCamera = (): string | null => cameraOfHash(useHash());

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }, []);
  return hash;
}

/** The place of the videos view; null while the cameras are shown. The same object for the same place. */
export function useVideosRoute(): VideosRoute | null {
  const hash = useHash();
  return useMemo(() => videosOfHash(hash), [hash]);
}
