/**
 * One chat for the parts of the page that show it: button, overlay and panel of an opened camera. It lives while any
 * of them is on the page.
 */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ChatLink } from './chat-link.ts';
import { type OverlaySettings, readOverlay, readPanelOpen, writeOverlay, writePanelOpen } from './chat-preferences.ts';
import type { ChatState } from './chat-state.ts';

export class RoomChat {
  readonly link: ChatLink;
  /** The relay's arrival time of the picture on the screen, Unix ms; undefined while unknown. Set by the overlay. */
  pictureTimeMs: () => number | undefined = () => undefined;
  readonly #listeners = new Set<() => void>();
  #isOpen = readPanelOpen();
  #overlay = readOverlay();

  constructor(room: string) {
    this.link = new ChatLink(room);
    this.link.subscribe(() => this.#tell());
    this.link.setWatching(this.#isOpen);
  }

  get state(): ChatState {
    return this.link.state;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get overlay(): OverlaySettings {
    return this.#overlay;
  }

  setOpen(open: boolean): void {
    this.#isOpen = open;
    writePanelOpen(open);
    this.link.setWatching(open);
    this.#tell();
  }

  setOverlay(settings: OverlaySettings): void {
    this.#overlay = settings;
    writeOverlay(settings);
    this.#tell();
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.link.close();
    this.#listeners.clear();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const open = new Map<string, { readonly chat: RoomChat; users: number }>();

function acquire(room: string): RoomChat {
  const known = open.get(room) ?? { chat: new RoomChat(room), users: 0 };
  known.users++;
  open.set(room, known);
  return known.chat;
}

function release(room: string): void {
  const known = open.get(room);
  if (known === undefined || --known.users > 0) return;
  open.delete(room);
  known.chat.close();
}

/** The room's chat; null before the first effect. Renders again when `pick` gives something else. */
export function useRoomChat<T>(room: string, pick: (chat: RoomChat) => T): [RoomChat, T] | [null, null] {
  const [chat, setChat] = useState<RoomChat | null>(null);
  const [picked, setPicked] = useState<T | null>(null);
  const latest = useCallback(pick, []);
  useEffect(() => {
    const acquired = acquire(room);
    const update = () => setPicked(() => latest(acquired));
    setChat(acquired);
    update();
    const stop = acquired.subscribe(update);
    return () => {
      stop();
      release(room);
    };
  }, [room]);
  return chat === null ? [null, null] : [chat, picked as T];
}
