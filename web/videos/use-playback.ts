/** A camera's playback for as long as its page is shown. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type PlaybackState, RecordingPlayback } from './recording-playback.ts';

/** The playback of the element on the page, its state, and the moment on its picture. */
export function usePlayback(element: { readonly current: HTMLVideoElement | null }, camera: string) {
  const playback = useRef<RecordingPlayback | null>(null);
  const [state, setState] = useState<PlaybackState>({ phase: 'idle', error: null });
  const [atMs, setAtMs] = useState<number | null>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    const made = new RecordingPlayback({ video, camera, onState: setState });
    playback.current = made;
    const update = () => setAtMs((old) => made.momentMs ?? old);
    for (const event of ['timeupdate', 'seeking', 'seeked', 'loadeddata']) video.addEventListener(event, update);
    return () => {
      for (const event of ['timeupdate', 'seeking', 'seeked', 'loadeddata']) video.removeEventListener(event, update);
      playback.current = null;
      made.close();
    };
  }, [camera]);
  return { playback, state, atMs };
}
