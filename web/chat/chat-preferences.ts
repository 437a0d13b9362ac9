/** What a person chose for the chat, kept in the browser; and who they are to the relay. */

export interface OverlaySettings {
  readonly on: boolean;
  /** 0.2 to 1. */
  readonly opacity: number;
  /** Factor on the type size, 0.7 to 1.6. */
  readonly size: number;
  /** Factor on the pace, 0.5 to 2. */
  readonly speed: number;
  /** Share of the picture's height that may be covered, 0.25 to 1. */
  readonly density: number;
}

export interface Profile {
  /** Null: the relay gives one. */
  readonly name: string | null;
  readonly avatar: string | null;
}

export const DEFAULT_OVERLAY: OverlaySettings = { on: true, opacity: 0.9, size: 1, speed: 1, density: 0.5 };

const PREFIX = 'sightline.chat.';

/** A browser that forbids storage only forgets. */
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(PREFIX + key, value);
  } catch {
    // Private windows and full disks: the choice holds until the page is closed.
  }
}

const local = () => localStorage;
const session = () => sessionStorage;

function parse(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Pure: stored settings, each one that is missing or out of range by its default. */
export function overlaySettings(text: string | null): OverlaySettings {
  const stored = parse(text);
  const within = (key: 'opacity' | 'size' | 'speed' | 'density', min: number, max: number) => {
    const value = stored[key];
    return typeof value === 'number' && value >= min && value <= max ? value : DEFAULT_OVERLAY[key];
  };
  return {
    on: typeof stored.on === 'boolean' ? stored.on : DEFAULT_OVERLAY.on,
    opacity: within('opacity', 0.2, 1),
    size: within('size', 0.7, 1.6),
    speed: within('speed', 0.5, 2),
    density: within('density', 0.25, 1),
  };
}

export const readOverlay = (): OverlaySettings => overlaySettings(read(local, 'overlay'));
export const writeOverlay = (settings: OverlaySettings): void => write(local, 'overlay', JSON.stringify(settings));

export function readProfile(): Profile {
  const { name, avatar } = parse(read(local, 'profile'));
  return { name: typeof name === 'string' ? name : null, avatar: typeof avatar === 'string' ? avatar : null };
}
export const writeProfile = (profile: Profile): void => write(local, 'profile', JSON.stringify(profile));

export const readPanelOpen = (): boolean => read(local, 'panel') === 'open';
export const writePanelOpen = (open: boolean): void => write(local, 'panel', open ? 'open' : 'closed');

/** The browser's secret: whoever sends it is this person. The same in all tabs. */
export function browserId(): string {
  const known = read(local, 'browser');
  if (known !== null && known.length >= 16) return known;
  const made = randomId();
  write(local, 'browser', made);
  return read(local, 'browser') ?? made;
}

/** This tab: a reload takes the place of the connection it had before. */
export function tabId(): string {
  const known = read(session, 'tab');
  return known ?? renewTabId();
}

/** For a tab that was copied from another one and carries its id. */
export function renewTabId(): string {
  const made = randomId().slice(0, 16);
  write(session, 'tab', made);
  return made;
}

/** 32 hexadecimal digits. `crypto.randomUUID` is missing on pages without TLS. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
