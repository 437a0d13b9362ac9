/** Takes full screen along from one opened camera to the next. Entering and leaving it is `tile-actions.ts`. */
import { useEffect } from 'preact/hooks';

/** A tile that fills the screen but is not the one shown: it would leave the screen black. */
const isStale = (): boolean => document.fullscreenElement?.matches('.tile[hidden]') === true;

async function leave(): Promise<void> {
  try {
    await document.exitFullscreen();
  } catch {
    // The browser left it by itself meanwhile.
  }
}

async function follow(): Promise<void> {
  if (!isStale()) return;
  try {
    await document.querySelector('.tile.is-open')?.requestFullscreen({ navigationUI: 'hide' });
  } catch {
    // Without a key or a click right before it, as after the Back button.
  }
  if (isStale()) await leave();
}

/** Follows the opened camera, null for the grid, for as long as the page lives. */
export function useFullscreenFollows(openId: string | null): void {
  useEffect(() => void follow(), [openId]);
  useEffect(() => {
    // Tiles that were left behind lie below the one that gave full screen up, and would come up one by one.
    const onChange = () => isStale() && void leave();
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
}
