/** Which camera is open, kept in the address so that it can be bookmarked and the Back button works. */
import { useEffect, useState } from 'preact/hooks';

const CAMERA_ROUTE = /^#\/camera\/([^/?#]+)$/;

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

export function useOpenCamera(): string | null {
  const [id, setId] = useState(() => cameraOfHash(location.hash));
  useEffect(() => {
    const update = () => setId(cameraOfHash(location.hash));
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }, []);
  return id;
}
