/** The chat of one opened camera, for as long as it is open: line, panel state and settings in one hand. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLink } from '../context.ts';
import { ChatLink } from './chat-link.ts';
import { type OverlaySettings, readOverlay, readPanelOpen, writeOverlay, writePanelOpen } from './chat-preferences.ts';
import { type ChatState, INITIAL_CHAT } from './chat-state.ts';

export interface Chat {
  readonly link: ChatLink | null;
  readonly state: ChatState;
  readonly isOpen: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly overlay: OverlaySettings;
  readonly setOverlay: (settings: OverlaySettings) => void;
  /** The relay's arrival time of the picture on the screen, Unix ms; undefined while unknown. */
  readonly pictureTimeMs: () => number | undefined;
}

/**
 * @param room null while no camera is open
 * @param delayMs age of the picture on the screen; undefined while unknown
 */
export function useChat(room: string | null, delayMs: () => number | undefined): Chat {
  const relay = useLink();
  const [link, setLink] = useState<ChatLink | null>(null);
  const [state, setState] = useState(INITIAL_CHAT);
  const [isOpen, showOpen] = useState(readPanelOpen);
  const [overlay, showOverlay] = useState(readOverlay);
  const delay = useRef(delayMs);
  delay.current = delayMs;

  useEffect(() => {
    if (room === null) return;
    const made = new ChatLink(room);
    setLink(made);
    setState(made.state);
    made.subscribe(() => setState(made.state));
    return () => {
      made.close();
      setLink(null);
      setState(INITIAL_CHAT);
    };
  }, [room]);
  useEffect(() => {
    link?.setWatching(isOpen);
  }, [link, isOpen]);

  const setOpen = useCallback((open: boolean) => {
    writePanelOpen(open);
    showOpen(open);
  }, []);
  const setOverlay = useCallback((settings: OverlaySettings) => {
    writeOverlay(settings);
    showOverlay(settings);
  }, []);
  const pictureTimeMs = useCallback(() => {
    const [nowMs, ageMs] = [relay.serverNowMs(), delay.current()];
    return nowMs === null || ageMs === undefined ? undefined : Math.round(nowMs - ageMs);
  }, [relay]);
  return useMemo(
    () => ({ link, state, isOpen, setOpen, overlay, setOverlay, pictureTimeMs }),
    [link, state, isOpen, overlay, setOpen, setOverlay, pictureTimeMs],
  );
}
