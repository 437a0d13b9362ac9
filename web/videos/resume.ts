/** Remembers where a video was left, and tells at its next opening. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isWorthGoingOn, readPosition, writePosition } from './positions.ts';

const WRITE_EVERY_MS = 1_000;

/** Where to go on, ms; null when there is nothing worth asking. */
export function placeToGoOn(key: string): number | null {
  const position = readPosition(key);
  return position !== null && isWorthGoingOn(position) ? position.atMs : null;
}

/**
 * Writes the place down while it plays. What has been seen to its end is forgotten.
 * @param place now, ms; null while it says nothing
 */
export function useRememberedPlace(
  video: RefObject<HTMLVideoElement | null>,
  key: string,
  place: () => { readonly atMs: number; readonly durationMs: number } | null,
): void {
  const latest = useRef(place);
  latest.current = place;
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    let writtenAtMs = 0;
    const write = () => {
      const now = latest.current();
      if (now === null) return;
      writtenAtMs = Date.now();
      writePosition(key, { ...now, seenMs: writtenAtMs });
    };
    const onTime = () => {
      if (Date.now() - writtenAtMs >= WRITE_EVERY_MS) write();
    };
    const onEnded = () => writePosition(key, null);
    const onStill = () => {
      if (!element.ended && element.readyState > 0) write();
    };
    element.addEventListener('timeupdate', onTime);
    for (const event of ['pause', 'seeked']) element.addEventListener(event, onStill);
    element.addEventListener('ended', onEnded);
    return () => {
      element.removeEventListener('timeupdate', onTime);
      for (const event of ['pause', 'seeked']) element.removeEventListener(event, onStill);
      element.removeEventListener('ended', onEnded);
    };
  }, [key]);
}
